import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { standInRepositories } from "../../../local/cvmfs/repositories";
import { CvmfsService } from "../../../local/cvmfs/service";
import { PrivateHost } from "../../../local/private-host";
import { localDirectory, repositoryRoot } from "../../../local/settings";
import type { Daemon } from "../../../local/support/host";
import { run, type CommandResult } from "../../../local/support/run";
import { e2eParts } from "./parts";

export interface MachineOptions {
  readonly name: string;
  /** Whether it has a Docker engine of its own, at the usual socket. */
  readonly engine: boolean;
}

/**
 * A private host in the part of someone's machine, with a clone of the repository that has been prepared: what was
 * built is linked, so that nothing is built again. The entry scripts run in it as a person runs them.
 */
export class Machine {
  static async start(options: MachineOptions): Promise<Machine> {
    const scratch = join(localDirectory(), "e2e");
    mkdirSync(scratch, { recursive: true });
    const directory = realpathSync(mkdtempSync(join(scratch, `${options.name}-`)));
    // For those who are not root.
    chmodSync(directory, 0o755);
    const clone = join(directory, "clone");
    try {
      await makeClone(clone);
      // What a first start leaves there, too; the base image and the packages in it take a minute otherwise.
      if (!options.engine) await copySeed(join(clone, ".local", "host", "engine"));
      const host = await PrivateHost.start({
        name: options.name,
        directory: join(directory, "machine"),
        network: "private",
        outboundNetwork: true,
        sharedDirectories: [repositoryRoot(), directory],
        lifetime: "caller",
        engineStorage: "memory",
      });
      const machine = new Machine(host, directory, clone);
      if (options.engine) await host.startEngine({ seed: e2eParts().engineSeed });
      return machine;
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(
    readonly host: PrivateHost,
    /** For files of the test; the machine sees it at the same path. */
    readonly directory: string,
    readonly clone: string,
  ) {}

  /** `node scripts/NAME.mjs ARGUMENTS`, as npm runs it. */
  script(
    name: "start" | "status" | "destroy" | "test",
    args: readonly string[] = [],
    env: Readonly<Record<string, string | undefined>> = {},
    user: "root" | "nobody" = "root",
  ): Promise<CommandResult> {
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const command = [...(user === "root" ? [] : nobody), process.execPath, this.scriptFile(name)];
    return this.host.tryRun("env", [...command, ...args], {
      cwd: this.clone,
      env: { ...plainEnvironment, ...env },
    });
  }

  /**
   * What an account without rights needs to run the scripts: it may use the engine and write to the clone, and has
   * prepared parts of its own. Returns its environment.
   */
  async prepareFor(user: "nobody"): Promise<Readonly<Record<string, string>>> {
    const home = join(this.directory, `home-of-${user}`);
    const local = join(home, "local");
    mkdirSync(local, { recursive: true });
    const parts = ["terraform", "cvmfs/cvmfs-compatible-client", "answers"];
    parts.push("cvmfs/cvmfs-compatible-client.stamp");
    await run("cp", ["--archive", "--parents", ...parts, local], {
      cwd: join(this.clone, ".local"),
    });
    await run("chown", ["--recursive", "65534:65534", home]);
    for (const folder of ["cdktf.out", "state"])
      rmSync(join(this.clone, folder), { recursive: true, force: true });
    chmodSync(this.clone, 0o777);
    await this.host.run("chmod", ["0666", "/run/docker.sock"]);
    return { HOME: home, VOBOX_LOCAL_DIR: local };
  }

  /** A script in the background, under that name. */
  scriptInBackground(
    daemon: string,
    name: "start" | "destroy",
    env: Readonly<Record<string, string>> = {},
  ): Promise<Daemon> {
    const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    const unset = Object.keys(plainEnvironment).map((key) => `--unset=${key}`);
    const command = [process.execPath, this.scriptFile(name)];
    return this.host.startDaemon(daemon, "env", [...unset, ...settings, ...command]);
  }

  private scriptFile(name: string): string {
    return join(this.clone, "scripts", `${name}.mjs`);
  }

  /** The docker command against the machine's own engine. */
  docker(...args: readonly string[]): Promise<string> {
    return this.host.docker(args);
  }

  /** The command lines of all processes of the machine, the private engine's containers included. */
  async processes(): Promise<string[]> {
    const lines = (await this.host.run("ps", ["-eo", "args="])).trim().split("\n");
    return lines.filter((line) => !line.startsWith("ps -eo"));
  }

  /** Mount points and types of the machine. */
  async mounts(): Promise<string[]> {
    const listing = await this.host.run("findmnt", [
      "--noheadings",
      "--raw",
      "--output",
      "TARGET,FSTYPE",
    ]);
    return listing.trim().split("\n").sort();
  }

  /** Everything on the machine that a start may leave behind: processes, mounts, files of CVMFS. */
  async traces(): Promise<readonly string[]> {
    const files = ["/etc/cvmfs", "/sbin/mount.cvmfs", "/cvmfs"];
    const found = await this.host.tryRun("find", [...files, "-maxdepth", "0"]);
    return [...(await this.processes()).sort(), ...(await this.mounts()), found.stdout];
  }

  /** A CVMFS of the machine's own, as of a site that has installed the client. */
  serveCvmfs(port: number): Promise<CvmfsService> {
    return CvmfsService.start({
      host: this.host,
      repositories: standInRepositories(),
      directory: join(this.directory, "own-cvmfs"),
      clientBinary: e2eParts().cvmfsClient,
      port,
    });
  }

  /** Removes the machine and its files. */
  async destroy(): Promise<void> {
    await this.host.destroy();
    // The control groups of a private host in the private host are the machine's; that host's state knows them.
    await PrivateHost.removeStale(join(this.clone, ".local"));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What this test run hands to its own tests, and what would lead the scripts to another folder or engine. */
const plainEnvironment = Object.fromEntries(
  [
    "VOBOX_LOCAL_DIR",
    "VOBOX_E2E_PARTS",
    "VOBOX_E2E_MISSING",
    "DOCKER_HOST",
    "CI",
    "NODE_OPTIONS",
  ].map((name) => [name, undefined]),
);

async function makeClone(clone: string): Promise<void> {
  const top = repositoryRoot();
  mkdirSync(clone, { recursive: true });
  const left = ["node_modules", ".git", ".local", "cdktf.out", "state", "coverage", "cdktf.log"];
  for (const name of readdirSync(top).filter((entry) => !left.includes(entry)))
    cpSync(join(top, name), join(clone, name), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
  // Hard links: whatever a script does to the clone's packages, the real ones stay.
  await run("cp", ["--archive", "--link", join(top, "node_modules"), clone]);
  const parts = ["base-image", "terraform", "cvmfs/cvmfs-compatible-client"];
  parts.push("cvmfs/cvmfs-compatible-client.stamp", "answers");
  const local = join(clone, ".local");
  mkdirSync(local);
  const there = parts.filter((part) => existsSync(join(localDirectory(), part)));
  await run("cp", ["--archive", "--link", "--parents", ...there, local], { cwd: localDirectory() });
  // Written in place, so not to be linked; it names the other folder's mirror.
  rmSync(join(local, "terraform", "mirror.tfrc"), { force: true });
  // As of now, so that no registry is waited for.
  rmSync(join(local, "answers"), { recursive: true, force: true });
  mkdirSync(join(local, "answers"));
  const answers = join(localDirectory(), "answers");
  for (const name of existsSync(answers) ? readdirSync(answers) : []) {
    const answer = JSON.parse(readFileSync(join(answers, name), "utf8")) as object;
    const fresh = JSON.stringify({ ...answer, time: Date.now() });
    writeFileSync(join(local, "answers", name), fresh);
  }
}

async function copySeed(target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  await run("cp", ["--archive", `${e2eParts().engineSeed}/.`, target]);
}
