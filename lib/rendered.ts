import type { TerraformResource } from "cdktf";

/** A resource as Terraform gets it: attributes by the provider's names, with overrides; tokens are not resolved. */
export function renderedAttributes(resource: TerraformResource): Readonly<Record<string, unknown>> {
  const { resource: types } = resource.toTerraform() as Rendered;
  const [byId] = Object.values(types);
  const [attributes] = Object.values(byId);
  return attributes;
}

/** By type and id, of which there is one each. */
interface Rendered {
  readonly resource: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>
  >;
}
