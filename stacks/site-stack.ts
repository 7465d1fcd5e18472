import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { asLiterals } from "../lib/literals";
import { dockerProviderVersion } from "../lib/provider-version";
import { sshOptions } from "./ssh-options";

/** Versions of the Terraform providers, in place of the exact ones that the bindings pin. */
export const providerVersions = {
  docker: dockerProviderVersion,
  null: ">= 2.1.2, < 4.0.0",
};

/** One of the stacks of a site: its own state, and the providers in the versions that are known to work. */
export class SiteStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    // Relative to the stack's own folder in the output: beside the output, the same on each machine.
    new LocalBackend(this, { path: `../../../state/${id}.tfstate` });
  }

  /** @param engine address of the engine, whatever DOCKER_HOST and DOCKER_CONTEXT say */
  useDocker(engine: string): void {
    // An empty context wins over DOCKER_CONTEXT, which would win over the host. Not for what a site does not
    // use: a part of provider 4.6 reads it all the same, and fails where there is no context of that name.
    const settings = { host: engine, context: "", sshOpts: sshOptions(engine)?.slice() };
    new DockerProvider(this, "docker", asLiterals(settings));
    this.addOverride("terraform.required_providers.docker.version", providerVersions.docker);
  }

  /** For a resource that only runs a command. */
  useNull(): void {
    new NullProvider(this, "null");
    this.addOverride("terraform.required_providers.null.version", providerVersions.null);
  }
}
