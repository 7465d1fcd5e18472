import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CvmfsService, standInRepositories } from "../../../local/cvmfs/service";
import { PrivateHost } from "../../../local/private-host";
import { localDirectory, repositoryRoot } from "../../../local/settings";
import { tryRun, run, type CommandResult } from "../../../local/support/run";
import { VoBoxApp } from "../../../stacks/app";
import { e2eParts } from "./parts";

export interface SiteHostOptions {
  readonly name: string;
  readonly liveRestore?: boolean;
  /** Seconds after which autofs unmounts an idle repository. @default 600 */
  readonly idleTimeoutSeconds?: number;
}

/** A private host with engine, autofs and CVMFS: a site to deploy to. Gone, whole, with {@link destroy} or with this process. */
export class SiteHost {
  static async start(options: SiteHostOptions): Promise<SiteHost> {
    const parts = e2eParts();
    const scratch = join(localDirectory(), "e2e");
    await run("mkdir", ["-p", scratch]);
    const directory = realpathSync(mkdtempSync(join(scratch, `${options.name}-`)));
    const host = await PrivateHost.start({
      name: options.name,
      directory: join(directory, "host"),
      network: "private",
      outboundNetwork: true,
      sharedDirectories: [repositoryRoot(), localDirectory()],
      lifetime: "caller",
      engineStorage: "memory",
    });
    try {
      const cvmfs = await CvmfsService.start({
        host,
        repositories: standInRepositories(),
        directory: join(directory, "cvmfs"),
        clientBinary: parts.cvmfsClient,
        port: 18000,
        idleTimeoutSeconds: options.idleTimeoutSeconds,
      });
      await host.startEngine({ seed: parts.engineSeed, liveRestore: options.liveRestore });
      return new SiteHost(host, cvmfs, directory);
    } catch (error) {
      await host.destroy();
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(
    readonly host: PrivateHost,
    readonly cvmfs: CvmfsService,
    /** For files of the test; the host sees it at the same path. */
    readonly directory: string,
  ) {}

  get engine(): string {
    return this.host.engineAddress;
  }

  /** Removes host and files. */
  async destroy(): Promise<void> {
    await this.host.destroy();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The docker command against this host's engine. */
  docker(...args: readonly string[]): Promise<string> {
    return this.host.docker(args);
  }

  /** Runs a command in a container, as the given user; returns its output. */
  inside(container: string, command: readonly string[], user = "root"): Promise<string> {
    return this.docker("exec", "--user", user, container, ...command);
  }

  /** The same, returning the result whatever the exit code. */
  tryInside(
    container: string,
    command: readonly string[],
    user = "root",
  ): Promise<CommandResult> {
    return tryRun("docker", ["--host", this.engine, "exec", "--user", user, container, ...command]);
  }

  /** What the engine knows of a container. */
  async inspect(container: string): Promise<ContainerInspection> {
    const [inspection] = JSON.parse(
      await this.docker("container", "inspect", container),
    ) as ContainerInspection[];
    return inspection!;
  }

  async health(container: string): Promise<string | undefined> {
    return (await this.inspect(container)).State.Health?.Status;
  }

  /** Synthesizes what `describeSites` adds to an app, into the test's folder. Returns the stacks in order. */
  synthesize(describeSites: (app: VoBoxApp) => void): readonly string[] {
    const app = new VoBoxApp({ outdir: join(this.directory, "cdktf.out") });
    describeSites(app);
    app.synth();
    const manifest = JSON.parse(
      readFileSync(join(app.outdir, "vobox-sites.json"), "utf8"),
    ) as { readonly sites: ReadonlyArray<{ readonly stacks: readonly string[] }> };
    return manifest.sites.flatMap((site) => site.stacks);
  }

  /** Synthesizes and applies all stacks in order, as `cdktf deploy` does. */
  async deploy(describeSites: (app: VoBoxApp) => void): Promise<void> {
    for (const stack of this.synthesize(describeSites)) await this.apply(stack);
  }

  async apply(stack: string): Promise<void> {
    await this.terraform(stack, "init", "-input=false");
    await this.terraform(stack, "apply", "-input=false", "-auto-approve");
  }

  /** Exit code of a plan: 0 no change, 2 changes; other codes throw. */
  async plan(stack: string): Promise<{ readonly exitCode: number; readonly output: string }> {
    await this.terraform(stack, "init", "-input=false");
    const result = await this.tryTerraform(stack, "plan", "-input=false", "-detailed-exitcode");
    if (result.exitCode !== 0 && result.exitCode !== 2)
      throw new Error(`plan of ${stack} failed:\n${result.stdout}${result.stderr}`);
    return { exitCode: result.exitCode, output: result.stdout };
  }

  async terraform(stack: string, ...args: readonly string[]): Promise<string> {
    const result = await this.tryTerraform(stack, ...args);
    if (result.exitCode !== 0)
      throw new Error(`terraform ${args[0]} of ${stack}:\n${result.stdout}${result.stderr}`);
    return result.stdout;
  }

  tryTerraform(stack: string, ...args: readonly string[]): Promise<CommandResult> {
    const { environment } = e2eParts();
    const [command, ...rest] = args;
    return tryRun(
      environment["TERRAFORM_BINARY_NAME"] ?? "terraform",
      [command!, "-no-color", ...rest],
      {
        cwd: join(this.directory, "cdktf.out", "stacks", stack),
        env: { ...environment, DOCKER_HOST: undefined },
      },
    );
  }
}

export interface ContainerInspection {
  readonly Id: string;
  readonly Image: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly Pid: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: { readonly Status: string };
  };
}
