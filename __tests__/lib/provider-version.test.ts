import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { CvmfsMount, VoBoxContainer, VoBoxImage } from "../../lib";
import { useScratch } from "../support/scratch";
import { newImage, synthesize } from "../support/synthesis";

useScratch();

const property = "terraform.required_providers.docker.version";

function stackWith(version?: string): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "site");
  new DockerProvider(stack, "docker");
  if (version !== undefined) stack.addOverride(property, version);
  const cvmfs = CvmfsMount.fromHost();
  new VoBoxContainer(stack, "vobox", { image: newImage(), fqdn: "vobox.cern.ch", cvmfs });
  return stack;
}

describe("guard 11: a docker provider before 4.6", () => {
  it("is refused, as the one that the bindings pin", () =>
    expect(() => synthesize(stackWith())).toThrow(
      'site/vobox: docker provider: given "3.6.2", allowed 4.6 or later. Replace what the bindings pin: ' +
        `stack.addOverride("${property}", "~> 4.6").`,
    ));

  it("is refused for an image alone", () => {
    const stack = new TerraformStack(Testing.app(), "site");
    new DockerProvider(stack, "docker");
    new VoBoxImage(stack, "image");
    expect(() => synthesize(stack)).toThrow("site/image: docker provider: given");
  });

  it.each([
    "3.9.0",
    "= 4.5.0",
    "~> 3.6",
    "~>4.5.1",
    "4.0",
    "v2.25.0",
    "< 4",
    ">= 3.0, < 4.0",
    "<= 4.5.0",
    "~> 4.0, < 4.6",
  ])("is refused as %s", (version) =>
    expect(() => synthesize(stackWith(version))).toThrow("allowed 4.6 or later"),
  );

  it.each([
    "~> 4.6",
    "4.6.0",
    "~> 4.0",
    ">= 3",
    "4.7.1",
    "5.0.0",
    "~> 4.6.1",
    ">= 4.6, < 6",
    "< 5",
    "<= 4.6.0",
    "< 4.6.2",
  ])("is not what %s asks for", (version) =>
    expect(() => synthesize(stackWith(version))).not.toThrow(),
  );
});
