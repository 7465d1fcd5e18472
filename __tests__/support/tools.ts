import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Absolute path of a command on PATH, undefined without one. */
export function commandPath(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * `it` where the commands are there. Elsewhere the test is skipped and its title names what is missing;
 * with CI=true it fails.
 */
export function itWith(
  commands: readonly string[],
  title: string,
  test: jest.ProvidesCallback,
): void {
  const missing = commands.filter((name) => commandPath(name) === undefined);
  if (missing.length === 0) it(title, test);
  else if (process.env["CI"] === "true")
    it(title, () => {
      throw new Error(`not installed: ${missing.join(", ")}`);
    });
  else it.skip(`${title} (not installed: ${missing.join(", ")})`, test);
}

/** The interpreter that a command of a Python package runs with, and which therefore finds the package. */
export function pythonOf(command: string): string {
  const path = commandPath(command);
  const line = path === undefined ? "" : readFileSync(path, "utf8").split("\n", 1)[0];
  return line.replace(/^#!\s*/, "").split(" ")[0];
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command that ends soon. */
export function run(
  command: string,
  args: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    readonly input?: string;
  } = {},
): Finished {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    ...options,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}
