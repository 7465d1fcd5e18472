import { deepStrictEqual } from "node:assert";
import type { PrivateHost } from "../local/private-host";
import { alternate, millisecondsOf } from "./alternate";
import type { ByHand } from "./by-hand";
import type { Comparison } from "./figures";
import type { Checkout } from "./nemesis";

const rounds = 5;

/** A deployed Nemesis. */
export interface Deployed {
  readonly host: PrivateHost;
  readonly checkout: Checkout;
  /** Synthesizes and deploys all stacks, as `cdktf deploy` does. */
  deploy(): Promise<void>;
}

/** From a changed step of init to a healthy VO-Box, by deployment and by hand, each on a host of its own. */
export async function compareRollouts(
  nemesis: Deployed,
  { host, byHand }: { readonly host: PrivateHost; readonly byHand: ByHand },
): Promise<readonly Comparison[]> {
  await byHand.build();
  await byHand.start();
  assertSameContainers(await inspect(nemesis.host), await inspect(host));
  const seconds = await alternate(
    rounds,
    async () => {
      nemesis.checkout.changeInitStep();
      return (await millisecondsOf(() => nemesis.deploy())) / 1000;
    },
    async () => {
      byHand.changeInitStep();
      return (await millisecondsOf(() => byHand.rollOut())) / 1000;
    },
  );
  return [
    {
      what: "image change to healthy, cdktf deploy",
      ...seconds,
      against: "docker build, stop, rm, run and wait",
      unit: "s",
    },
  ];
}

interface Inspection {
  readonly HostConfig: {
    readonly [setting: string]: unknown;
    readonly Mounts: ReadonlyArray<{ readonly Target: string }>;
  };
  readonly Config: {
    readonly Env: readonly string[];
    readonly Healthcheck: object;
  };
}

async function inspect(host: PrivateHost): Promise<Inspection> {
  const [inspection] = JSON.parse(
    await host.docker(["container", "inspect", "nemesis"]),
  ) as Inspection[];
  return inspection;
}

/**
 * Throws, showing where they differ. Not looked at: the label of Terraform's side, the form of the health command, which
 * `docker run` gives to a shell, and whether a setting that was not given is null or empty.
 */
function assertSameContainers(ours: Inspection, byHand: Inspection): void {
  const plain = ({ HostConfig, Config }: Inspection): unknown => ({
    HostConfig: {
      ...Object.fromEntries(Object.entries(HostConfig).filter(([, value]) => !isEmpty(value))),
      Mounts: [...HostConfig.Mounts].sort((a, b) => (a.Target < b.Target ? -1 : 1)),
    },
    Config: {
      ...Config,
      Env: [...Config.Env].sort(),
      Healthcheck: { ...Config.Healthcheck, Test: [] },
      Image: "",
      Labels: {},
    },
  });
  deepStrictEqual(plain(byHand), plain(ours));
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}
