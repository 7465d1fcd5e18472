import { Container } from "@cdktf/provider-docker/lib/container";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import { Testing } from "cdktf";
import { Construct } from "constructs";
import { refuseCollidingIds } from "../../lib/ids";
import { useScratch } from "../support/scratch";
import { newStack } from "../support/synthesis";

useScratch();

function synthesisOf(build: (stack: ReturnType<typeof newStack>) => void): () => string {
  const stack = newStack();
  build(stack);
  refuseCollidingIds(stack);
  refuseCollidingIds(new Construct(stack, "other"));
  return () => Testing.synth(stack, true);
}

it("refuses two resources whose ids differ only in what CDKTF drops, naming both", () => {
  const synthesis = synthesisOf((stack) => {
    new Volume(stack, "a.b");
    new Volume(stack, "ab");
  });
  expect(synthesis).toThrow(
    "site/ab: construct id: given an id that becomes docker_volume.ab, as site/a.b does; allowed: " +
      "ids that differ in letters, digits, - or _ (all else is dropped). Rename one of the two.",
  );
});

it("reports each collision once", () => {
  const synthesis = synthesisOf((stack) => {
    new Volume(stack, "a.b");
    new Volume(stack, "ab");
  });
  try {
    synthesis();
  } catch (error) {
    expect(String(error).match(/construct id:/g)).toHaveLength(1);
  }
  expect.assertions(1);
});

it("finds collisions below other constructs", () => {
  const synthesis = synthesisOf((stack) => {
    new Volume(new Construct(stack, "x.y"), "Default");
    new Volume(new Construct(stack, "xy"), "Default");
  });
  expect(synthesis).toThrow("as site/x.y/Default does");
});

it("takes ids that stay apart, and one id for resources of two types", () => {
  const synthesis = synthesisOf((stack) => {
    new Volume(stack, "a-b");
    new Volume(stack, "a_b");
    new Volume(new Construct(stack, "c"), "d");
    new Volume(new Construct(stack, "c.1"), "d");
    new Volume(new Construct(stack, "x.y"), "Default");
    new Container(new Construct(stack, "xy"), "Default", { name: "n", image: "i" });
  });
  expect(synthesis).not.toThrow();
});
