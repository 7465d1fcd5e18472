// What the entry scripts share. Plain Node: nothing may be installed yet when this is loaded.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { addGentle, endOnInterrupt, removeGentle } from "./interrupt.mjs";

/** The repository's folder. */
export const top = dirname(dirname(fileURLToPath(import.meta.url)));

/** Exit codes, see docs/commands.md. */
export const exitCode = { fine: 0, error: 1, notHealthyOrChanges: 2 };

/** An error that is shown as its sentence alone. */
export class Sentence extends Error {
  constructor(sentence, code = exitCode.error) {
    super(sentence);
    this.exitCode = code;
  }
}

/**
 * Runs a script's body; a sentence for whoever called instead of a stack trace, and the exit code. Interrupted, it ends
 * what the body started.
 */
export async function main(body) {
  endOnInterrupt(() => "What is ready stays, and the same command goes on from there.");
  try {
    process.exitCode = await body(process.argv.slice(2));
  } catch (error) {
    console.error(`\n${sentenceOf(error) ?? error.stack}`);
    process.exitCode = error.exitCode ?? exitCode.error;
  }
}

/** What is said of an error that a person can mend; undefined for a fault of the program. */
function sentenceOf(error) {
  if (error instanceof Sentence || error.name === "Problem") return error.message;
  if (error.code === "ENOSPC" || error.code === "EDQUOT")
    return `The disk is full (${error.message}): free some space and start again.`;
  return undefined;
}

/** Throws a sentence for the first argument that is none of the known options. */
export function refuseUnknown(args, known, usage) {
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown !== undefined) throw new Sentence(`There is no option ${unknown}: ${usage}`);
}

/**
 * Runs a command to its end and returns its output, which also goes to a log below .local/logs.
 * Throws a sentence with the end of the output when it fails.
 */
export async function run(command, args, options) {
  const { code, output, file } = await runLogged(command, args, options);
  if (code !== 0)
    throw new Sentence(
      `${[command, ...args].join(" ")} ended with exit code ${code}; it is logged in ${file} and ends with:\n` +
        output.trimEnd().split("\n").slice(-25).join("\n"),
    );
  return output;
}

/**
 * The same, returning exit code and output. `gentle`: it starts Terraform, which is to end in its own time when this
 * script is interrupted.
 */
export function runLogged(command, args, { log, env, onLine, cwd = top, gentle = false }) {
  const file = join(localFolder(), "logs", log);
  mkdirSync(dirname(file), { recursive: true });
  const sink = createWriteStream(file, { flags: "a" });
  sink.write(`\n# ${new Date().toISOString()} ${[command, ...args].join(" ")}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // Out of reach of the terminal's interrupt.
      detached: gentle,
    });
    if (gentle) addGentle(child.pid);
    let output = "";
    let partial = "";
    const take = (chunk) => {
      sink.write(chunk);
      output += chunk;
      const lines = (partial + chunk).split("\n");
      partial = lines.pop();
      if (onLine) lines.forEach(onLine);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) =>
      reject(new Sentence(`${command} could not be started: ${error.message}`)),
    );
    sink.on("error", (error) => {
      child.kill("SIGTERM");
      reject(
        new Sentence(
          `${file} cannot be written (${error.message}): free some disk space and start again.`,
        ),
      );
    });
    child.on("close", (code, signal) => {
      removeGentle(child.pid);
      sink.end(() => resolve({ code: code ?? signal, output, file }));
    });
  });
}

/** Runs a command with this terminal and returns its exit code. */
export function runHere(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: top,
      env: { ...process.env, ...env },
      stdio: "inherit",
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? exitCode.error));
  });
}

/**
 * Runs `cdktf deploy` or `cdktf destroy` on stacks, without questions.
 * Throws what Terraform, or the wait for health, gave as the reason when it fails.
 */
export async function cdktf(command, stacks, { env, onLine, cwd }) {
  // Locking the providers asks their registry, which need not be there.
  const { code, output, file } = await runLogged(
    process.execPath,
    [
      join(top, "node_modules/cdktf-cli/bundle/bin/cdktf"),
      command,
      stacks,
      "--auto-approve",
      "--skip-provider-lock",
    ],
    {
      log: `cdktf-${command}.log`,
      cwd,
      // Nothing to upgrade to, and nothing to tell.
      env: {
        CHECKPOINT_DISABLE: "1",
        DISABLE_VERSION_CHECK: "1",
        CI: "1",
        // It would lead the provider to another engine than the one that it is told.
        DOCKER_CONTEXT: undefined,
        ...env,
      },
      // Its own words for running the health gate tell a person nothing.
      onLine: onLine && ((line) => line.includes("): \x1b[0mExecuting: ") || onLine(line)),
      gentle: true,
    },
  );
  if (code === 0) return;
  const plain = stripVTControlCharacters(output);
  throw new Sentence(
    `${reasonOf(plain)}\nAll of it is in ${file}`,
    healthGateFailed.test(plain) ? exitCode.notHealthyOrChanges : exitCode.error,
  );
}

/** The only command that a deployment runs on this machine is the health gate's. */
const healthGateFailed = /local-exec provisioner error/;

/** Why Terraform failed, from its framed errors; the end of the output where there is none. */
export function reasonOf(output) {
  const frames = [...output.matchAll(/^.*╷\n([\s\S]*?)^.*╵/gm)]
    .map(([, frame]) => frame.replace(/^.*?│ ?/gm, ""))
    // Warnings are framed too.
    .filter((frame) => /^Error: /m.test(frame));
  const reasons = frames.map((frame) => {
    if (!healthGateFailed.test(frame))
      // Where it stands in the generated JSON helps nobody.
      return frame.replace(/^ +(with .*|on cdk\.tf\.json .*|\d+: .*)\n/gm, "");
    // Terraform breaks the lines of an error, not those of a command's output.
    const said = [...output.matchAll(/\(local-exec\): (.*)$/gm)].map(([, line]) => line);
    return said.slice(said.findLastIndex((line) => line.startsWith("Executing: ")) + 1).join("\n");
  });
  const text = frames.length > 0 ? reasons.join("\n") : output.split("\n").slice(-25).join("\n");
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
}

/** The git-ignored folder with everything that was prepared. */
export function localFolder() {
  return process.env.VOBOX_LOCAL_DIR || join(top, ".local");
}
