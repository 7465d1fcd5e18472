import { readFileSync } from "node:fs";
import { findCommand } from "./packages";
import {
  minimumGoVersion,
  oldestFetchingGo,
  minimumRustVersion,
  type PackageNeed,
} from "./settings";
import { Problem } from "./support/problem";
import { tryRun } from "./support/run";
import { isAtLeast } from "./version";

/** A compiler that something has to be built with. */
interface Toolchain {
  readonly name: string;
  readonly command: string;
  readonly versionArguments: readonly string[];
  readonly minimumVersion: string;
  /** Completes "… or newer". */
  readonly install: string;
  /** Debian's package, by Debian's major version, that is new enough or gets a newer one. */
  readonly debianPackage: (debian: number) => string;
}

/** What a build is for, in people's words; undefined where nothing is built with it. */
export interface ToolchainNeeds {
  readonly go?: string;
  readonly rust?: string;
}

const go: Toolchain = {
  name: "Go",
  command: "go",
  versionArguments: ["env", "GOVERSION"],
  minimumVersion: oldestFetchingGo,
  install: `Go ${minimumGoVersion} or newer (https://go.dev/dl)`,
  debianPackage: () => "golang-go",
};

const rust: Toolchain = {
  name: "Rust",
  command: "cargo",
  versionArguments: ["--version"],
  minimumVersion: minimumRustVersion,
  install: `Rust ${minimumRustVersion} or newer (https://rustup.rs)`,
  // Debian 12 has a second, newer one, which browsers are built with.
  debianPackage: (debian) => (debian < 13 ? "cargo-web" : "cargo"),
};

/** Dotted version of a toolchain on PATH; undefined when it does not run. */
async function versionOf({ command, versionArguments }: Toolchain): Promise<string | undefined> {
  // Outside of every module and workspace, whose own settings would count.
  const answer = await tryRun(command, versionArguments, { cwd: "/" }).catch(() => undefined);
  return answer?.exitCode === 0 ? /\d+(\.\d+)+/.exec(answer.stdout)?.[0] : undefined;
}

/** Major version of the Debian that this is; undefined on other systems. */
function debianVersion(): number | undefined {
  try {
    const release = readFileSync("/etc/os-release", "utf8");
    if (!/^ID=debian$/m.test(release)) return undefined;
    const [, version] = /^VERSION_ID="?(\d+)/m.exec(release) ?? [];
    return version === undefined ? undefined : Number(version);
  } catch {
    return undefined;
  }
}

/** Whether something can be built with Go as it is here, without installing anything. */
export async function hasGo(): Promise<boolean> {
  return (await lackOf(go)) === undefined;
}

async function lackOf(toolchain: Toolchain): Promise<string | undefined> {
  if (findCommand(toolchain.command) === undefined) return `no ${toolchain.name} here`;
  const version = await versionOf(toolchain);
  if (version === undefined) return `the command ${toolchain.command} does not run here`;
  return isAtLeast(version, toolchain.minimumVersion)
    ? undefined
    : `${toolchain.name} ${version} here is too old`;
}

/**
 * The Debian packages of the compilers that are needed and not there.
 * @throws Problem naming all that is missing, when a compiler is too old, or these packages cannot be installed
 */
export async function toolchainPackages(needs: ToolchainNeeds): Promise<PackageNeed[]> {
  const debian = debianVersion();
  const canInstall =
    debian !== undefined &&
    debian >= 12 &&
    process.getuid?.() === 0 &&
    findCommand("apt-get") !== undefined;
  const found: PackageNeed[] = [];
  const lacks: string[] = [];
  for (const [toolchain, purpose] of [
    [go, needs.go],
    [rust, needs.rust],
  ] as const) {
    const lack = purpose === undefined ? undefined : await lackOf(toolchain);
    if (purpose === undefined || lack === undefined) continue;
    if (canInstall && findCommand(toolchain.command) === undefined)
      found.push({
        package: toolchain.debianPackage(debian),
        purpose: `building ${purpose}`,
        provides: toolchain.command,
      });
    else lacks.push(`${purpose} must be built here, and ${lack}: install ${toolchain.install}`);
  }
  if (lacks.length > 0) throw new Problem(`${lacks.join("; ")}; then start again.`);
  return found;
}
