import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../settings";
import type { Daemon, Host } from "../support/host";
import { Problem } from "../support/problem";
import { waitFor } from "../support/wait";
import { HostFiles } from "./host-files";
import { hasForeignAutofs, ownMountPoints, parseMounts, type Mount } from "./mounts";
import { publishRepository, type Publication } from "./publish";

export { buildClient } from "./client";

/** A repository to publish and serve. */
export interface LocalRepository {
  /** Full name, e.g. "alice.cern.ch". */
  readonly name: string;
  /** The directory tree that it holds. */
  readonly source: string;
}

export interface CvmfsServiceOptions {
  /** Where the repositories appear under /cvmfs. */
  readonly host: Host;
  readonly repositories: readonly LocalRepository[];
  /** Keeps keys, published data, cache and maps; created. The host sees it at the same path. */
  readonly directory: string;
  /** The program that buildClient returned. The host sees it at the same path. */
  readonly clientBinary: string;
  /** Port of the repository server on the host's 127.0.0.1. */
  readonly port: number;
  /** After so long without use autofs unmounts a repository. @default 600, autofs's own */
  readonly idleTimeoutSeconds?: number;
  /**
   * Takes the place of an official client that is installed: for a private host, where that is a copy of the
   * machine's. Without it such a host is refused. @default false
   */
  readonly ignoreInstalledClient?: boolean;
}

// How long autofs remembers a failed mount. Its own 60 s would hide a repaired one for a minute.
const NEGATIVE_TIMEOUT_SECONDS = 1;
const serverName = "cvmfs-server";
const autofsName = "automount";
const START_LIMIT_MILLISECONDS = 20_000;

/** The stand-ins for ALICE's two repositories, which lie beside this file. */
export function standInRepositories(): LocalRepository[] {
  const directory = path.join(__dirname, "stand-ins");
  const names = readdirSync(directory).sort();
  return names.map((name) => ({ name, source: path.join(directory, name) }));
}

/** A site's CVMFS on a host: repositories, their server, and autofs with the map line of real sites. */
export class CvmfsService {
  private readonly directory: string;
  private readonly files: HostFiles;

  /** The map of its automount, and so the source of its mounts: no other service has one of that path. */
  private readonly map: string;

  /** Marks that the mount point was made by this service. */
  private readonly madeMountPoint: string;

  private constructor(private readonly options: CvmfsServiceOptions) {
    mkdirSync(options.directory, { recursive: true });
    this.directory = realpathSync(options.directory);
    this.map = path.join(this.directory, "auto.cvmfs");
    this.madeMountPoint = path.join(this.directory, "made-mount-point");
    this.files = new HostFiles(options.host, this.directory);
  }

  /**
   * Publishes the repositories, configures the host, and starts server and autofs; returns when both
   * are ready. Files that it replaces on the host come back with {@link stop}. What runs already stays,
   * also when this fails.
   *
   * @throws Problem when the host has a CVMFS of its own, autofs is not installed or does not come up, or
   * the port is taken
   */
  static async start(options: CvmfsServiceOptions): Promise<CvmfsService> {
    const service = new CvmfsService(options);
    const runs = (name: string): boolean => options.host.findDaemon(name)?.isRunning() === true;
    await service.assertNoOtherCvmfs();
    const before = [serverName, autofsName].filter(runs);
    try {
      await service.configure(await service.publish());
      if (!runs(serverName)) await service.startServer();
      if (!runs(autofsName)) await service.startAutofs();
    } catch (error) {
      // A VO-Box may be reading through what an earlier start brought up.
      if (before.length === 0) await service.stop();
      else
        for (const name of [serverName, autofsName].filter((one) => !before.includes(one)))
          await options.host.findDaemon(name)?.stop();
      throw error;
    }
    return service;
  }

