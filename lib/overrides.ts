import type { TerraformElement, TerraformStack } from "cdktf";

/** What was given by addOverride, as nested objects. No public member of CDKTF tells it. */
export function overridesOf(element: TerraformElement | TerraformStack): unknown {
  return Reflect.get(element, "rawOverrides");
}
