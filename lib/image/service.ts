import { posix } from "node:path";
import type { IConstruct } from "constructs";
import { checkAccount, checkCommand, checkWords } from "../command";
import { checkPort, type VoBoxPort } from "../network/ports";
import { checkProps, type PropNames } from "../props";
import {
  checkAbsolutePath,
  checkList,
  checkReason,
  checkText,
  checkWholeNumber,
  copyOf,
  refuse,
} from "../refusal";

/** A signal that a service may be stopped with. */
export type StopSignal = "TERM" | "HUP" | "INT" | "QUIT" | "KILL" | "USR1" | "USR2";
const stopSignals = /^(TERM|HUP|INT|QUIT|KILL|USR1|USR2)$/;

/** What a service is. */
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
  /**
   * Seconds that the service has to run after a start until it counts as running, 1 to 300: longer than
   * one that fails takes to fail.
   * @default 2
   */
  readonly startSeconds?: number;
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
  /**
   * What it listens on, as `VoBoxPorts.jalien().port("1975/tcp")`: in the host's network nobody else can have it.
   * @default - nothing that others could want
   */
  readonly ports?: readonly VoBoxPort[];
}

/** What a service that runs as root is. */
export interface RootDaemonProps extends Omit<VoBoxServiceProps, "user"> {
  /** Why this service cannot run under an account of its own. */
  readonly reason: string;
}

const namesBesideUser: PropNames<Omit<VoBoxServiceProps, "user">> = {
  name: true,
  command: true,
  environmentFile: true,
  startSeconds: true,
  stopSignal: true,
  stopSeconds: true,
  priority: true,
  healthCommand: true,
  ports: true,
};
const propNames: PropNames<VoBoxServiceProps> = { ...namesBesideUser, user: true };
const rootDaemonPropNames: PropNames<RootDaemonProps> = { ...namesBesideUser, reason: true };

// Programs that return while what they started goes on: the supervisor would start them again and again.
type Arguments = readonly string[];
const always = (): boolean => true;
const starts = ([verb = ""]: Arguments): boolean => ["start", "restart"].includes(verb);
const daemonisers = new Map<string, (args: Arguments) => boolean>([
  ["nohup", always],
  ["setsid", always],
  ["daemonize", always],
  ["start-stop-daemon", always],
  ["service", always],
  ["systemctl", always],
  ["jalien-vobox.sh", starts],
  ["ML_SER", starts],
  ["aliend", starts],
  ["alien", (args) => args.some((word) => /^Start[A-Z]/.test(word))],
  ["condor_master", (args) => !args.includes("-f")],
]);
const daemonisingOptions = ["--daemon", "--daemonize", "--background"];
const shells = ["sh", "bash", "dash", "ksh", "zsh"];

/** Whether a command is known to return while what it started goes on. */
function daemonises([program = "", ...args]: Arguments): boolean {
  const name = posix.basename(program);
  if (name === "exec" || name === "env")
    return daemonises(args.slice(firstIndex(args, (word) => !/^-|^\w+=/.test(word))));
  if (shells.includes(name)) {
    const first = firstIndex(args, (word) => !/^[-+]/.test(word));
    const readsText = args.slice(0, first).some((word) => /^-[a-z]*c/.test(word));
    if (readsText ? textDaemonises(args[first] ?? "") : daemonises(args.slice(first))) return true;
  }
  return (
    // For no shell, but meant for one.
    args.at(-1) === "&" ||
    args.some((word) => daemonisingOptions.includes(word)) ||
    (daemonisers.get(name)?.(args) ?? false)
  );
}

/** What may stand before a command: a word of the shell's own, an assignment. */
const beforeCommand = /^(!|if|then|elif|else|while|until|do|time|\w+=.*)$/;

/** The same of a text that a shell reads: any of its commands, or the last one put into the background. */
function textDaemonises(text: string): boolean {
  // What is quoted is one word.
  const unquoted = text.replace(/'[^']*'|"[^"]*"/g, (quoted) => quoted.replace(/[\s;|&()]/g, "_"));
  return (
    /(^|[^&])&\s*$/.test(unquoted) ||
    unquoted
      .split(/[;|&(){}]+/)
      .map((command) => command.trim().split(/\s+/))
      .some((words) =>
        daemonises(words.slice(firstIndex(words, (word) => !beforeCommand.test(word)))),
      )
  );
}

function firstIndex(words: Arguments, matches: (word: string) => boolean): number {
  const index = words.findIndex(matches);
  return index === -1 ? words.length : index;
}

