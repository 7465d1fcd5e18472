// npm run bench [-- PART...]: what Nemesis costs beside the same made by hand; the parts are in docs/benchmarks.md.
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import {
  canMakeHosts,
  engineSeed,
  preparePrivateSites,
  privateHostNeeds,
} from "./private-site-parts.mjs";
import { cdktf, main, refuseUnknown, Sentence, top } from "./support.mjs";

await main(async (args) => {
  await build();
  const { Progress } = await import(join(top, "dist/local/progress.js"));
  const { partNames, runBench } = await import(join(top, "dist/bench/run.js"));
  const { renderTable } = await import(join(top, "dist/bench/figures.js"));
  refuseUnknown(
    args,
    partNames,
    `npm run bench [-- PART...], with parts of ${partNames.join(", ")}`,
  );
  const parts = args.length > 0 ? args : partNames;

  const loadBefore = loadavg()[0];
  const progress = new Progress();
  let siteParts;
  if (parts.some((part) => part !== "synthesis")) {
    if (!canMakeHosts())
      throw new Sentence(
        `This takes ${privateHostNeeds}; npm run bench -- synthesis does without them.`,
      );
    const prepared = await preparePrivateSites(progress);
    siteParts = { ...prepared, engineSeed: await engineSeed(prepared, progress) };
  }
  const comparisons = await runBench({
    parts,
    siteParts,
    deploy: (folder, env, onLine) => cdktf("deploy", "nemesis-*", { cwd: folder, env, onLine }),
    progress,
  });
  console.log(`\n${renderTable(comparisons)}`);
  // What else the machine did slows both sides down, but not alike.
  const load = [loadBefore, loadavg()[0]].map((value) => value.toFixed(1)).join(" before, ");
  console.log(`\n${cpus().length} cores, Node ${process.version}; load ${load} after`);
  // The table says whether a goal is met; the times of a machine that others use too are no verdict.
  return 0;
});
