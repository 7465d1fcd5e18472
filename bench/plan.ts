import { deepStrictEqual } from "node:assert";
import { alternate, millisecondsOf } from "./alternate";
import type { Comparison } from "./figures";
import type { HandWritten } from "./hand-written";
import { stacks, type Checkout } from "./nemesis";
import { TerraformRoot, type Resources } from "./terraform";

const rounds = 11;

/** Plans of a deployed Nemesis, which change nothing, against those of what was written by hand. */
export async function comparePlans(
  checkout: Checkout,
  byHand: HandWritten,
  environment: Readonly<Record<string, string>>,
): Promise<readonly Comparison[]> {
  const ours = stacks.map((stack) => new TerraformRoot(checkout.stackFolder(stack), environment));
  const two = [byHand.image, byHand.vobox];
  assertSameResources(await resourcesOf(ours), await resourcesOf(two));
  const one = [await byHand.inOneState()];
  const plan = (all: readonly TerraformRoot[]) => () =>
    millisecondsOf(async () => {
      for (const root of all) await root.planNothing();
    });
  await plan(ours)();
  const compare = async (against: string, reference: readonly TerraformRoot[], goal?: number) => ({
    what: "no-op plan of Nemesis's three stacks",
    ...(await alternate(rounds, plan(ours), plan(reference))),
    against,
    unit: "ms" as const,
    goal,
  });
  return [
    await compare("HCL by hand, in the same two states", two, 1.1),
    await compare("HCL by hand, all in one state", one),
  ];
}

async function resourcesOf(roots: readonly TerraformRoot[]): Promise<Resources> {
  const all = await Promise.all(roots.map((root) => root.resources()));
  return Object.assign({}, ...all) as Resources;
}

/** Throws, showing where they differ. What each engine, and each run, gives a number of its own is left out. */
function assertSameResources(ours: Resources, byHand: Resources): void {
  const plain = (all: Resources): unknown => {
    const { docker_image: image, docker_container: container, null_resource: gate, ...rest } = all;
    const [build] = image["build"] as readonly object[];
    return {
      image: { ...image, id: "", image_id: "", repo_digest: "", build: { ...build, context: "" } },
      container: { ...container, id: "" },
      gate: { ...gate, id: "", triggers: { ...(gate["triggers"] as object), container: "" } },
      rest,
    };
  };
  deepStrictEqual(plain(byHand), plain(ours));
}
