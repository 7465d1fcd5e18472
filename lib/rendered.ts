import { DefaultTokenResolver, StringConcat, type TerraformResource, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";

/** A resource as Terraform gets it: attributes by the provider's names, with overrides; tokens are not resolved. */
export function renderedAttributes(resource: TerraformResource): Readonly<Record<string, unknown>> {
  const { resource: types } = resource.toTerraform() as Rendered;
  const [byId] = Object.values(types);
  const [attributes] = Object.values(byId);
  return attributes;
}

/** A value as Terraform gets it: tokens are expressions, and those of one reference are alike. */
export function resolved<T>(scope: IConstruct, value: T): T {
  const resolver = new DefaultTokenResolver(new StringConcat());
  return Tokenization.resolve(value, { scope, resolver }) as T;
}

/** By type and id, of which there is one each. */
interface Rendered {
  readonly resource: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>
  >;
}
