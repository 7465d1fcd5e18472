import { join } from "node:path";
import { readComputed, resolvers, stacks } from "../../bench/nemesis";
import { assertSameStacks, readStacks } from "../../bench/same-resources";
import { VoBoxApp } from "../../stacks/app";
import { Nemesis } from "../../stacks/sites/nemesis";
import { compiledEnvironment, compileTo, top } from "../support/compiled";
import { useScratch } from "../support/scratch";
import { run } from "../support/tools";

const scratch = useScratch();

describe("the program of plain CDKTF", () => {
  it("describes the same stacks as Nemesis, which it is measured against", () => {
    const engine = "unix:///var/run/docker.sock";
    const ours = join(scratch.folder, "ours");
    const app = new VoBoxApp({ outdir: ours });
    new Nemesis(app, { engine, resolvers: [resolvers] });
    app.synth();

    const bare = join(scratch.folder, "bare");
    compileTo(scratch.folder, "bench/bare");
    const { code, stderr } = run(
      process.execPath,
      [join(scratch.folder, "bench/bare/nemesis.js")],
      {
        cwd: scratch.folder,
        env: {
          ...compiledEnvironment(),
          CDKTF_OUTDIR: bare,
          DOCKER_HOST: engine,
          VOBOX_NEMESIS_RESOLVERS: resolvers,
          BENCH_BUILD_CONTEXT: readComputed(ours).buildContext,
          BENCH_GATE_SCRIPT: join(top, "stacks/scripts/await-healthy.sh"),
        },
      },
    );
    expect([code, stderr]).toEqual([0, ""]);
    assertSameStacks(readStacks(ours, stacks), readStacks(bare, stacks));
  });
});