  /** Its files and mounts are not to be replaced by stand-ins. */
  private async assertNoOtherCvmfs(): Promise<void> {
    const { host, ignoreInstalledClient } = this.options;
    const look = ["-c", 'which cvmfs2 cvmfs_config; ls "$1"', "sh", "/etc/cvmfs/default.conf"];
    const installed = ignoreInstalledClient ? "" : (await host.tryRun("sh", look)).stdout;
    const [found = hasForeignAutofs(await this.mounts(), this.map) ? "autofs on /cvmfs" : ""] =
      installed.split("\n").filter((line) => line !== "");
    if (found !== "")
      throw new Problem(
        `CVMFS is installed here (${host.name} has ${found}), but alice.cern.ch cannot be read: ` +
          `run cvmfs_config probe alice.cern.ch, mend what it says, and start again.`,
      );
  }

  private async mounts(): Promise<Mount[]> {
    return parseMounts(await this.options.host.run("cat", ["/proc/self/mountinfo"]));
  }

  /** Stops the service on a host, whichever process started it with this directory; nothing where there is none. */
  static async stopOn(host: Host, directory: string): Promise<void> {
    if (!existsSync(directory)) return;
    const nothing = { repositories: [], clientBinary: "", port: 0 };
    await new CvmfsService({ ...nothing, host, directory }).stop();
  }

  /** Whether autofs was started on a host by this service and is there still. */
  static isRunningOn(host: Host): boolean {
    return host.findDaemon(autofsName)?.isRunning() === true;
  }

  /** The same of the repository server. */
  static isServedOn(host: Host): boolean {
    return host.findDaemon(serverName)?.isRunning() === true;
  }

  /** The repository server. */
  get server(): Daemon {
    return this.daemon(serverName);
  }

  /** The automount daemon of /cvmfs. */
  get autofs(): Daemon {
    return this.daemon(autofsName);
  }

  private daemon(name: string): Daemon {
    const daemon = this.options.host.findDaemon(name);
    if (!daemon) throw new Error(`${name} has not been started`);
    return daemon;
  }

  /** Publishes what has changed in the sources. Seen where a repository is mounted anew, not before. */
  async publish(): Promise<Publication[]> {
    const publications: Publication[] = [];
    for (const { name, source } of this.options.repositories) {
      const destination = path.join(this.directory, "cvmfs", name);
      const keysDirectory = path.join(this.directory, "keys");
      publications.push(
        await publishRepository({ repository: name, source, destination, keysDirectory }),
      );
    }
    return publications;
  }

  async startServer(): Promise<void> {
    const { host, port } = this.options;
    const program = serverProgram();
    const started = Date.now();
    const args = [program, this.directory, "127.0.0.1", String(port)];
    const daemon = await host.startDaemon(serverName, process.execPath, args);
    // The log goes on from start to start, so the time in the line tells which one it is of.
    const isReady = () =>
      [...readFileSync(daemon.logFile, "utf8").matchAll(/^listening on \S+ since (\S+)$/gm)].some(
        ([, since]) => Date.parse(since) >= started,
      );
    await this.waitUntilReady("The repository server", daemon, isReady);
  }

  async stopServer(): Promise<void> {
    await this.options.host.findDaemon(serverName)?.stop();
  }

  async startAutofs(): Promise<void> {
    const { host, idleTimeoutSeconds = 600 } = this.options;
    if ((await host.tryRun("which", ["automount"])).exitCode !== 0) {
      throw new Problem(
        `autofs is not installed on ${host.name}, which has no command automount; install the package autofs.`,
      );
    }
    const { map } = this;
    const masterMap = path.join(this.directory, "auto.master");
    writeFileSync(map, "* -fstype=cvmfs :&\n");
    // Here, for /etc/autofs.conf goes before the command line's.
    const timeouts = `--timeout=${idleTimeoutSeconds} --negative-timeout=${NEGATIVE_TIMEOUT_SECONDS}`;
    writeFileSync(masterMap, `/cvmfs ${map} ${timeouts}\n`);
    const daemon = await host.startDaemon(autofsName, "automount", [
      "--foreground",
      "--dont-check-daemon", // another one may serve other mount points
      ...["--pid-file", path.join(this.directory, "automount.pid")],
      masterMap,
    ]);
    // A killed automount leaves its mount behind; the process group in it tells whose it is now.
    const isReady = () =>
      readFileSync(`/proc/${daemon.pid}/mounts`, "utf8")
        .split("\n")
        .some((line) => / \/cvmfs autofs /.test(line) && line.includes(`,pgrp=${daemon.pid},`));
    await this.waitUntilReady("autofs", daemon, isReady);
  }

