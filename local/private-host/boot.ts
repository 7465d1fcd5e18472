import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { Problem } from "../support/problem";
import { waitFor } from "../support/wait";
import { readIdentity, startTimeOf, tail, type HostState, type ProcessIdentity } from "./state";

/** Directory of the shell scripts; the host sees it too. */
export const scripts = join(__dirname, "scripts");

/** The engine's data as the private host sees them. A path that no machine links elsewhere, as it may /var/lib/docker. */
export const engineDataInHost = "/var/lib/cdktf-vobox-engine";

export interface PrivateHostOptions {
  /** Also its host name; a full domain name or a single label. */
  readonly name: string;
  /** Its state on disk: process ids, logs, the engine's data when not in memory. Created; no `,`, `:`, `\` or line break. */
  readonly directory: string;
  /** "machine": this machine's network, its ports too. "private": a network of its own, with loopback alone. */
  readonly network: "machine" | "private";
  /** For a private network: reach outward, by slirp4netns. The machine's loopback stays out of reach. @default false */
  readonly outboundNetwork?: boolean;
  /** Content of its /etc/resolv.conf. @default - the machine's; with `outboundNetwork` slirp4netns's resolver, 10.0.2.3 */
  readonly resolvConf?: string;
  /**
   * Directories that are the machine's own, writable, at the same path. Everything else is a copy on write, and
   * /run and /tmp start empty. What is mounted below such a directory is not seen. @default - the working directory
   */
  readonly sharedDirectories?: readonly string[];
  /** "caller": ends with this process, however that ends. "detached": stays until destroyed or the machine stops. */
  readonly lifetime: "caller" | "detached";
  /** "memory": the engine's data vanish with the host. "disk": they stay in `directory`, and a later host there finds them. */
  readonly engineStorage: "memory" | "disk";
}

/** What {@link PrivateHost.attach} needs to know of a host again. */
export interface HostSettings {
  readonly name: string;
  readonly network: "machine" | "private";
  readonly outbound: boolean;
  readonly engineStorage: "memory" | "disk";
}

/** Throws {@link Problem} unless a host with these options can be made here. */
export function assertPossible(options: PrivateHostOptions): void {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    throw new Problem(
      "A private host needs root on Linux, and this is not: run as root, or start a Docker engine and it is used instead.",
    );
  if (
    !/^(?=.{1,64}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(
      options.name,
    )
  )
    throw new Problem(
      `"${options.name}" is no host name: give lower-case labels joined by dots, 64 characters at most.`,
    );
  for (const path of [options.directory, ...(options.sharedDirectories ?? [])])
    if (/[,:\\\n]/.test(resolve(path)))
      throw new Problem(
        `The path ${resolve(path)} holds a comma, colon, backslash or line break, which a private host's mounts cannot take: use another directory.`,
      );
}

/** Writes all that init.sh and {@link readSettings} read. */
export function writeState(
  state: HostState,
  settings: HostSettings,
  options: PrivateHostOptions,
  shared: readonly string[],
): void {
  writeFileSync(state.starter, `${process.pid} ${startTimeOf("self")}\n`);
  if (state.socketDirectory !== state.directory) mkdirSync(state.socketDirectory, { mode: 0o755 });
  // Parents first: a later bind would hide an earlier one below it.
  const paths = [...new Set(shared.map((path) => realpathSync(path)))].sort();
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  lines.push(`directory=${state.directory}`, `engineData=${engineDataInHost}`);
  lines.push(...paths.map((path) => `shared=${path}`));
  writeFileSync(state.settings, `${lines.join("\n")}\n`);
  mkdirSync(state.daemons);
  if (settings.engineStorage === "disk") mkdirSync(state.engineData, { recursive: true });
  // The machine's daemon.json is for its own engine.
  writeFileSync(state.engineConfig, "{}\n");
  const usual = settings.outbound
    ? "nameserver 10.0.2.3\n"
    : existsSync("/etc/resolv.conf")
      ? readFileSync("/etc/resolv.conf", "utf8")
      : "";
  writeFileSync(state.resolvConf, options.resolvConf ?? usual);
}

export function readSettings(state: HostState): HostSettings {
  const lines = readFileSync(state.settings, "utf8").trim().split("\n");
  const value = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  return {
    name: value("name") ?? "unnamed",
    network: value("network") === "private" ? "private" : "machine",
    outbound: value("outbound") === "true",
    engineStorage: value("engineStorage") === "disk" ? "disk" : "memory",
  };
}

export interface StartedInit {
  readonly init: ProcessIdentity;
  /** Whether the first process's parent, a child of this process, has been collected. */
  readonly parentEnded: () => boolean;
}

/** Starts the host's first process and waits until it has made the host's root. */
export async function startInit(
  state: HostState,
  options: PrivateHostOptions,
): Promise<StartedInit> {
  const command = [
    ...(options.lifetime === "caller" ? ["setpriv", "--pdeathsig", "KILL", "--"] : []),
    ...["unshare", "--mount", "--pid", "--uts"],
    ...(options.network === "private" ? ["--net"] : []),
    ...["--fork", "--kill-child=SIGKILL", "--propagation", "private", "--"],
    ...["bash", join(scripts, "init.sh"), state.settings],
  ];
  const log = openSync(state.log, "w");
  // A session of its own: the terminal's interrupt is for the caller alone.
  const child = spawn(command[0], command.slice(1), {
    detached: true,
    cwd: "/",
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
  let failure: string | undefined;
  child.on("error", (error) => (failure = error.message));
  child.on("exit", () => (failure ??= tail(state.log)));
  const ended = (): boolean => failure !== undefined;
  try {
    const init = await waitFor(
      `private host ${options.name}`,
      30_000,
      () => readIdentity(state.init) ?? (ended() && "failed"),
      10,
    );
    if (init !== "failed") return { init, parentEnded: ended };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  throw new Problem(
    `The private host ${options.name} could not be made: ${failure ?? ""}. It needs root with the right to mount, and util-linux and iproute2.`,
  );
}
