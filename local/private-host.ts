import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { askEngine } from "./engine";
import {
  assertPossible,
  engineDataInHost,
  readSettings,
  scripts,
  startInit,
  writeState,
  type HostSettings,
  type PrivateHostOptions,
} from "./private-host/boot";
import { HostDaemon } from "./private-host/host-daemon";
import { HostState, isAlive, readIdentity, tail, type ProcessIdentity } from "./private-host/state";
import type { Daemon, FileOptions, Host } from "./support/host";
import { Problem } from "./support/problem";
import { CommandError, run, tryRun, type CommandResult, type RunOptions } from "./support/run";
import { waitFor } from "./support/wait";

export type { PrivateHostOptions };

export interface EngineOptions {
  /** Containers outlive the engine's end. @default false */
  readonly liveRestore?: boolean;
  /** More arguments for dockerd. @default - none */
  readonly arguments?: readonly string[];
  /** Directory on the machine with a dockerd data-root, not in use, to begin with; ignored when there are data already. @default - none */
  readonly seed?: string;
}

const enginePidFile = "/run/docker.pid";

/**
 * A host of its own on this machine, for an engine, autofs and a CVMFS client: one process tree in its own mount,
 * PID, UTS and, if wanted, network namespaces, on a root that is an overlay over the machine's. Nothing in it
 * changes the machine, and when its first process ends, all of it ends. Needs root.
 */
export class PrivateHost implements Host {
  readonly name: string;
  /** Its first process, as the machine counts processes. */
  readonly initPid: number;
  /** The engine's socket, on the machine. */
  readonly engineSocket: string;
  /** For DOCKER_HOST. */
  readonly engineAddress: string;

  private constructor(
    private readonly state: HostState,
    private readonly settings: HostSettings,
    private readonly init: ProcessIdentity,
    private readonly parentEnded: () => boolean = () => true,
  ) {
    this.name = settings.name;
    this.initPid = init.pid;
    this.engineSocket = state.engineSocket;
    this.engineAddress = `unix://${state.engineSocket}`;
  }

  /**
   * Makes a host and returns once commands can run in it. Leftovers of a dead host in the same directory go, but for
   * the engine's data on disk.
   * Throws {@link Problem} when this is not root on Linux, the options do not fit, or a host is alive there already.
   */
  static async start(options: PrivateHostOptions): Promise<PrivateHost> {
    assertPossible(options);
    mkdirSync(options.directory, { recursive: true });
    const directory = realpathSync(options.directory);
    const state = new HostState(directory);
    if (existsSync(state.settings)) {
      if (!state.isStale())
        throw new Problem(
          `A private host is already running in ${directory}: attach to it or destroy it.`,
        );
      await state.remove(true);
    }
    const outbound = options.network === "private" && options.outboundNetwork === true;
    const settings: HostSettings = {
      name: options.name,
      network: options.network,
      outbound,
      engineStorage: options.engineStorage,
    };
    const shared = [...(options.sharedDirectories ?? [process.cwd()]), scripts, directory];
    if (state.socketDirectory !== directory) shared.push(state.socketDirectory);
    writeState(state, settings, options, shared);

    let host: PrivateHost | undefined;
    try {
      const started = await startInit(state, options);
      host = new PrivateHost(state, settings, started.init, started.parentEnded);
      if (outbound) await host.startOutboundNetwork();
      return host;
    } catch (error) {
      if (host) await host.destroy({ keepEngineData: true });
      else await state.remove(true);
      throw error;
    }
  }

  /** Where the engine of a host in `directory` answers, whether there is one at present or not. */
  static engineAddressIn(directory: string): string {
    const real = existsSync(directory) ? realpathSync(directory) : resolve(directory);
    return `unix://${new HostState(real).engineSocket}`;
  }

  /** The host whose state is in `directory`, if it is still alive. */
  static attach(directory: string): PrivateHost | undefined {
    if (!existsSync(directory)) return undefined;
    const state = new HostState(realpathSync(directory));
    const init = readIdentity(state.init);
    return init && new PrivateHost(state, readSettings(state), init);
  }

