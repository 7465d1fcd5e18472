import { type TerraformStack, TerraformVariable } from "cdktf";
import { CvmfsClient, CvmfsMount } from "../../lib";
import type { Given } from "./container";

/** A variable of Terraform's, named as its type. */
export function variable(stack: TerraformStack, type: string): TerraformVariable {
  return new TerraformVariable(stack, type, { type });
}

/** A variable that is a list of texts. */
export function list(stack: TerraformStack): TerraformVariable {
  return new TerraformVariable(stack, "list", { type: "list(string)" });
}

/** A container with a CVMFS client of its own. */
export const ownClient = (props: ConstructorParameters<typeof CvmfsClient>[0]): Given => ({
  cvmfs: CvmfsMount.inContainer({ client: new CvmfsClient(props) }),
});
