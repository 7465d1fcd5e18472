import { chmod, readdir, rename, rm } from "node:fs/promises";
import { arch, homedir, platform } from "node:os";
import { join } from "node:path";
import { makeOnce } from "./once";
import { findCommand } from "./packages";
import { fetchedGoVersion, goModuleDirectory, localDirectory, minimumGoVersion } from "./settings";
import { Problem } from "./support/problem";
import { CommandError, run } from "./support/run";
import { isAtLeast } from "./version";

export interface GoBuild {
  /** Folder below `local/providers` with the pinned go.mod and go.sum. */
  readonly module: string;
  /** Package with the program's `main`. */
  readonly package: string;
  /** For the linker, besides those that make the binary small. */
  readonly linkerFlags?: string;
  readonly output: string;
  readonly onLine?: (line: string) => void;
}

/** The files that fix what a build gives, for {@link inputsKey}. */
export function goBuildInputs(module: string): string[] {
  const directory = goModuleDirectory(module);
  return [`${directory}/go.mod`, `${directory}/go.sum`];
}

/** For {@link inputsKey}: the fixed arguments of every build. */
export const goBuildFlags = [
  "-mod=readonly",
  "-trimpath",
  "-buildvcs=false",
  // Neither inlining nor debugging data: a fifth less work for the compiler (null provider: 35 s of
  // CPU instead of 44 s with inlining), and these programs wait for others most of the time.
  "-gcflags=all=-l -dwarf=false",
];

/**
 * Builds a program of a pinned tools module with the user's Go, settings and caches.
 * @throws Problem when Go is missing or too old, the disk is full, nothing answers, or it does not compile
 */
export async function goBuild(build: GoBuild): Promise<void> {
  const what = build.package.split("/").at(-1) ?? build.package;
  if (findCommand("go") === undefined)
    throw new Problem(
      `${what} has to be built here and there is no Go: install Go ${minimumGoVersion} or newer and put it on PATH.`,
    );
  const directory = goModuleDirectory(build.module);
  const linkerFlags = `-ldflags=-s -w ${build.linkerFlags ?? ""}`.trim();
  // -v names each package as it is compiled, for progress.
  const args = ["build", "-v", ...goBuildFlags, linkerFlags, "-o", build.output, build.package];
  try {
    const go = await newGo(build.onLine);
    // No C compiler is needed without cgo. A GOROOT would be that of another Go.
    await run(go, args, {
      cwd: directory,
      env: { CGO_ENABLED: "0", GOWORK: "off", ...(go === "go" ? {} : { GOROOT: undefined }) },
      onLine: build.onLine,
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Problem(buildSentence(what, error.message));
  }
}

/**
 * The Go on PATH, or one that it has fetched: as later ones do by themselves, as a module from the user's
 * module proxy, checked against the checksum database.
 */
async function newGo(onLine?: (line: string) => void): Promise<string> {
  // Asked outside the module, where an old Go does not stumble over its go.mod.
  const version = (await run("go", ["env", "GOVERSION"], { cwd: "/" })).trim().replace(/^go/, "");
  if (isAtLeast(version, minimumGoVersion)) return "go";
  const cpu = arch() === "x64" ? "amd64" : arch();
  const module = `golang.org/toolchain@v0.0.1-go${fetchedGoVersion}.${platform()}-${cpu}`;
  const root = await makeOnce({ path: join(localDirectory(), "go"), key: module }, async (made) => {
    onLine?.(`fetching Go ${fetchedGoVersion}`);
    const cache = `${made}.modules`;
    // Writable, so that it can be removed.
    const env = { GOMODCACHE: cache, GOFLAGS: "-modcacherw" };
    try {
      await run("go", ["mod", "download", module], { cwd: "/", env });
      await rename(join(cache, module), made);
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
    // Modules hold no programs, so none of their files comes executable.
    for (const folder of ["bin", join("pkg", "tool", `${platform()}_${cpu}`)])
      for (const file of await readdir(join(made, folder)))
        await chmod(join(made, folder, file), 0o755);
  });
  return join(root, "bin", "go");
}

/** The folders of Go's two caches (modules, compiled packages); where they will be, when there is no Go yet. */
export async function goCaches(): Promise<string[]> {
  if (findCommand("go") === undefined) return [join(homedir(), "go"), join(homedir(), ".cache")];
  return (await run("go", ["env", "GOMODCACHE", "GOCACHE"], { cwd: "/" })).trim().split("\n");
}

/** Turns the tail of a failed build into a sentence about what to mend. */
export function buildSentence(what: string, output: string): string {
  let mend = "it stopped with the error below";
  if (/no space left on device|disk quota exceeded/i.test(output))
    mend = "the disk is full: free some space and start again, it goes on from there";
  else if (
    /dial tcp|i\/o timeout|no such host|connection refused|TLS handshake|spurious network error|Could not resolve host/i.test(
      output,
    )
  )
    mend =
      "its sources could not be fetched: look at the network and the proxy settings, then start again";
  return `${what} could not be built: ${mend}.\n${output}`;
}
