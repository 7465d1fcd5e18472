import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PrivateHost } from "../local/private-host";
import { startPrivateSite, type PrivateSite } from "../local/private-site";
import type { Progress } from "../local/progress";
import { localDirectory } from "../local/settings";
import { Problem } from "../local/support/problem";
import { ByHand } from "./by-hand";
import type { Comparison } from "./figures";
import { HandWritten } from "./hand-written";
import { compareBuilds } from "./image-build";
import { Checkout, readComputed } from "./nemesis";
import { comparePlans } from "./plan";
import { compareRollouts } from "./rollout";
import { compareSynthesis } from "./synthesis";

/** What can be measured; all but the synthesis takes private hosts. */
export const partNames = ["synthesis", "plan", "rollout", "build"] as const;
export type PartName = (typeof partNames)[number];

export interface BenchOptions {
  readonly parts: readonly PartName[];
  /** What private hosts run with; not needed for the synthesis. */
  readonly siteParts?: SiteParts;
  /** `cdktf deploy` of all stacks, from a checkout. */
  readonly deploy: (
    folder: string,
    environment: Readonly<Record<string, string | undefined>>,
    onLine: OnLine,
  ) => Promise<void>;
  readonly progress: Progress;
}

export interface SiteParts {
  /** For every call of Terraform and cdktf. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cvmfsClient: string;
  /** Directory with the same client as files of an image. */
  readonly containerClient: string;
  readonly engineSeed: string;
}

type OnLine = (line: string) => void;

/** Measures the parts, one after the other, and leaves nothing behind. */
export async function runBench(options: BenchOptions): Promise<readonly Comparison[]> {
  const folder = await emptyFolder();
  const { parts, progress } = options;
  const comparisons: Comparison[] = [];
  try {
    if (parts.includes("synthesis"))
      comparisons.push(
        ...(await progress.step("synthesis", () => compareSynthesis(join(folder, "synthesis")))),
      );
    if (parts.some((part) => part !== "synthesis"))
      comparisons.push(...(await measureOnHosts(options, folder)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return comparisons;
}

/** Where an earlier run that was killed left something, that goes. */
async function emptyFolder(): Promise<string> {
  const folder = join(localDirectory(), "bench");
  for (const site of existsSync(folder) ? readdirSync(folder) : []) {
    await PrivateHost.removeStale(join(folder, site));
    if (PrivateHost.attach(join(folder, site, "host")))
      throw new Problem(`Another npm run bench is at work in ${folder}: wait for its end.`);
  }
  rmSync(folder, { recursive: true, force: true });
  return folder;
}

async function measureOnHosts(
  { parts, siteParts, deploy, progress }: BenchOptions,
  folder: string,
): Promise<readonly Comparison[]> {
  if (siteParts === undefined) throw new Error("what private hosts run with was not prepared");
  const { environment, cvmfsClient, containerClient, engineSeed } = siteParts;
  const comparisons: Comparison[] = [];
  const sites: PrivateSite[] = [];
  const startSite = async (name: string): Promise<PrivateHost> => {
    const directory = join(folder, name);
    const site = await startPrivateSite({ name, directory, cvmfsClient, engineSeed });
    sites.push(site);
    return site.host;
  };
  try {
    const [ours, other] = await progress.step("two private hosts", async () => [
      await startSite("nemesis"),
      await startSite("by-hand"),
    ]);

    const checkout = new Checkout(join(folder, "nemesis", "checkout"), containerClient);
    const settings = { ...environment, ...checkout.settings(ours.engineAddress) };
    const deployNemesis = (onLine: OnLine) => deploy(checkout.folder, settings, onLine);
    if (parts.includes("plan") || parts.includes("rollout"))
      await progress.step("cdktf deploy", deployNemesis);

    const unchanged = new Checkout(join(folder, "by-hand", "checkout"), containerClient);
    await unchanged.synthesize(other.engineAddress);
    if (parts.includes("plan")) {
      const roots = join(folder, "by-hand", "hcl");
      const byHand = new HandWritten(roots, other.engineAddress, unchanged.outdir, environment);
      await progress.step("terraform apply of the HCL by hand", () => byHand.deploy());
      comparisons.push(
        ...(await progress.step("plan", () => comparePlans(checkout, byHand, environment))),
      );
      await byHand.destroy();
    }

    const buildContext = join(folder, "by-hand", "build-context");
    cpSync(readComputed(unchanged.outdir).buildContext, buildContext, { recursive: true });
    const byHand = new ByHand(other, buildContext);
    if (parts.includes("rollout"))
      comparisons.push(
        ...(await progress.step("rollout", (onLine) =>
          compareRollouts(
            { host: ours, checkout, deploy: () => deployNemesis(onLine) },
            { host: other, byHand },
          ),
        )),
      );
    if (parts.includes("build"))
      comparisons.push(
        ...(await progress.step("build", () =>
          compareBuilds(other, byHand, unchanged, environment),
        )),
      );
  } finally {
    for (const site of sites) await site.destroy();
  }
  return comparisons;
}
