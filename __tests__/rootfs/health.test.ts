import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { top } from "../support/compiled";
import { useScratch } from "../support/scratch";
import { itWith, run } from "../support/tools";

const scratch = useScratch();
const program = join(top, "lib/image/rootfs/usr/libexec/vobox/health");

/** Calls a function of the program with JSON arguments, and gives what it returns. */
function call(name: string, ...args: readonly unknown[]): unknown {
  return callWith(process.env, name, ...args);
}

function callWith(env: NodeJS.ProcessEnv, name: string, ...args: readonly unknown[]): unknown {
  const script =
    "import json, runpy, sys; sys.dont_write_bytecode = True; " +
    "function = runpy.run_path(sys.argv[1])[sys.argv[2]]; " +
    "function.__globals__['RUN'] = sys.argv[4]; " +
    "print(json.dumps(function(*json.loads(sys.argv[3]))))";
  const { code, stdout, stderr } = run(
    "python3",
    ["-c", script, program, name, JSON.stringify(args), scratch.folder],
    { env },
  );
  if (code !== 0) throw new Error(stderr.trim().split("\n").at(-1));
  return JSON.parse(stdout);
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
      "import os, runpy, sys; sys.dont_write_bytecode = True; " +
      "first_file = runpy.run_path(sys.argv[1])['first_file']; " +
      "os.geteuid() or os.setuid(65534); print(first_file(sys.argv[2]))";
    const { stdout, stderr } = run("python3", ["-c", script, program, folder]);
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

describe("a service's health command", () => {
  // As root the program changes to the service's account; the tests' own account does as well.
  const user = run("id", ["-un"]).stdout.trim();
  const problem = (...healthCommand: readonly string[]): unknown =>
    call("health_command_problem", { healthCommand, user });

  itWith(["python3", "setpriv"], "is well when it ends with 0", () =>
    expect(problem("true")).toBeNull(),
  );

  itWith(["python3", "setpriv"], "gives its exit code and the last line that it printed", () =>
    expect(problem("sh", "-c", "echo first; echo last >&2; exit 3")).toBe(
      "its health command ended with 3: last",
    ),
  );

  itWith(
    ["python3", "setpriv"],
    "is given up when the check's own time is over, with its children",
    () => {
      const started = Date.now();
      const healthCommand = ["sh", "-c", "sleep 8 | cat; :"];
      const env = { ...process.env, VOBOX_HEALTH_SECONDS: "3" };
      expect(callWith(env, "health_command_problem", { healthCommand, user })).toBe(
        "its health command did not end within 1 s",
      );
      expect(Date.now() - started).toBeLessThan(5_000);
    },
  );
});

describe("its arguments", () => {
  itWith(["python3"], "that it does not know end with an error", () => {
    const { code, stderr } = run("python3", [program, "--unknown"]);
    expect(code).toBe(2);
    expect(stderr).toContain("unrecognized arguments: --unknown");
  });
});
