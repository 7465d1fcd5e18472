import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Daemon, Host } from "../support/host";
import { Problem } from "../support/problem";
import { HostFiles } from "./host-files";
import { hasForeignAutofs, ownMountPoints, parseMounts, type Mount } from "./mounts";
import { waitUntilReady } from "./ready";
import { LocalRepositories, type LocalRepository } from "./repositories";

export interface CvmfsServiceOptions {
  /** Where the repositories appear under /cvmfs. */
  readonly host: Host;
  readonly repositories: readonly LocalRepository[];
  /** Keeps published data, cache and maps; created. The host sees it at the same path. */
  readonly directory: string;
  /** See {@link LocalRepositories}. @default - in the directory */
  readonly keysDirectory?: string;
  /** The program that buildClient returned. The host sees it at the same path. */
  readonly clientBinary: string;
  /** Port of the repository server on the host's 127.0.0.1. */
  readonly port: number;
  /** Text of the client's default.local, which is the site's. @default - no proxy */
  readonly defaultLocal?: string;
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
const autofsName = "automount";

/** A site's CVMFS on a host: repositories, their server, and autofs with the map line of real sites. */
export class CvmfsService {
  /** What autofs mounts. */
  readonly repositories: LocalRepositories;
  private readonly directory: string;
  private readonly files: HostFiles;

  /** The map of its automount, and so the source of its mounts: no other service has one of that path. */
  private readonly map: string;

  /** Marks that the mount point was made by this service. */
  private readonly madeMountPoint: string;

  private constructor(private readonly options: CvmfsServiceOptions) {
    mkdirSync(options.directory, { recursive: true });
    this.directory = realpathSync(options.directory);
    const keysDirectory = options.keysDirectory ?? path.join(this.directory, "keys");
    this.repositories = new LocalRepositories({
      ...options,
      directory: this.directory,
      keysDirectory,
    });
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
    const { host } = options;
    await service.assertNoOtherCvmfs();
    const served = LocalRepositories.isServedOn(host);
    const mounts = CvmfsService.isRunningOn(host);
    try {
      await service.repositories.publish();
      await service.configure();
      await service.repositories.startServer();
      if (!mounts) await service.startAutofs();
    } catch (error) {
      // A VO-Box may be reading through what an earlier start brought up.
      if (!served && !mounts) await service.stop();
      else if (!mounts) await service.stopAutofs();
      else if (!served) await service.repositories.stopServer();
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

  /** The automount daemon of /cvmfs. */
  get autofs(): Daemon {
    const daemon = this.options.host.findDaemon(autofsName);
    if (!daemon) throw new Error(`${autofsName} has not been started`);
    return daemon;
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
    await waitUntilReady("autofs", host, daemon, isReady);
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
    await this.repositories.stopServer();
    await this.files.remove();
    if (existsSync(this.madeMountPoint)) {
      await host.tryRun("rmdir", ["/cvmfs"]);
      rmSync(this.madeMountPoint);
    }
  }

  /** Writes the client's configuration, keys and mount helper where the official client has them. */
  private async configure(): Promise<void> {
    const { host, clientBinary, defaultLocal = "CVMFS_HTTP_PROXY=DIRECT\n" } = this.options;
    const note =
      "# Written by cdktf-vobox: repositories on this machine, read by a compatible client.";
    const client = [
      note,
      `CVMFS_CACHE_BASE='${path.join(this.directory, "cache")}'`,
      `CVMFS_USYSLOG='${path.join(this.directory, "client.log")}'`,
      `CVMFS_COMPATIBLE_CLIENT='${clientBinary}'`,
      "",
    ];
    await this.files.install("/etc/cvmfs/default.d/90-cdktf-vobox-local.conf", client.join("\n"));
    await this.files.install("/etc/cvmfs/default.local", defaultLocal);
    const key = this.repositories.readPublicKey();
    const server = `${note}\nCVMFS_SERVER_URL='${this.repositories.serverUrl}'\n`;
    for (const domain of this.repositories.domains) {
      await this.files.install(`/etc/cvmfs/domain.d/${domain}.local`, server);
      await this.files.install(`/etc/cvmfs/keys/${domain}/cdktf-vobox-local.pub`, key);
    }
    const helper = readFileSync(path.join(__dirname, "mount.cvmfs"));
    await this.files.install("/sbin/mount.cvmfs", helper, { mode: 0o755 });
    // One that was there before stays when the service goes.
    if ((await host.tryRun("mkdir", ["/cvmfs"])).exitCode === 0)
      writeFileSync(this.madeMountPoint, "");
  }
}