  /** As `systemctl stop autofs` does: unmounts what is not in use, and leaves the rest. */
  async stopAutofs(): Promise<void> {
    await this.options.host.findDaemon(autofsName)?.stop();
  }

  /**
   * Ends both daemons, unmounts what its automount mounted and nothing else, and undoes what was written on
   * the host.
   */
  async stop(): Promise<void> {
    await this.stopAutofs();
    const { host } = this.options;
    for (const point of ownMountPoints(await this.mounts(), this.map))
      await host.tryRun("umount", ["--lazy", point]);
    await this.stopServer();
    await this.files.remove();
    if (existsSync(this.madeMountPoint)) {
      await host.tryRun("rmdir", ["/cvmfs"]);
      rmSync(this.madeMountPoint);
    }
  }

  /** Writes the client's configuration, keys and mount helper where the official client has them. */
  private async configure(publications: readonly Publication[]): Promise<void> {
    const { host, port, repositories, clientBinary } = this.options;
    const settings = [
      "# Written by cdktf-vobox: repositories on this machine, read by a compatible client.",
      `CVMFS_SERVER_URL='http://127.0.0.1:${port}/cvmfs/@fqrn@'`,
      "CVMFS_HTTP_PROXY=DIRECT",
      `CVMFS_CACHE_BASE='${path.join(this.directory, "cache")}'`,
      `CVMFS_USYSLOG='${path.join(this.directory, "client.log")}'`,
      `CVMFS_COMPATIBLE_CLIENT='${clientBinary}'`,
      "",
    ];
    await this.files.install("/etc/cvmfs/default.local", settings.join("\n"));
    const key = readFileSync(publications[0].publicKeyFile);
    const domains = repositories.map(({ name }) => name.slice(name.indexOf(".") + 1));
    for (const domain of new Set(domains)) {
      await this.files.install(`/etc/cvmfs/keys/${domain}/cdktf-vobox-local.pub`, key);
    }
    const helper = readFileSync(path.join(__dirname, "mount.cvmfs"));
    await this.files.install("/sbin/mount.cvmfs", helper, { mode: 0o755 });
    // One that was there before stays when the service goes.
    if ((await host.tryRun("mkdir", ["/cvmfs"])).exitCode === 0)
      writeFileSync(this.madeMountPoint, "");
  }

  private async waitUntilReady(what: string, daemon: Daemon, isReady: () => boolean) {
    const outcome = await waitFor(`${what} ready`, START_LIMIT_MILLISECONDS, () => {
      if (!daemon.isRunning()) return "ended";
      return isReady() && "ready";
    }).catch(() => "silent");
    if (outcome === "ready") return;
    const state = outcome === "ended" ? "ended while starting" : "did not come up in time";
    const log = readFileSync(daemon.logFile, "utf8").trim().split("\n").slice(-5).join("\n");
    throw new Problem(
      `${what} on ${this.options.host.name} ${state}; its log, ${daemon.logFile}, ends with:\n${log}`,
    );
  }
}

/** The compiled server, also when this runs from its source, as in tests. */
function serverProgram(): string {
  const program = path.join(repositoryRoot(), "dist", "local", "cvmfs", "server.js");
  if (!existsSync(program)) {
    throw new Problem(
      `The repository server is not compiled: there is no ${program}; run "npm run build".`,
    );
  }
  return program;
}
