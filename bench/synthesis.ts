import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../local/support/run";
import { alternate, millisecondsOf } from "./alternate";
import type { Comparison } from "./figures";
import { compiled, gateScript, readComputed, settingsFor, stacks } from "./nemesis";
import { assertSameStacks, readStacks } from "./same-resources";

const rounds = 21;
/** Nothing is asked of it. */
const engine = "unix:///var/run/docker.sock";

interface Sample {
  readonly milliseconds: number;
  /** Of the processor: other programs slow this down less. */
  readonly processorMilliseconds: number;
  readonly megabytes: number;
}

/** Synthesis of Nemesis against a program of plain CDKTF, each in a new process that writes to an empty folder. */
export async function compareSynthesis(folder: string): Promise<readonly Comparison[]> {
  mkdirSync(folder, { recursive: true });
  const ours = join(folder, "nemesis");
  const bare = join(folder, "bare");
  const buildContext = join(folder, "build-context");
  const synthesize = (program: string, outdir: string): Promise<Sample> => {
    rmSync(outdir, { recursive: true, force: true });
    return measure(program, {
      ...settingsFor(engine),
      CDKTF_OUTDIR: outdir,
      BENCH_BUILD_CONTEXT: buildContext,
      BENCH_GATE_SCRIPT: gateScript,
    });
  };
  const synthesizeOurs = () => synthesize("main.js", ours);
  const synthesizeBare = () => synthesize("bench/bare/nemesis.js", bare);

  // These two also bring the programs into the machine's cache.
  await synthesizeOurs();
  cpSync(readComputed(ours).buildContext, buildContext, { recursive: true });
  await synthesizeBare();
  assertSameStacks(readStacks(ours, stacks), readStacks(bare, stacks));

  const { measured, reference } = await alternate(rounds, synthesizeOurs, synthesizeBare);
  const compare = (what: string, unit: "ms" | "MB", value: (sample: Sample) => number) => ({
    what,
    measured: measured.map(value),
    against: "bare cdktf program",
    reference: reference.map(value),
    unit,
    goal: 1.15,
  });
  return [
    compare("synthesis of Nemesis", "ms", ({ milliseconds }) => milliseconds),
    compare("its processor time", "ms", ({ processorMilliseconds }) => processorMilliseconds),
    compare("its peak memory", "MB", ({ megabytes }) => megabytes),
  ];
}

async function measure(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Sample> {
  const args = ["--require", join(compiled, "bench/usage.js"), join(compiled, program)];
  let printed = "";
  const milliseconds = await millisecondsOf(async () => {
    const onLine = (line: string): void => void (printed += `${line}\n`);
    await run(process.execPath, args, { env, onLine });
  });
  const used = /^used: (\d+) kB, (\d+) us$/m.exec(printed);
  if (used === null) throw new Error(`${program} did not tell what it used:\n${printed}`);
  const [kilobytes, microseconds] = used.slice(1).map(Number);
  return {
    milliseconds,
    processorMilliseconds: microseconds / 1000,
    megabytes: kilobytes / 1024,
  };
}
