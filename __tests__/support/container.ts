import type { TerraformStack } from "cdktf";
import { CvmfsMount, type IVoBoxImage, VoBoxContainer, type VoBoxContainerProps } from "../../lib";
import { newImage, newStack, only, type Resource, synthesize } from "./synthesis";

/** The props that a test is about. */
export type Given = Partial<VoBoxContainerProps>;

let image: IVoBoxImage | undefined;

/** A container with these props, and what it has to have besides. */
export function addContainer(stack: TerraformStack, props: Given = {}, id = "box"): VoBoxContainer {
  return new VoBoxContainer(stack, id, {
    image: (image ??= newImage()),
    fqdn: "vobox.cern.ch",
    cvmfs: CvmfsMount.fromHost(),
    ...props,
  });
}

/** Its resource as Terraform gets it, alone in a stack named `site`. */
export function containerWith(props: Given, stack = newStack()): Resource {
  addContainer(stack, props);
  return only(synthesize(stack), "docker_container");
}
