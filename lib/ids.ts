import { TerraformElement, TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";

const watched = new WeakSet<TerraformStack>();

/**
 * Refuses a stack in which two elements have the same Terraform address.
 *
 * CDKTF drops characters from construct ids (`a.b` and `ab` become one): without this check one of
 * the two resources vanishes from the plan with no word.
 */
export function refuseCollidingIds(construct: IConstruct): void {
  const stack = TerraformStack.of(construct);
  if (watched.has(stack)) return;
  watched.add(stack);
  stack.node.addValidation({ validate: () => collisions(stack) });
}

function collisions(stack: TerraformStack): string[] {
  const pathsByAddress = new Map<string, string[]>();
  for (const node of stack.node.findAll()) {
    if (!TerraformElement.isTerraformElement(node) || TerraformStack.isStack(node)) continue;
    // The kind of element as Terraform tells them apart; elements of another kind may share an id.
    const kind =
      (node.constructor as { readonly tfResourceType?: string }).tfResourceType ??
      node.constructor.name;
    const address = `${kind}.${node.friendlyUniqueId}`;
    pathsByAddress.set(address, [...(pathsByAddress.get(address) ?? []), node.node.path]);
  }
  return [...pathsByAddress]
    .filter(([, paths]) => paths.length > 1)
    .map(
      ([address, paths]) =>
        `${paths[1]}: construct id: given an id that becomes ${address}, as ${paths[0]} does; ` +
        "allowed: ids that differ in letters, digits, - or _ (all else is dropped). Rename one of the two.",
    );
}
