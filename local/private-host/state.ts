import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../support/wait";

/** A process, told apart from a later one with the same id by when it started. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the machine booted. */
  readonly startTime: string;
}

/** The longest path that a unix socket's address holds (unix(7): 108 bytes with the closing zero). */
const longestSocketPath = 107;

const cgroupRoot = "/sys/fs/cgroup";

/** The files that a private host keeps in its state directory, and what its directory's path names elsewhere. */
export class HostState {
  readonly settings: string;
  /** Who is starting the host; counts until {@link init} is written. */
  readonly starter: string;
  readonly init: string;
  readonly log: string;
  readonly resolvConf: string;
  readonly mounts: string;
  readonly daemons: string;
  readonly engineConfig: string;
  /** The engine's data, when it is kept on disk. */
  readonly engineData: string;
  /** Directory of the engine's socket: the state directory itself, or a shorter one. */
  readonly socketDirectory: string;
  readonly engineSocket: string;
  /** The engine's containers run in control groups below one of this name. */
  readonly cgroup: string;

  constructor(readonly directory: string) {
    const id = createHash("sha256").update(directory).digest("hex").slice(0, 12);
    this.settings = join(directory, "settings");
    this.starter = join(directory, "starter");
    this.init = join(directory, "init");
    this.log = join(directory, "init.log");
    this.resolvConf = join(directory, "resolv.conf");
    this.mounts = join(directory, "mounts");
    this.daemons = join(directory, "daemons");
    this.engineConfig = join(directory, "daemon.json");
    this.engineData = join(directory, "engine");
    this.cgroup = `cdktf-vobox-${id}`;
    const socket = join(directory, "docker.sock");
    this.socketDirectory =
      Buffer.byteLength(socket) <= longestSocketPath ? directory : `/run/cdktf-vobox-${id}`;
    this.engineSocket = join(this.socketDirectory, "docker.sock");
  }

  /** True when a host was started here and neither it nor whoever was starting it is there any more. */
  isStale(): boolean {
    if (!existsSync(this.settings)) return false;
    return readIdentity(existsSync(this.init) ? this.init : this.starter) === undefined;
  }

  /** Removes what a host without processes left: control groups, sockets, its files. */
  async remove(keepEngineData: boolean): Promise<void> {
    await removeControlGroups(this.cgroup);
    if (this.socketDirectory !== this.directory)
      rmSync(this.socketDirectory, { recursive: true, force: true });
    const files = [this.init, `${this.init}.new`, this.log, this.resolvConf, this.mounts];
    files.push(this.daemons, this.engineConfig, this.engineSocket, join(this.directory, "root"));
    if (!keepEngineData) files.push(this.engineData);
    // The settings go last: while they are there, a removal that was cut short can be repeated.
    for (const file of [...files, this.starter, this.settings])
      rmSync(file, { recursive: true, force: true });
    if (existsSync(this.directory) && readdirSync(this.directory).length === 0)
      rmdirSync(this.directory);
  }
}

/** When the process started, in clock ticks since boot; undefined when there is none or only its exit code is left. */
export function startTimeOf(pid: number | "self"): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The name, in parentheses, may hold spaces. Fields count from 3 after it (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[22 - 3];
}

export function isAlive(identity: ProcessIdentity): boolean {
  return startTimeOf(identity.pid) === identity.startTime;
}

/** The living process that a file "pid start-time" tells of. */
export function readIdentity(file: string): ProcessIdentity | undefined {
  if (!existsSync(file)) return undefined;
  const [pid, startTime] = readFileSync(file, "utf8").trim().split(" ");
  const identity = { pid: Number(pid), startTime };
  return identity.pid > 1 && isAlive(identity) ? identity : undefined;
}

/** The last lines of a log, for an error; empty when there is no log. */
export function tail(file: string, lines = 20): string {
  if (!existsSync(file)) return "";
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}

/** Removes the empty control groups `name` and below, of every hierarchy (version 1) or of the only one (2). */
async function removeControlGroups(name: string): Promise<void> {
  if (!existsSync(cgroupRoot)) return;
  const hierarchies = readdirSync(cgroupRoot).map((entry) => join(cgroupRoot, entry));
  for (const hierarchy of [cgroupRoot, ...hierarchies]) {
    const group = join(hierarchy, name);
    if (!existsSync(group)) continue;
    // Busy for a moment after its last process has ended.
    await waitFor(`control group ${group} empty`, 10_000, () => {
      removeTree(group);
      return true;
    });
  }
}

/** rmdir from the leaves up: a control group's files cannot be unlinked. */
function removeTree(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(group, entry.name));
  rmdirSync(group);
}
