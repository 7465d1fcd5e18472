import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
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

function command(script: string, name = "docker"): void {
  writeFileSync(join(scratch.folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(scratch.folder, name), 0o755);
}

it("gives exit code and both outputs, and does not throw", async () => {
  command('echo "$@"; echo problem >&2; exit 7');
  expect(await docker({ engine: "unix:///a.sock" }, ["x", "two words"])).toEqual({
    code: 7,
    stdout: "--host unix:///a.sock x two words\n",
    stderr: "problem",
  });
});

it("does not wait for an answer without limit", async () => {
  command("exec sleep 30");
  expect(await docker({ engine: "unix:///a.sock" }, [], 0.2)).toMatchObject({
    code: undefined,
    stderr: "no answer within 0.2 s",
  });
});

describe("guard 13: an engine at ssh://", () => {
  beforeAll(() => {
    command('ssh -l root -- "${2#ssh://root@}" docker system dial-stdio');
    command('printf "%s\\n" "$@"', "ssh");
  });

  it("is reached with the site's options before docker's own arguments", async () => {
    const sshOptions = ["-oBatchMode=yes", "-oControlPath=~/.ssh/vobox-%C"];
    const { stdout } = await docker({ engine: "ssh://root@a", sshOptions }, []);
    expect(stdout.trim().split("\n")).toEqual([
      ...sshOptions,
      ...["-l", "root", "--", "a", "docker", "system", "dial-stdio"],
    ]);
  });

  it("has the same ssh between as the wait for health", () => {
    const [cli, stacks] = ["cli", "stacks/scripts"].map((folder) =>
      readFileSync(resolve(folder, "with-options/ssh"), "utf8"),
    );
    expect(cli).toBe(stacks);
  });
});
