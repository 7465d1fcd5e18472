import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { callHealth, healthFolder } from "../../support/health-program";
import { useScratch } from "../../support/scratch";
import { itWith, run } from "../../support/tools";

const scratch = useScratch();

function call(name: string, ...args: readonly unknown[]): unknown {
  const globals = { RUN: scratch.folder };
  return callHealth({ module: "repositories", function: name, arguments: args, globals });
}

let count = 0;
/** A folder with these files. */
function tree(...paths: readonly string[]): string {
  const folder = join(scratch.folder, `tree-${++count}`);
  mkdirSync(folder);
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "x");
  }
  return folder;
}

describe("the file that shows that a repository can be read", () => {
  itWith(["python3"], "is the first one at the top", () => {
    const folder = tree("a/x", "z", "y");
    expect(call("first_file", folder)).toBe(join(folder, "y"));
  });

  itWith(["python3"], "is looked for as deep as it takes, down the first branch", () => {
    const deep = "calibration/data/2017/OCDB/GRP/Geometry/Data/Run0.root";
    const folder = tree(deep, "calibration/data/2018/OCDB/near");
    expect(call("first_file", folder)).toBe(join(folder, deep));
  });

  itWith(["python3"], "is beside what the account cannot read", () => {
    const folder = tree("a/secret", "b/file", "locked");
    chmodSync(scratch.folder, 0o755);
    chmodSync(join(folder, "a"), 0);
    chmodSync(join(folder, "locked"), 0);
    const script =
      "import os, sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1]); " +
      "from vobox_health.repositories import first_file; " +
      "os.geteuid() or os.setuid(65534); print(first_file(sys.argv[2]))";
    const { stdout, stderr } = run("python3", ["-c", script, healthFolder, folder]);
    expect([stdout, stderr]).toEqual([`${join(folder, "b/file")}\n`, ""]);
  });

  itWith(["python3"], "is no link to nowhere, and is missed in an empty repository", () => {
    const folder = tree("b/file");
    symlinkSync("nowhere", join(folder, "a"));
    expect(call("first_file", folder)).toBe(join(folder, "b/file"));
    expect(() => call("first_file", tree())).toThrow("no file that can be read below");
    expect(() => call("first_file", join(folder, "none"))).toThrow("No such file or directory");
  });
});

describe("a read that hangs", () => {
  const user = run("id", ["-un"]).stdout.trim();
  const problem = (): unknown =>
    (call("check_repository", "absent.site.test", user) as { readonly problem: unknown }).problem;

  itWith(["python3", "setpriv"], "gets no second one beside it, and one after it", async () => {
    const reader = spawn(
      "python3",
      ["-c", "import time; time.sleep(60)", "--read", "absent.site.test"],
      { stdio: "ignore" },
    );
    const ended = once(reader, "exit");
    await once(reader, "spawn");
    writeFileSync(join(scratch.folder, "reader-absent.site.test"), String(reader.pid));
    expect(problem()).toBe(`an earlier read still hangs (process ${reader.pid})`);
    reader.kill("SIGKILL");
    await ended;
    expect(problem()).toMatch(/No such file or directory/);
  });
});
