import { spawn, type SpawnOptions } from "node:child_process";

/** What a finished command left behind. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to the command's standard input, which is closed afterwards. */
  readonly input?: string;
  /** After so many milliseconds the command is killed and the call rejects. @default - no limit */
  readonly timeoutMilliseconds?: number;
  /** Receives each line of both outputs as it comes, for progress. */
  readonly onLine?: (line: string) => void;
}

/** Thrown by {@link run}: says which command, with what end, and the tail of what it printed. */
export class CommandError extends Error {
  constructor(
    readonly command: string,
    readonly result: CommandResult,
    reason = `ended with exit code ${result.exitCode}`,
  ) {
    const printed = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-20).join("\n");
    super(`${command} ${reason}${printed === "" ? "" : `:\n${printed}`}`);
    this.name = "CommandError";
  }
}

/** Runs a command to its end and returns its result whatever the exit code. Throws when it cannot be started or takes too long. */
export function tryRun(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  const shown = [command, ...args].join(" ");
  const spawnOptions: SpawnOptions = {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, spawnOptions);
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      let partial = "";
      child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
        output[name] += chunk;
        if (options.onLine) {
          const lines = (partial + chunk).split("\n");
          partial = lines.pop() ?? "";
          lines.forEach(options.onLine);
        }
      });
    }
    let timedOut = false;
    const timer =
      options.timeoutMilliseconds === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
          }, options.timeoutMilliseconds);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`${shown} could not be started: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const result = { exitCode: code ?? 128, ...output };
      if (timedOut)
        reject(
          new CommandError(shown, result, `took longer than ${options.timeoutMilliseconds} ms`),
        );
      else if (signal) reject(new CommandError(shown, result, `was ended by ${signal}`));
      else resolve(result);
    });
    if (options.input !== undefined) {
      child.stdin?.on("error", () => undefined); // a command may end without reading its input
      child.stdin?.end(options.input);
    }
  });
}

/** Runs a command and returns its standard output. Throws {@link CommandError} unless it ends with 0. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await tryRun(command, args, options);
  if (result.exitCode !== 0) throw new CommandError([command, ...args].join(" "), result);
  return result.stdout;
}
