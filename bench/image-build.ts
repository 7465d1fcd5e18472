import type { PrivateHost } from "../local/private-host";
import { alternate, millisecondsOf } from "./alternate";
import type { ByHand } from "./by-hand";
import type { Comparison } from "./figures";
import { stacks, type Checkout } from "./nemesis";
import { TerraformRoot } from "./terraform";

const rounds = 5;

/** A build after a change of one step of init against a build without any cache: the engine's, and that of a deployment. */
export async function compareBuilds(
  host: PrivateHost,
  byHand: ByHand,
  checkout: Checkout,
  environment: Readonly<Record<string, string>>,
): Promise<readonly Comparison[]> {
  const seconds = async (work: () => Promise<void>): Promise<number> =>
    (await millisecondsOf(work)) / 1000;

  await byHand.build();
  const built = await alternate(
    rounds,
    () => {
      byHand.changeInitStep();
      return seconds(() => byHand.build());
    },
    () => seconds(() => byHand.build("--no-cache")),
  );

  const imageStack = new TerraformRoot(checkout.stackFolder(stacks[1]), environment);
  const changeAndSynthesize = (): Promise<unknown> => {
    checkout.changeInitStep();
    return checkout.synthesize(host.engineAddress);
  };
  await changeAndSynthesize();
  await imageStack.init();
  await imageStack.apply();
  const applied = await alternate(
    rounds,
    async () => {
      await changeAndSynthesize();
      return seconds(() => imageStack.apply());
    },
    async () => {
      await changeAndSynthesize();
      await host.docker(["builder", "prune", "--all", "--force"]);
      return seconds(() => imageStack.apply());
    },
  );
  return [
    {
      what: "changed init step, docker build",
      ...built,
      against: "the same without cache",
      unit: "s",
      goal: 1 / 20,
    },
    {
      what: "changed init step, terraform apply",
      ...applied,
      against: "the same without cache",
      unit: "s",
    },
  ];
}
