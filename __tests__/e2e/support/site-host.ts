import { mkdirSync, mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { CvmfsService } from "../../../local/cvmfs/service";
import type { PrivateHost } from "../../../local/private-host";
import { startPrivateSite, type PrivateSite } from "../../../local/private-site";
import { localDirectory } from "../../../local/settings";
import { tryRun, type CommandResult } from "../../../local/support/run";
import { CvmfsPackage, VoBoxFile } from "../../../lib";
import { VoBoxApp } from "../../../stacks/app";
import { Nemesis, type NemesisProps } from "../../../stacks/sites/nemesis";
import { e2eParts } from "./parts";

export interface SiteHostOptions {
  readonly name: string;
  readonly liveRestore?: boolean;
  /** Seconds after which autofs unmounts an idle repository. @default 600 */
  readonly idleTimeoutSeconds?: number;
  /** Text of the default.local of the host's CVMFS client. @default - no proxy */
  readonly defaultLocal?: string;
  /** More arguments for dockerd. @default - none */
  readonly engineArguments?: readonly string[];
}

/** The client for images that reads the local repositories: the official one's packages cannot be had everywhere. */
export function compatibleCvmfsPackage(): CvmfsPackage {
  return CvmfsPackage.compatible({ files: VoBoxFile.fromDirectory(e2eParts().containerClient) });
}

/** A {@link PrivateSite} that tests deploy to and look into. */
export class SiteHost {
  static async start(options: SiteHostOptions): Promise<SiteHost> {
    const { cvmfsClient, engineSeed } = e2eParts();
    const scratch = join(localDirectory(), "e2e");
    mkdirSync(scratch, { recursive: true });
    const directory = realpathSync(mkdtempSync(join(scratch, `${options.name}-`)));
    const site = await startPrivateSite({ ...options, directory, cvmfsClient, engineSeed });
    return new SiteHost(site, directory);
  }

  readonly host: PrivateHost;
  readonly cvmfs: CvmfsService;

  private constructor(
    private readonly site: PrivateSite,
    /** For files of the test; the host sees it at the same path. */
    readonly directory: string,
  ) {
    ({ host: this.host, cvmfs: this.cvmfs } = site);
  }

  get engine(): string {
    return this.host.engineAddress;
  }

  /** Nemesis on this host, its image with the client that reads the local repositories. */
  nemesis(app: VoBoxApp, props: Partial<NemesisProps> = {}): Nemesis {
    return new Nemesis(app, {
      engine: this.engine,
      cvmfsPackage: compatibleCvmfsPackage(),
      ...props,
    });
  }

  /** Removes host and files. */
  destroy(): Promise<void> {
    return this.site.destroy();
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
  tryInside(container: string, command: readonly string[], user = "root"): Promise<CommandResult> {
    return tryRun("docker", ["--host", this.engine, "exec", "--user", user, container, ...command]);
  }

  /** What the engine knows of a container. */
  async inspect(container: string): Promise<ContainerInspection> {
    const [inspection] = JSON.parse(
      await this.docker("container", "inspect", container),
    ) as ContainerInspection[];
    return inspection;
  }

  async health(container: string): Promise<string | undefined> {
    return (await this.inspect(container)).State.Health?.Status;
  }

  /** What the VO-Box in a container says of itself at this moment, whatever the engine's last check was. */
  async report(container: string): Promise<HealthReport> {
    const { stdout, stderr } = await this.tryInside(container, [
      "/usr/libexec/vobox/health",
      "--json",
    ]);
    if (stdout === "") throw new Error(`${container} gives no report: ${stderr}`);
    return JSON.parse(stdout) as HealthReport;
  }

  /**
   * Starts a container by hand, with image, names and environment of the given one, and /cvmfs as the
   * constructs bind it. Further options of `docker run` may take their place.
   */
  async runLike(like: string, name: string, ...options: readonly string[]): Promise<void> {
    const { Config } = await this.inspect(like);
    const cvmfs = "type=bind,source=/cvmfs,target=/cvmfs,readonly,bind-propagation=rslave";
    await this.docker(
      ...["run", "--detach", "--init", `--name=${name}`, `--hostname=${Config.Hostname}`],
      ...[`--mount=${cvmfs}`, ...Config.Env.map((entry) => `--env=${entry}`)],
      ...[...options, Config.Image],
    );
  }

  /** Synthesizes what `describeSites` adds to an app, into the test's folder. Returns the stacks in order. */
  synthesize(describeSites: (app: VoBoxApp) => void): readonly string[] {
    const app = new VoBoxApp({ outdir: join(this.directory, "cdktf.out") });
    describeSites(app);
    app.synth();
    const manifest = JSON.parse(readFileSync(join(app.outdir, "vobox-sites.json"), "utf8")) as {
      readonly sites: ReadonlyArray<{ readonly stacks: readonly string[] }>;
    };
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

  /** The same, returning the result whatever the exit code. */
  async tryApply(stack: string): Promise<CommandResult> {
    await this.terraform(stack, "init", "-input=false");
    return this.tryTerraform(stack, "apply", "-input=false", "-auto-approve");
  }

  /** Ids of the engine's images by name and tag; `<none>:<none>` for one that lost its own. */
  async images(): Promise<ReadonlyMap<string, string>> {
    const format = "{{.Repository}}:{{.Tag}} {{.ID}}";
    const lines = await this.docker("image", "ls", "--no-trunc", "--format", format);
    const pairs = lines.split("\n").filter((line) => line !== "");
    return new Map(pairs.map((line) => line.split(" ") as [string, string]));
  }

  /** Exit code of a plan: 0 no change, 2 changes; other codes throw. */
  async plan(stack: string): Promise<{ readonly exitCode: number; readonly output: string }> {
    await this.terraform(stack, "init", "-input=false");
    const result = await this.tryTerraform(stack, "plan", "-input=false", "-detailed-exitcode");
    if (result.exitCode !== 0 && result.exitCode !== 2)
      throw new Error(`plan of ${stack} failed:\n${result.stdout}${result.stderr}`);
    return { exitCode: result.exitCode, output: result.stdout };
  }

  /** What a plan does with each resource. */
  async changes(stack: string): Promise<readonly ResourceChange[]> {
    await this.terraform(stack, "init", "-input=false");
    await this.terraform(stack, "plan", "-input=false", "-out=plan");
    const plan = JSON.parse(await this.terraform(stack, "show", "-json", "plan")) as {
      readonly resource_changes: readonly ResourceChange[];
    };
    return plan.resource_changes;
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
      [command, "-no-color", ...rest],
      {
        cwd: join(this.directory, "cdktf.out", "stacks", stack),
        env: { ...environment, DOCKER_HOST: undefined },
      },
    );
  }
}

/** Of what `terraform show -json` prints of a plan. */
export interface ResourceChange {
  readonly type: string;
  readonly name: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
    /** The changes that force a replacement: the way to each, an attribute's name first. */
    readonly replace_paths?: ReadonlyArray<readonly unknown[]>;
  };
}

/** What `health --json` prints. */
export interface HealthReport {
  readonly healthy: boolean;
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  readonly repositories: ReadonlyArray<{ readonly name: string; readonly readable: boolean }>;
  readonly services: ReadonlyArray<{
    readonly name: string;
    readonly running: boolean;
    readonly user: string | null;
    readonly standIn: boolean;
  }>;
  readonly healthCommands: ReadonlyArray<{
    readonly name: string;
    readonly problem: string | null;
  }>;
  readonly credentials: ReadonlyArray<{
    readonly name: string;
    readonly file: string | null;
    readonly expiresAt: string | null;
    readonly problems: readonly string[];
  }>;
  readonly resolvers: readonly string[];
}

export interface ContainerInspection {
  readonly Id: string;
  readonly Image: string;
  readonly RestartCount: number;
  readonly Config: {
    readonly Image: string;
    readonly Hostname: string;
    readonly Env: readonly string[];
    readonly StopTimeout: number;
    readonly Healthcheck: { readonly Interval: number };
  };
  readonly HostConfig: {
    readonly LogConfig: {
      readonly Type: string;
      readonly Config: Readonly<Record<string, string>>;
    };
  };
  readonly State: {
    readonly Status: string;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: {
      readonly Status: string;
      readonly Log: ReadonlyArray<{ readonly Start: string; readonly End: string }>;
    };
  };
}
