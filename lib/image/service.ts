import type { IConstruct } from "constructs";
import { absolutePath, checkList, checkText, checkWholeNumber, copyOf, refuse } from "../refusal";

/** The signals that a service may be stopped with. */
export type StopSignal = "TERM" | "HUP" | "INT" | "QUIT" | "KILL" | "USR1" | "USR2";
const stopSignals = /^(TERM|HUP|INT|QUIT|KILL|USR1|USR2)$/;

export interface VoBoxServiceProps {
  /** Name of the service, e.g. `ce`: lower-case letters, digits and `-`. */
  readonly name: string;
  /** Command and arguments of a program that stays in the foreground. No shell reads them. */
  readonly command: readonly string[];
  /** Account that the service runs as. Not root. @default - the VO account of the image */
  readonly user?: string;
  /**
   * File of `NAME=value` lines, on the VO-Box, that is read before the service starts. It may be missing.
   * @default - none
   */
  readonly environmentFile?: string;
  /** Signal that asks the service to end. @default TERM */
  readonly stopSignal?: StopSignal;
  /** Seconds from the stop signal until the service is killed, 1 to 300. @default 10 */
  readonly stopSeconds?: number;
  /** Order of start, lowest first, 10 to 999; services stop in the opposite order. @default 500 */
  readonly priority?: number;
  /**
   * Command and arguments, run as the service's user, that end with 0 while the service does its work.
   * @default - the service counts as healthy while its process runs
   */
  readonly healthCommand?: readonly string[];
}

export interface RootDaemonProps extends Omit<VoBoxServiceProps, "user"> {
  /** Why this service cannot run under an account of its own. */
  readonly reason: string;
}

// Commands that return while what they started goes on: the supervisor would start them again and again.
const daemonising: readonly RegExp[] = [
  /(^|\/)(nohup|setsid|daemonize|start-stop-daemon|service|systemctl)( |$)/,
  /(^| )(--daemon|--daemonize|--background)( |$)/,
  /(^|\/)jalien-vobox\.sh (start|restart)( |$)/,
  /(^|\/)ML_SER (start|restart)( |$)/,
  /(^|\/)aliend (start|restart)( |$)/,
  /(^|\/)alien .*\bStart[A-Z]\w*/,
  /(^|\/)condor_master(?!.* -f( |$))/,
  /&\s*$/,
];

/** A program that the VO-Box keeps running. */
export class VoBoxService {
  /**
   * A service that runs as root, with the reason why. For the master of a batch system, which
   * changes to each job's account itself; everything else gets an account.
   */
  static rootDaemon(props: RootDaemonProps): VoBoxService {
    return new VoBoxService({ ...props, user: "root" }, props.reason);
  }

  readonly name: string;
  readonly command: readonly string[];
  readonly user?: string;
  readonly environmentFile?: string;
  readonly stopSignal: StopSignal;
  readonly stopSeconds: number;
  readonly priority: number;
  readonly healthCommand: readonly string[];
  private readonly rootReason?: string;

  constructor(props: VoBoxServiceProps);
  /** @internal */
  constructor(props: VoBoxServiceProps, rootReason?: string);
  constructor(props: VoBoxServiceProps, rootReason?: string) {
    this.name = props.name;
    this.command = copyOf(props.command);
    this.user = props.user;
    this.environmentFile = props.environmentFile;
    this.stopSignal = props.stopSignal ?? "TERM";
    this.stopSeconds = props.stopSeconds ?? 10;
    this.priority = props.priority ?? 500;
    this.healthCommand = copyOf(props.healthCommand ?? []);
    this.rootReason = rootReason;
  }

  /** @throws Refusal for a service that supervisord could not keep running, or that would run as root without a reason. */
  validate(scope: IConstruct, property: string): void {
    checkText(scope, `${property}.name`, this.name, {
      pattern: /^(?!resolv-conf-keeper$)[a-z][a-z0-9-]{0,31}$/,
      allowed:
        "1 to 32 lower-case letters, digits and -, beginning with a letter; not resolv-conf-keeper, which every image has",
    });
    this.validateCommand(scope, `${property}.command`, this.command);
    if (this.command.length === 0)
      refuse(scope, { property: `${property}.command`, given: [], allowed: "a command" });
    this.validateCommand(scope, `${property}.healthCommand`, this.healthCommand);
    this.validateUser(scope, `${property}.user`);
    const line = this.command.join(" ");
    if (daemonising.some((pattern) => pattern.test(line)))
      refuse(scope, {
        property: `${property}.command`,
        given: line,
        allowed: "a program that stays in the foreground",
        remedy:
          "This one daemonises, so nothing could keep it running: use its foreground form, or a wrapper that stays as long as it runs.",
      });
    if (this.environmentFile !== undefined)
      checkText(scope, `${property}.environmentFile`, this.environmentFile, {
        pattern: absolutePath,
        allowed: "an absolute path without blanks, . or ..",
      });
    checkText(scope, `${property}.stopSignal`, this.stopSignal, {
      pattern: stopSignals,
      allowed: "TERM, HUP, INT, QUIT, KILL, USR1 or USR2",
    });
    checkWholeNumber(scope, `${property}.stopSeconds`, this.stopSeconds, {
      minimum: 1,
      maximum: 300,
      unit: "seconds",
    });
    checkWholeNumber(scope, `${property}.priority`, this.priority, {
      minimum: 10,
      maximum: 999,
      unit: "places",
    });
  }

  private validateCommand(scope: IConstruct, property: string, command: readonly string[]): void {
    checkList(scope, property, command);
    command.forEach((word, index) =>
      checkText(scope, `${property}[${index}]`, word, {
        // eslint-disable-next-line no-control-regex
        pattern: /^[^\u0000-\u001f]+$/,
        allowed: "a word without line breaks or control characters",
      }),
    );
  }

  private validateUser(scope: IConstruct, property: string): void {
    if (this.rootReason !== undefined) {
      checkText(scope, property.replace(/user$/, "reason"), this.rootReason, {
        pattern: /\S/,
        allowed: "the reason in words",
      });
    } else if (this.user !== undefined) {
      checkText(scope, property, this.user, {
        pattern: /^(?!root$)[a-z_][a-z0-9_-]{0,31}$/,
        allowed: "the name of an account other than root",
        remedy:
          "A batch system's master, which changes to each job's account itself, is VoBoxService.rootDaemon({ reason }).",
      });
    }
  }
}
