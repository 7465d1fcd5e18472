import { Fn, type IResolveContext, Lazy } from "cdktf";
import type { IConstruct } from "constructs";
import { checkAccount, checkCommand } from "../command";
import { checkProps, type PropNames } from "../props";
import { checkDistinct, checkKnown, checkText, longestTextBytes, refuse } from "../refusal";
import type { ContainerDemands } from "./demands";

/** A command that the VO-Box's health depends on, besides those of its services. */
export interface HealthCommandProps {
  /** What it checks, e.g. `squid`, named where it fails: 1 to 32 lower-case letters, digits and `-`. */
  readonly name: string;
  /**
   * Command and arguments that end with 0 while all is well; one that takes longer than 15 seconds has failed. No
   * shell reads them. They stand in clear in Terraform's state.
   */
  readonly command: readonly string[];
  /** Account of the image that runs it. Not root. @default - the VO account */
  readonly user?: string;
}

const propNames: PropNames<HealthCommandProps> = {
  name: true,
  command: true,
  user: true,
};

const variable = "VOBOX_HEALTH_COMMANDS";

/** @throws Refusal for what is no command, and for a second one of the same name. */
export function validateHealthCommands(
  scope: IConstruct,
  commands: readonly HealthCommandProps[],
): void {
  const property = "healthCommands";
  commands.forEach((one, index) => {
    const place = `${property}[${index}]`;
    checkProps(scope, place, one, propNames);
    checkText(scope, `${place}.name`, one.name, {
      pattern: /^[a-z][a-z0-9-]{0,31}$/,
      allowed: "1 to 32 lower-case letters, digits and -, beginning with a letter",
      remedy: "Health reports it under that name: choose a short one, such as squid.",
    });
    checkKnown(scope, `${place}.command`, one.command);
    checkCommand(scope, `${place}.command`, one.command, '["/usr/bin/test", "-r", "/file"]');
    if (one.user !== undefined)
      checkAccount(scope, `${place}.user`, one.user, "What needs root is no question of health.");
  });
  checkDistinct(scope, property, commands, ({ name }) => name);
  if (Buffer.byteLength(`${variable}=${oneLineOfJson(commands)}`) > longestTextBytes)
    refuse(scope, {
      property,
      given: `${commands.length} commands`,
      allowed: `at most ${longestTextBytes} bytes in all`,
      remedy: "No program could be started with them: put them into a program on the VO-Box.",
    });
}

/** What they ask of the container: environment that health reads, so that a change builds no image. */
export function healthCommandDemands(commands: readonly HealthCommandProps[]): ContainerDemands {
  return commands.length === 0 ? {} : { environment: { [variable]: oneLineOfJson(commands) } };
}

function oneLineOfJson(commands: readonly HealthCommandProps[]): string {
  const listed = commands.map(({ name, command, user }) => ({ name, command, user }));
  return JSON.stringify(listed).replace(/\$\{TfToken\[[^\]]+\]\}/g, quoted);
}

/** What a token stands for, between the quotes of JSON: put there by whoever learns it. */
function quoted(token: string): string {
  return Lazy.stringValue({
    produce(context: IResolveContext) {
      const value = String(context.resolve(token));
      if (!value.includes("${")) return JSON.stringify(value).slice(1, -1);
      const quote = Fn.rawString('"');
      return Fn.trimsuffix(Fn.trimprefix(Fn.jsonencode(token), quote), quote);
    },
  });
}
