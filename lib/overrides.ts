import type { TerraformStack } from "cdktf";

/** What was given to a stack by addOverride, as nested objects. No public member of CDKTF tells it. */
export function overridesOf(stack: TerraformStack): unknown {
  return Reflect.get(stack, "rawOverrides");
}
