import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { top } from "./support/compiled";

it("docs/architecture.md names all that is in lib/, and nothing else", () => {
  const text = readFileSync(join(top, "docs/architecture.md"), "utf8");
  const tree = /\nlib\/ .*\n((?: .*\n)+)/.exec(text)?.[1] ?? "";
  const named = [...tree.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
  const there = readdirSync(join(top, "lib"), { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `${entry.name}/` : entry.name,
  );
  expect(named.sort()).toEqual(there.sort());
});
