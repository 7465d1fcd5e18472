import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { PackageNeed } from "./settings";
import { repositoryRoot } from "./settings";
import { Problem } from "./support/problem";
import { CommandError, run, tryRun } from "./support/run";

/** What `dpkg-query` says of each package that it knows: `installed`, `config-files`, `half-configured`, … */
export function parsePackageStates(listing: string): Map<string, string> {
  const states = new Map<string, string>();
  for (const line of listing.split("\n")) {
    const [name, state] = line.split("\t");
    // With several architectures a name comes several times; one that is installed is enough.
    if (name && state && states.get(name) !== "installed") states.set(name, state);
  }
  return states;
}

/** Path of a command on PATH or in the administrator's folders, which a user's PATH may lack. */
export function findCommand(name: string): string | undefined {
  const folders = `${process.env.PATH ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`;
  for (const folder of folders.split(delimiter)) {
    const path = join(folder, name);
    try {
      if (folder === "") continue;
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

function isProvided(provides: string): boolean {
  if (!isAbsolute(provides)) return findCommand(provides) !== undefined;
  try {
    accessSync(provides);
    return true;
  } catch {
    return false;
  }
}

/** Those of the needs that are neither installed as Debian packages nor there from elsewhere. */
export async function missingPackages(needs: readonly PackageNeed[]): Promise<PackageNeed[]> {
  const absent = needs.filter((need) => !isProvided(need.provides));
  // A command may be there while its package is only half installed, after an interrupted apt-get.
  if (findCommand("dpkg-query") === undefined || needs.length === 0) return absent;
  const names = needs.map((need) => need.package);
  const format = "${Package}\\t${db:Status-Status}\\n";
  const { stdout } = await tryRun("dpkg-query", ["--show", `--showformat=${format}`, ...names]);
  const states = parsePackageStates(stdout);
  const gone = [undefined, "not-installed", "config-files"];
  return needs.filter((need) => {
    const state = states.get(need.package);
    return gone.includes(state) ? absent.includes(need) : state !== "installed";
  });
}

/** The sentence for someone on whose machine the packages cannot be installed from here. */
export function missingPackagesSentence(missing: readonly PackageNeed[], reason: string): string {
  const listed = missing.map((need) => `${need.package} (for ${need.purpose})`).join(", ");
  const names = missing.map((need) => need.package).join(" ");
  return (
    `Missing on this machine: ${listed}; they cannot be installed from here because ${reason}: ` +
    `install them (on Debian or Ubuntu: apt-get install ${names}, as root) and start again.`
  );
}

/**
 * Installs the packages that are missing, all in one run of apt-get, without starting their services.
 * Waits up to 5 minutes for another apt-get. Returns the names of those that were installed.
 * @throws Problem when the machine is not a Debian, or this is not root, or apt-get fails
 */
export async function ensurePackages(
  needs: readonly PackageNeed[],
  onLine?: (line: string) => void,
): Promise<string[]> {
  const missing = await missingPackages(needs);
  if (missing.length === 0) return [];
  if (findCommand("apt-get") === undefined)
    throw new Problem(missingPackagesSentence(missing, "there is no apt-get"));
  if (process.getuid?.() !== 0)
    throw new Problem(missingPackagesSentence(missing, "that takes root"));
  const names = [...new Set(missing.map((need) => need.package))];
  const script = join(repositoryRoot(), "local", "packages", "install.sh");
  try {
    await run("unshare", ["--mount", "--propagation", "private", "sh", script, ...names], {
      onLine,
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Problem(
      `apt-get could not install ${names.join(" ")}; mend what it says, then start again:\n${error.message}`,
    );
  }
  return names;
}
