import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { docker } from "../../cli/docker";
import { useScratch } from "../support/scratch";

const scratch = useScratch();
const path = process.env["PATH"];
beforeAll(() => {
  process.env["PATH"] = `${scratch.folder}${delimiter}${path}`;
});
afterAll(() => {
  process.env["PATH"] = path;
});

function command(script: string): void {
  writeFileSync(join(scratch.folder, "docker"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(scratch.folder, "docker"), 0o755);
}

it("gives exit code and both outputs, and does not throw", async () => {
  command('echo "$@"; echo problem >&2; exit 7');
  expect(await docker("unix:///a.sock", ["x", "two words"])).toEqual({
    code: 7,
    stdout: "--host unix:///a.sock x two words\n",
    stderr: "problem",
  });
});

it("does not wait for an answer without limit", async () => {
  command("exec sleep 30");
  expect(await docker("unix:///a.sock", [], 0.2)).toMatchObject({
    code: undefined,
    stderr: "no answer within 0.2 s",
  });
});
