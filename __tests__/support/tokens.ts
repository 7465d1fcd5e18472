import { type TerraformStack, TerraformVariable } from "cdktf";
import {
  CvmfsClient,
  CvmfsMount,
  type IVoBoxImage,
  VoBoxContainer,
  type VoBoxContainerProps,
} from "../../lib";
import { newImage } from "./synthesis";

/** A variable of Terraform's, named as its type. */
export function variable(stack: TerraformStack, type: string): TerraformVariable {
  return new TerraformVariable(stack, type, { type });
}

/** A variable that is a list of texts. */
export function list(stack: TerraformStack): TerraformVariable {
  return new TerraformVariable(stack, "list", { type: "list(string)" });
}

/** The props that a test is about. */
export type Given = Partial<VoBoxContainerProps>;

let image: IVoBoxImage | undefined;

/** A container with these props, and what it has to have besides. */
export function addContainer(stack: TerraformStack, props: Given): void {
  new VoBoxContainer(stack, "box", {
    image: (image ??= newImage()),
    fqdn: "vobox.cern.ch",
    cvmfs: CvmfsMount.fromHost(),
    ...props,
  });
}

/** A container with a CVMFS client of its own. */
export const ownClient = (props: ConstructorParameters<typeof CvmfsClient>[0]): Given => ({
  cvmfs: CvmfsMount.inContainer({ client: new CvmfsClient(props) }),
});