  /** Removes the state of hosts directly below `parentDirectory` whose processes are gone, with their engines' data. */
  static async removeStale(parentDirectory: string): Promise<void> {
    if (!existsSync(parentDirectory)) return;
    for (const entry of readdirSync(realpathSync(parentDirectory), { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const state = new HostState(join(realpathSync(parentDirectory), entry.name));
      if (state.isStale()) await state.remove(false);
    }
  }

  isRunning(): boolean {
    return isAlive(this.init);
  }

  async run(command: string, args: readonly string[], options?: RunOptions): Promise<string> {
    const result = await this.tryRun(command, args, options);
    if (result.exitCode === 0) return result.stdout;
    throw new CommandError(`[${this.name}] ${[command, ...args].join(" ")}`, result);
  }

  /** `cwd` is a path in the host; its default is `/`. On time-out the command ends, its own children may not. */
  tryRun(
    command: string,
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<CommandResult> {
    const { cwd, ...rest } = options;
    return tryRun(
      "nsenter",
      [
        ...this.namespaces("pid", "mount", "uts", "net"),
        // Killing nsenter alone would leave the command running.
        ...["setpriv", "--pdeathsig", "KILL", "--"],
        ...["env", `--chdir=${cwd ?? "/"}`, "--", command, ...args],
      ],
      { ...rest, env: { ...withoutDockerVariables, ...rest.env } },
    );
  }

  startDaemon(name: string, command: string, args: readonly string[]): Promise<Daemon> {
    return this.launch(name, ["mount", "uts", "net"], command, args);
  }

  async writeFile(
    path: string,
    content: string | Buffer,
    options: FileOptions = {},
  ): Promise<void> {
    // Not through /proc/PID/root: an absolute link on the way (/var/run) would lead to the machine's own files.
    const copy = join(this.state.directory, `file-${process.pid}-${++this.filesWritten}`);
    writeFileSync(copy, content, { mode: 0o600 });
    try {
      const mode = (options.mode ?? 0o644).toString(8);
      await this.run("install", ["-D", `--mode=${mode}`, copy, path]);
    } finally {
      rmSync(copy, { force: true });
    }
  }
  private filesWritten = 0;

  /**
   * Starts the Docker engine and waits until it answers, 60 s at most; one that runs already is left as it is. With a
   * private network containers may use the default bridge (among themselves); with the machine's network only "host"
   * and "none".
   * Throws {@link Problem} with the end of the engine's log when it does not come up.
   */
  async startEngine(options: EngineOptions = {}): Promise<void> {
    let engine = this.findDaemon("dockerd");
    if (!engine?.isRunning()) {
      if (options.seed !== undefined) await this.seedEngine(options.seed);
      // A killed engine leaves it, and the process id in it may be another's by now.
      await this.run("rm", ["-f", enginePidFile]);
      engine = await this.launch("dockerd", ["mount", "uts", "net"], "dockerd", [
        ...this.engineArguments(),
        ...(options.liveRestore ? ["--live-restore"] : []),
        ...(options.arguments ?? []),
      ]);
    }
    const { logFile } = engine;
    const failed = (what: string): Problem =>
      new Problem(
        `The Docker engine of ${this.name} ${what}. Its log, ${logFile}, ends with:\n${tail(logFile)}`,
      );
    const outcome = await waitFor("engine", 60_000, async () => {
      if (!engine.isRunning()) return "ended";
      return (await askEngine(this.engineAddress)) && "answers";
    }).catch(() => "silent");
    if (outcome === "ended") throw failed("ended while starting");
    if (outcome === "silent") throw failed("did not answer within 60 s");
  }

  /** SIGTERM stops the containers too (unless live-restore); SIGKILL leaves them running, as a crash does. @default "SIGTERM" */
  async stopEngine(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    // The engine gives each container its grace time; they stop side by side.
    await this.findDaemon("dockerd")?.stop(signal, 60_000);
  }

  /**
   * The nearest thing to a power loss: every process but the first is killed, what was mounted since the start is
   * gone, /run is empty. Then the network stands again; engine and daemons do not.
   */
  async killEverything(): Promise<void> {
    await this.run("bash", [join(scripts, "power-loss.sh"), this.state.mounts]);
    if (this.settings.outbound) await this.startOutboundNetwork();
  }

  /** The machine's docker command against this host's engine. */
  docker(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return run("docker", ["--host", this.engineAddress, ...args], {
      ...options,
      env: { ...withoutDockerVariables, ...options.env },
    });
  }

  /**
   * Ends all of the host and removes its control groups, sockets and files. May be called again.
   * With `keepEngineData` the engine is stopped in order first, and its data on disk stay.
   */
  async destroy(options: { readonly keepEngineData?: boolean } = {}): Promise<void> {
    const keep = options.keepEngineData === true;
    if (this.isRunning()) {
      if (keep) await this.stopEngine();
      process.kill(this.initPid, "SIGKILL");
    }
    // The kernel ends and collects all of the PID namespace before its first process is gone.
    const gone = (): boolean => !this.isRunning() && this.parentEnded();
    await waitFor(`private host ${this.name} gone`, 30_000, gone, 10);
    await this.state.remove(keep);
  }

  private engineArguments(): string[] {
    const network =
      this.settings.network === "private"
        ? ["--iptables=false", "--ip-masq=false"]
        : // Each of these would change the machine's own network.
          ["--iptables=false", "--ip-masq=false", "--ip-forward=false", "--bridge=none"];
    return [
      `--config-file=${this.state.engineConfig}`,
      `--data-root=${engineDataInHost}`,
      "--exec-root=/run/docker",
      `--pidfile=${enginePidFile}`,
      `--host=${this.engineAddress}`,
      // Where programs in the host look for it, as `docker --host ssh://` does.
      "--host=unix:///run/docker.sock",
      `--cgroup-parent=/${this.state.cgroup}`,
      "--exec-opt=native.cgroupdriver=cgroupfs",
      "--storage-driver=overlay2",
      ...network,
    ];
  }

  private async seedEngine(seed: string): Promise<void> {
    const data =
      this.settings.engineStorage === "disk"
        ? this.state.engineData
        : `/proc/${this.initPid}/root${engineDataInHost}`;
    if (readdirSync(data).length === 0) await run("cp", ["--archive", `${seed}/.`, data]);
  }

  private async startOutboundNetwork(): Promise<void> {
    // With the machine's network and mounts (its resolv.conf), but among the host's processes, to end with them.
    const slirp = await this.launch("slirp4netns", [], "slirp4netns", [
      ...["--configure", "--mtu=65520", "--disable-host-loopback", "--netns-type=path"],
      ...[`/proc/${this.initPid}/ns/net`, "tap0"],
    ]);
    await waitFor(
      "outbound network",
      10_000,
      () => {
        const routes = readFileSync(`/proc/${this.initPid}/net/route`, "utf8");
        return /^tap0\t00000000\t/m.test(routes) || !slirp.isRunning();
      },
      10,
    );
    if (!slirp.isRunning())
      throw new Problem(
        `slirp4netns gives ${this.name} no network; it said:\n${tail(slirp.logFile)}`,
      );
  }

  /** Starts a daemon in the given namespaces of the host, and always among its processes. */
  private async launch(
    name: string,
    namespaces: readonly Namespace[],
    command: string,
    args: readonly string[],
  ): Promise<HostDaemon> {
    if (this.findDaemon(name)?.isRunning())
      throw new Error(`${name} is already running in ${this.name}`);
    const files = this.daemonFiles(name);
    rmSync(files.pidFile, { force: true });
    const inner = namespaces.length === 0 ? [] : ["nsenter", ...this.namespaces(...namespaces)];
    await run(
      "nsenter",
      [
        ...this.namespaces("pid"),
        ...["bash", join(scripts, "daemon.sh"), files.pidFile, files.logFile],
        ...[...inner, command, ...args],
      ],
      { env: withoutDockerVariables },
    );
    return waitFor(
      `${name} started in ${this.name}`,
      10_000,
      () => existsSync(files.pidFile) && new HostDaemon(files.pidFile, files.logFile),
      10,
    );
  }

  findDaemon(name: string): HostDaemon | undefined {
    const { pidFile, logFile } = this.daemonFiles(name);
    return existsSync(pidFile) ? new HostDaemon(pidFile, logFile) : undefined;
  }

  private daemonFiles(name: string): { readonly pidFile: string; readonly logFile: string } {
    const base = join(this.state.daemons, name);
    return { pidFile: `${base}.pid`, logFile: `${base}.log` };
  }

  private namespaces(...names: readonly Namespace[]): string[] {
    return ["--target", String(this.initPid), ...names.map((name) => `--${name}`), "--"];
  }
}

type Namespace = "pid" | "mount" | "uts" | "net";

/** They would lead a docker command to another engine than the one that it is told. */
const withoutDockerVariables = {
  DOCKER_HOST: undefined,
  DOCKER_CONTEXT: undefined,
  DOCKER_TLS_VERIFY: undefined,
};
