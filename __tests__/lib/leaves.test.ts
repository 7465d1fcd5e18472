import { TerraformStack, Testing } from "cdktf";
import { visitLeaves } from "../../lib/leaves";

it("visits texts, numbers, bytes and keys with their places", () => {
  const visited: [string, unknown][] = [];
  const bytes = Buffer.from("x");
  visitLeaves({ a: "t", b: [1, { c: bytes }], d: null, e: undefined, f: true }, (place, leaf) =>
    visited.push([place, leaf]),
  );
  expect(visited.filter(([place]) => !place.startsWith("a key of"))).toEqual([
    ["a", "t"],
    ["b[0]", 1],
    ["b[1].c", bytes],
  ]);
  expect(visited).toContainEqual(["a key of the props", "a"]);
  expect(visited).toContainEqual(["a key of b[1]", "c"]);
});

it("does not enter constructs, but what only has a key of theirs", () => {
  const visited: unknown[] = [];
  const stack = new TerraformStack(Testing.app(), "stack");
  visitLeaves({ stack, labels: { node: "a", b: "c" } }, (_place, leaf) => visited.push(leaf));
  expect(visited).toEqual(["stack", "labels", "node", "a", "b", "c"]);
});
