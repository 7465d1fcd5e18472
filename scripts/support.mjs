// What the entry scripts share. Plain Node: nothing may be installed yet when this is loaded.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addGentle, endOnInterrupt, removeGentle } from "./interrupt.mjs";

/** The repository's folder. */
export const top = dirname(dirname(fileURLToPath(import.meta.url)));

/** Exit codes, see docs/commands.md. */
export const exitCode = { fine: 0, error: 1, notHealthyOrChanges: 2 };

/** An error that is shown as its sentence alone. */
export class Sentence extends Error {}

/**
 * Runs a script's body; a sentence for whoever called instead of a stack trace, and the exit code. Interrupted, it ends
 * what the body started.
 */
export async function main(body) {
  endOnInterrupt(() => "What is ready stays, and the same command goes on from there.");
  try {
    process.exitCode = await body(process.argv.slice(2));
  } catch (error) {
    const forPeople = error instanceof Sentence || error?.name === "Problem";
    console.error(`\n${forPeople ? error.message : error.stack}`);
    process.exitCode = exitCode.error;
  }
}

/** Throws a sentence for the first argument that is none of the known options. */
export function refuseUnknown(args, known, usage) {
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown !== undefined) throw new Sentence(`There is no option ${unknown}: ${usage}`);
}

/** Installs the packages of the lock file and compiles, where that has not been done for these sources. */
export async function build() {
  if (Number(process.versions.node.split(".")[0]) < 20)
    throw new Sentence(`This is Node ${process.versions.node}: install Node 20 or newer.`);
  await once("node_modules", "packages (npm ci)", [join(top, "package-lock.json")], () =>
    // Never from the middle of another npm command's environment: that one may be set to production.
    run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { log: "npm-ci.log" }),
  );
  const sources = ["main.ts", "lib", "stacks", "cli", "review", "local", "tsconfig.json"];
  await once(
    "dist",
    "compiling",
    sources.map((name) => join(top, name)),
    async () => {
      await run(process.execPath, [join(top, "node_modules/typescript/bin/tsc"), "-p", top], {
        log: "tsc.log",
      });
      await run(process.execPath, [join(top, "scripts/copy-assets.mjs")], { log: "tsc.log" });
    },
  );
}

/** Does the work unless the folder's stamp says that it was done for the same inputs. */
async function once(folder, what, inputs, work) {
  const stamp = join(top, folder, ".vobox-stamp");
  const key = hash(inputs);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
  const started = Date.now();
  process.stderr.write(`${what}: started\n`);
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
  process.stderr.write(`${what}: done after ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function hash(paths) {
  const sum = createHash("sha256").update(process.version);
  const add = (path) => {
    if (!existsSync(path)) return;
    let names;
    try {
      names = readdirSync(path);
    } catch {
      sum.update(path.slice(top.length)).update("\0").update(readFileSync(path));
      return;
    }
    for (const name of names.sort()) if (name !== "target") add(join(path, name));
  };
  paths.forEach(add);
  return sum.digest("hex");
}

/**
 * Runs a command to its end; its output goes to a log below .local/logs.
 * Throws a sentence with the end of the output when it fails.
 */
export async function run(command, args, options) {
  const { code, output, file } = await runLogged(command, args, options);
  if (code !== 0)
    throw new Sentence(
      `${[command, ...args].join(" ")} ended with exit code ${code}; it is logged in ${file} and ends with:\n` +
        output.trimEnd().split("\n").slice(-25).join("\n"),
    );
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

/** Runs `cdktf deploy` or `cdktf destroy` on stacks, without questions. */
export async function cdktf(command, stacks, { env, onLine }) {
  // Locking the providers asks their registry, which need not be there.
  await run(
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
      // Nothing to upgrade to, and nothing to tell.
      env: { CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1", CI: "1", ...env },
      onLine,
      gentle: true,
    },
  );
}

/** The git-ignored folder with everything that was prepared. */
export function localFolder() {
  return process.env.VOBOX_LOCAL_DIR || join(top, ".local");
}
