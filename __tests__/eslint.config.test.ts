import { join } from "node:path";
import { top } from "./support/compiled";
import { run } from "./support/tools";

const bad: readonly [path: string, code: string, message: string][] = [
  ["lib/x.ts", 'import "../stacks/site";', "lib/ may import from no other folder only"],
  ["lib/image/x.ts", 'import "../../stacks";', "lib/ may import"],
  ["lib/x.ts", 'import "../local/version";', "lib/ may import"],
  ["lib/x.ts", 'export * from "../cli/manifest";', "lib/ may import"],
  ["lib/x.ts", 'import "../main";', "lib/ may import"],
  ["lib/x.ts", "const a = process.env.HOME;", "lib and review read no environment"],
  ["lib/x.ts", 'const { env } = process; env["HOME"];', "lib and review read no environment"],
  ["review/x.ts", 'import { App } from "cdktf";', "review/ reads plans only"],
  ["review/x.ts", 'import "cdktf/lib/app";', "review/ reads plans only"],
  ["review/x.ts", 'import "@cdktf/provider-docker";', "review/ reads plans only"],
  ["review/x.ts", 'import "../lib";', "review/ may import"],
  ["review/x.ts", "process.env;", "lib and review read no environment"],
  ["cli/x.ts", 'import "../stacks/app";', "cli/ may import from review only"],
  ["cli/x.ts", 'import "../lib";', "cli/ may import"],
  ["stacks/sites/x.ts", 'import "../../local/settings";', "stacks/ may import from lib only"],
  ["stacks/x.ts", 'import "../cli/docker";', "stacks/ may import"],
  ["lib/x.ts", 'import "../bench/figures";', "lib/ may import"],
  ["bench/bare/x.ts", 'import "../../lib";', "bench/ may import from local only"],
  [
    "local/cvmfs/x.ts",
    'import "../../lib/image/account";',
    "local/ may import from no other folder",
  ],
];

const good: readonly [path: string, code: string][] = [
  ["lib/image/x.ts", 'import "../refusal"; import "cdktf"; import "node:fs";'],
  ["stacks/x.ts", 'import "../lib"; import "./site"; process.env.HOME;'],
  ["stacks/sites/x.ts", 'import "../../lib/refusal";'],
  ["cli/x.ts", 'import "../review"; process.env.PATH;'],
  ["local/x.ts", 'import "./support/run"; process.env.PATH;'],
  ["bench/x.ts", 'import "../local/private-host"; process.env.PATH;'],
  ["main.ts", 'import "./stacks/app"; import "./lib";'],
  ["review/x.ts", 'import "./findings"; import "node:path";'],
];

describe("the import-direction rule", () => {
  let messages: readonly (readonly string[])[];
  beforeAll(() => {
    const input = JSON.stringify([...bad, ...good].map(([path, code]) => [path, code]));
    const script = join(__dirname, "support/lint-imports.mjs");
    const { code, stdout, stderr } = run(process.execPath, [script, top], { cwd: top, input });
    expect([code, stderr]).toEqual([0, ""]);
    messages = JSON.parse(stdout) as string[][];
  });

  it.each(bad.map((one, index) => [...one, index] as const))(
    "in %s: %s is refused",
    (_path, _code, message, index) => {
      expect(messages[index]).toHaveLength(1);
      expect(messages[index][0]).toContain(message);
    },
  );

  it.each(good.map((one, index) => [...one, bad.length + index] as const))(
    "in %s: %s is taken",
    (_path, _code, index) => expect(messages[index]).toEqual([]),
  );
});
