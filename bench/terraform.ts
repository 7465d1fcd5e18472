import { run } from "../local/support/run";

/** Attributes of a root's resources, by type. */
export type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Terraform in a folder of configuration. */
export class TerraformRoot {
  /**
   * @param environment what Terraform takes on this machine, the variables of the configuration, and no DOCKER_HOST that
   * could lead its provider elsewhere
   */
  constructor(
    readonly folder: string,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  async init(): Promise<void> {
    await this.run("init", "-input=false");
  }

  async apply(): Promise<void> {
    await this.run("apply", "-input=false", "-auto-approve");
  }

  async destroy(): Promise<void> {
    await this.run("destroy", "-input=false", "-auto-approve");
  }

  /** Throws unless there is nothing to do. */
  async planNothing(): Promise<void> {
    // With this flag changes are no success.
    await this.run("plan", "-input=false", "-detailed-exitcode");
  }

  /** Moves a resource from a state file to this root's state. */
  async takeFrom(stateFile: string, resource: string): Promise<void> {
    const files = [`-state=${stateFile}`, "-state-out=terraform.tfstate"];
    await this.run("state", "mv", ...files, resource, resource);
  }

  async resources(): Promise<Resources> {
    const state = JSON.parse(await this.run("show", "-json")) as ShownState;
    const resources = state.values?.root_module.resources ?? [];
    return Object.fromEntries(resources.map(({ type, values }) => [type, values]));
  }

  private async run(...args: readonly string[]): Promise<string> {
    return run(this.environment["TERRAFORM_BINARY_NAME"] ?? "terraform", args, {
      cwd: this.folder,
      env: { ...this.environment, DOCKER_HOST: undefined, DOCKER_CONTEXT: undefined },
    });
  }
}

/** Of what `terraform show -json` prints. */
interface ShownState {
  readonly values?: {
    readonly root_module: {
      readonly resources?: ReadonlyArray<{
        readonly type: string;
        readonly values: Readonly<Record<string, unknown>>;
      }>;
    };
  };
}
