// Installs the packages of the lock file and compiles, where that has not been done for these sources.
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { localFolder, run, Sentence, top } from "./support.mjs";

/** As in package.json: the oldest Node that has what is used here. */
const oldestNode = [20, 12];
/** Longest that another npm command's installing and compiling is waited for. */
const lockMinutes = 15;

export async function build() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]))
    throw new Sentence(
      `This is Node ${process.versions.node}: install Node ${oldestNode.join(".")} or newer.`,
    );
  const packages = {
    folder: "node_modules",
    what: "packages (npm ci)",
    key: hash([join(top, "package-lock.json")]),
    make: (onLine) =>
      // Compiler and tests are development packages, which NODE_ENV=production would leave out.
      run("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=http"], {
        log: "npm-ci.log",
        onLine,
      }),
  };
  const sources = ["main.ts", "lib", "stacks", "cli", "review", "local", "bench", "tsconfig.json"];
  const compiled = {
    folder: "dist",
    what: "compiling",
    key: hash(sources.map((name) => join(top, name))),
    make: async (onLine) => {
      // What a removed source left would go on being used.
      rmSync(join(top, "dist"), { recursive: true, force: true });
      const compiler = join(top, "node_modules/typescript/bin/tsc");
      const options = { log: "tsc.log", onLine };
      await run(process.execPath, [compiler, "-p", top, "--noEmitOnError"], options);
      await run(process.execPath, [join(top, "scripts/copy-assets.mjs")], options);
    },
  };
  if ([packages, compiled].every(isMade)) return;
  await withLock(async () => {
    for (const part of [packages, compiled]) if (!isMade(part)) await make(part);
  });
}

const stampOf = ({ folder }) => join(top, folder, ".vobox-stamp");

function isMade(part) {
  const stamp = stampOf(part);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === part.key;
}

async function make(part) {
  const started = Date.now();
  const elapsed = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  let doing = "";
  const timer = setInterval(
    () => process.stderr.write(`${part.what}: ${elapsed()}, ${doing.slice(0, 100)}\n`),
    15_000,
  );
  process.stderr.write(`${part.what}: started\n`);
  try {
    // Before the work: one that is cut short must not pass for the earlier whole.
    rmSync(stampOf(part), { force: true });
    await part.make((line) => (doing = line.trim() || doing));
    mkdirSync(join(top, part.folder), { recursive: true });
    writeFileSync(stampOf(part), part.key);
  } finally {
    clearInterval(timer);
  }
  process.stderr.write(`${part.what}: done after ${elapsed()}\n`);
}

/** One npm command at a time installs and compiles; a lock whose owner is gone does not count. */
async function withLock(work) {
  const lock = join(localFolder(), "build.lock");
  try {
    mkdirSync(dirname(lock), { recursive: true });
    accessSync(top, constants.W_OK);
    accessSync(dirname(lock), constants.W_OK);
  } catch (error) {
    throw new Sentence(
      `This account may not write to ${error.path ?? top}: run this as the owner of the checkout, or make it yours with chown -R.`,
    );
  }
  const deadline = Date.now() + lockMinutes * 60_000;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = ownerOf(lock);
    if (owner === undefined) rmSync(lock, { force: true });
    else if (Date.now() > deadline)
      throw new Sentence(
        `Process ${owner} has been installing for ${lockMinutes} minutes: end it, or remove ${lock}.`,
      );
    else await delay(200);
  }
  const remove = () => rmSync(lock, { force: true });
  process.once("exit", remove);
  try {
    await work();
  } finally {
    process.off("exit", remove);
    remove();
  }
}

function ownerOf(lock) {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    // Just made and not yet written, it counts; one that stays empty was left by a killed process.
    if (pid === 0)
      return Date.now() - statSync(lock).mtimeMs < 5_000 ? "that just began" : undefined;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error.code === "EPERM" ? "of another user" : undefined;
  }
}

/** Over names, bytes and the execute bit, which is part of an image's content. */
function hash(paths) {
  const sum = createHash("sha256").update(process.version);
  const add = (path) => {
    if (!existsSync(path)) return;
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort()) if (name !== "target") add(join(path, name));
    } else {
      sum.update(`${path.slice(top.length)}\0${stat.mode & 0o100}\0`).update(readFileSync(path));
    }
  };
  paths.forEach(add);
  return sum.digest("hex");
}
