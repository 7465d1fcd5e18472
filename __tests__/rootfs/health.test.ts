import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { top } from "../support/compiled";
import { useScratch } from "../support/scratch";
import { itWith, run } from "../support/tools";

const scratch = useScratch();
const program = join(top, "lib/image/rootfs/usr/libexec/vobox/health");

/** Calls a function of the program with JSON arguments, and gives what it returns. */
function call(name: string, ...args: readonly unknown[]): unknown {
  const script =
    "import json, runpy, sys; sys.dont_write_bytecode = True; " +
    "print(json.dumps(runpy.run_path(sys.argv[1])[sys.argv[2]](*json.loads(sys.argv[3]))))";
  const { code, stdout, stderr } = run("python3", [
    "-c",
    script,
    program,
    name,
    JSON.stringify(args),
  ]);
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

  itWith(["python3"], "is looked for in four levels and no deeper", () => {
    const folder = tree("b/c/d/e/four", "a/1/2/3/4/five");
    expect(call("first_file", folder)).toBe(join(folder, "b/c/d/e/four"));
    const deep = tree("a/1/2/3/4/five");
    expect(() => call("first_file", deep)).toThrow(`no file within 4 levels below ${deep}`);
  });

  itWith(["python3"], "is no link to nowhere, and is missed in an empty repository", () => {
    const folder = tree("b/file");
    symlinkSync("nowhere", join(folder, "a"));
    expect(call("first_file", folder)).toBe(join(folder, "b/file"));
    expect(() => call("first_file", tree())).toThrow("no file within 4 levels");
    expect(() => call("first_file", join(folder, "none"))).toThrow("No such file or directory");
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
});

describe("its arguments", () => {
  itWith(["python3"], "that it does not know end with an error", () => {
    const { code, stderr } = run("python3", [program, "--unknown"]);
    expect(code).toBe(2);
    expect(stderr).toContain("unrecognized arguments: --unknown");
  });
});
