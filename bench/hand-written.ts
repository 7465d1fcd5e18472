import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../local/settings";
import { gateScript, readComputed, resolvers } from "./nemesis";
import { TerraformRoot } from "./terraform";

/** Roots made of the files in `hcl`: the two states of Nemesis that have resources, or all in one. */
const roots = {
  image: ["docker.tf", "image.tf"],
  vobox: ["vobox.tf"],
  single: ["image.tf", "vobox.tf"],
};

/** Nemesis written by hand in HCL, deployed to an engine of its own. */
export class HandWritten {
  readonly image: TerraformRoot;
  readonly vobox: TerraformRoot;
  private readonly single: TerraformRoot;

  /**
   * @param outdir a synthesized Nemesis, whose image is built
   * @param environment what Terraform takes on this machine
   */
  constructor(
    private readonly folder: string,
    engine: string,
    outdir: string,
    environment: Readonly<Record<string, string>>,
  ) {
    const computed = readComputed(outdir);
    const variables = {
      TF_VAR_engine: engine,
      TF_VAR_reference: computed.reference,
      TF_VAR_content: computed.content,
      TF_VAR_build_context: computed.buildContext,
      TF_VAR_replace_on: computed.replaceOn,
      TF_VAR_resolvers: resolvers,
      TF_VAR_gate_script: gateScript,
    };
    const root = (name: keyof typeof roots): TerraformRoot => {
      const target = join(folder, name);
      mkdirSync(target, { recursive: true });
      for (const file of roots[name])
        cpSync(join(repositoryRoot(), "bench/hcl", file), join(target, file));
      return new TerraformRoot(target, { ...environment, ...variables });
    };
    this.image = root("image");
    this.vobox = root("vobox");
    this.single = root("single");
  }

  async deploy(): Promise<void> {
    for (const root of [this.image, this.vobox]) {
      await root.init();
      await root.apply();
    }
  }

  /** A root with all resources in one state, beside the two. */
  async inOneState(): Promise<TerraformRoot> {
    await this.single.init();
    const resources = {
      image: ["docker_image.vobox"],
      vobox: ["docker_container.vobox", "null_resource.health"],
    };
    for (const name of ["image", "vobox"] as const) {
      const copy = join(this.folder, `${name}.tfstate`);
      cpSync(join(this[name].folder, "terraform.tfstate"), copy);
      for (const resource of resources[name]) await this.single.takeFrom(copy, resource);
    }
    return this.single;
  }

  /** Takes container and image's description away; image and volumes stay on the engine. */
  async destroy(): Promise<void> {
    for (const root of [this.vobox, this.image]) await root.destroy();
  }
}