/** A program that the VO-Box keeps running. */
export class VoBoxService {
  /**
   * A service that runs as root, with the reason why. For the master of a batch system, which
   * changes to each job's account itself; everything else gets an account.
   */
  static rootDaemon(props: RootDaemonProps): VoBoxService {
    checkProps("VoBoxService", "props", props, rootDaemonPropNames);
    const { reason, ...others } = props;
    const service = new VoBoxService({ ...others, user: "root" });
    service.rootReason = reason;
    return service;
  }

  /** Name of the service. */
  readonly name: string;
  /** Command and arguments. */
  readonly command: readonly string[];
  /** Account that it runs as; undefined for the VO account. */
  readonly user?: string;
  /** File of `NAME=value` lines that is read before it starts. */
  readonly environmentFile?: string;
  /** Seconds that it has to stay up to count as started. */
  readonly startSeconds: number;
  /** Signal that asks it to end. */
  readonly stopSignal: StopSignal;
  /** Seconds from the stop signal until it is killed. */
  readonly stopSeconds: number;
  /** Order of start, lowest first. */
  readonly priority: number;
  /** Command and arguments that end with 0 while it does its work; empty for none. */
  readonly healthCommand: readonly string[];
  /** What it listens on. */
  readonly ports: readonly VoBoxPort[];
  private rootReason?: string;

  /** @throws Refusal when the props are no object or misnamed; everything else is refused by the image that gets it. */
  constructor(props: VoBoxServiceProps) {
    checkProps("VoBoxService", "props", props, propNames);
    this.name = props.name;
    this.command = copyOf(props.command);
    this.user = props.user;
    this.environmentFile = props.environmentFile;
    this.startSeconds = props.startSeconds ?? 2;
    this.stopSignal = props.stopSignal ?? "TERM";
    this.stopSeconds = props.stopSeconds ?? 10;
    this.priority = props.priority ?? 500;
    this.healthCommand = copyOf(props.healthCommand ?? []);
    this.ports = copyOf(props.ports ?? []);
  }

  /** Why it runs as root; undefined for one that does not. */
  get reason(): string | undefined {
    return this.rootReason;
  }

  /** @throws Refusal for a service that supervisord could not keep running, or that would run as root without a reason. */
  validate(scope: IConstruct, property: string): void {
    checkText(scope, `${property}.name`, this.name, {
      pattern: /^(?!resolv-conf-keeper$)[a-z][a-z0-9-]{0,31}$/,
      allowed:
        "1 to 32 lower-case letters, digits and -, beginning with a letter; not resolv-conf-keeper, which every image has",
      remedy: "Health and supervisord call it by that name: choose a short one, such as monalisa.",
    });
    checkCommand(scope, `${property}.command`, this.command, '["/usr/sbin/squid", "-N"]');
    checkWords(scope, `${property}.healthCommand`, this.healthCommand);
    this.validateUser(scope, `${property}.user`);
    if (daemonises(this.command))
      refuse(scope, {
        property: `${property}.command`,
        given: this.command.join(" "),
        allowed: "a program that stays in the foreground",
        remedy:
          "This one daemonises, so nothing could keep it running: use its foreground form, or a wrapper that stays as long as it runs.",
      });
    if (this.environmentFile !== undefined)
      checkAbsolutePath(
        scope,
        `${property}.environmentFile`,
        this.environmentFile,
        "in the container",
      );
    checkText(scope, `${property}.stopSignal`, this.stopSignal, {
      pattern: stopSignals,
      allowed: "TERM, HUP, INT, QUIT, KILL, USR1 or USR2",
      remedy: "Those are what supervisord can send; without SIG before it.",
    });
    checkWholeNumber(scope, `${property}.startSeconds`, this.startSeconds, {
      minimum: 1,
      maximum: 300,
      unit: "seconds",
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
    checkList(scope, `${property}.ports`, this.ports);
    this.ports.forEach((port, index) => checkPort(scope, `${property}.ports[${index}]`, port));
  }

  private validateUser(scope: IConstruct, property: string): void {
    if (this.rootReason !== undefined)
      checkReason(scope, property.replace(/user$/, "reason"), this.rootReason);
    else if (this.user !== undefined)
      checkAccount(
        scope,
        property,
        this.user,
        "A batch system's master, which changes to each job's account itself, is VoBoxService.rootDaemon({ reason }).",
      );
  }
}
