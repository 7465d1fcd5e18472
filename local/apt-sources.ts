import { debian } from "./settings";
import { Problem } from "./support/problem";
import { run } from "./support/run";

/** One suite of an archive, as this machine's apt uses it. */
export interface AptSource {
  readonly uri: string;
  /** As in a sources.list, e.g. `bookworm-updates`. */
  readonly suite: string;
  readonly components: readonly string[];
}

/** What the image takes over from this machine's apt, so that `apt-get` works in it as it does here. */
export interface AptSetup {
  /** The suite that is debootstrapped first, then its updates and security. */
  readonly sources: readonly [AptSource, ...AptSource[]];
  /** Options of apt, such as a proxy, by name. */
  readonly options: Readonly<Record<string, string>>;
}

/** Options without which apt may not reach or not accept the archives that it reaches here. */
const takenOver = [
  "Acquire::http::Proxy",
  "Acquire::https::Proxy",
  "Acquire::Check-Valid-Until",
  "Acquire::Check-Date",
] as const;

/** A user and a password in an address must not get into an image. */
const holdsSecret = (address: string): boolean => /\/\/[^/]*@/.test(address);

/**
 * Reads lines `uri|codename|component|release` into sources, one for each archive and suite, `suite` itself first.
 * Where apt has no lists yet it knows no code name and leaves its placeholder: the release as the sources name it counts.
 */
export function parseIndexTargets(listing: string, suite: string): AptSource[] {
  const sources = new Map<string, { uri: string; suite: string; components: string[] }>();
  for (const line of listing.split("\n")) {
    const [uri, codename, component, release] = line.split("|");
    const name = codename?.startsWith("$") ? release : codename;
    if (!uri || !name || !component) continue;
    if (name !== suite && name !== `${suite}-updates` && name !== `${suite}-security`) continue;
    if (!/^https?:/.test(uri) || holdsSecret(uri)) continue;
    const key = `${uri} ${name}`;
    const source = sources.get(key) ?? { uri, suite: name, components: [] };
    if (!source.components.includes(component)) source.components.push(component);
    sources.set(key, source);
  }
  const rank = (source: AptSource): number => (source.suite === suite ? 0 : 1);
  return [...sources.values()].sort((a, b) => rank(a) - rank(b));
}

/** Reads `NAME='value'` lines of `apt-config shell`, in the order of {@link takenOver}. */
export function parseAptOptions(listing: string): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [, index, value] of listing.matchAll(/^O(\d+)='(.*)'$/gm)) {
    const name = takenOver[Number(index)];
    if (name && value && !holdsSecret(value)) options[name] = value;
  }
  return options;
}

/**
 * Asks this machine's apt where it gets Debian from.
 * @throws Problem when it gets no Debian of the suite over HTTP, and `VOBOX_DEBIAN_MIRROR` names none
 */
export async function readAptSetup(): Promise<AptSetup> {
  const format = "$(REPO_URI)|$(CODENAME)|$(COMPONENT)|$(RELEASE)";
  const askTargets = (...more: string[]): Promise<string> => {
    const args = ["indextargets", ...more, "--format", format, "Created-By: Packages"];
    return run("apt-get", args).catch(() => "");
  };
  const asked = takenOver.flatMap((name, index) => [`O${index}`, name]);
  const [targets, options] = await Promise.all([
    askTargets(),
    run("apt-config", ["shell", ...asked]).catch(() => ""),
  ]);
  // Before the first apt-get update apt tells what the sources name only when it is asked to.
  const found = parseIndexTargets(
    targets.trim() === "" ? await askTargets("--no-release-info") : targets,
    debian.suite,
  );
  const main: AptSource | undefined = debian.mirror
    ? { uri: debian.mirror, suite: debian.suite, components: ["main"] }
    : found.find((source) => source.suite === debian.suite);
  if (!main)
    throw new Problem(
      `A base image has to be made and this machine's apt gets no Debian ${debian.suite} over HTTP: ` +
        `set VOBOX_DEBIAN_MIRROR to the address of a Debian archive, or make a container registry reachable.`,
    );
  const others = found.filter((source) => source.suite !== debian.suite);
  return { sources: [main, ...others], options: parseAptOptions(options) };
}

/** The sources as lines of a sources.list. */
export function sourcesList({ sources }: AptSetup): string {
  return sources
    .map(({ uri, suite, components }) => `deb ${uri} ${suite} ${components.join(" ")}\n`)
    .join("");
}

/** The options as an apt configuration file. */
export function aptConfiguration({ options }: AptSetup): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join("");
}
