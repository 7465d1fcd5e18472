import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { remembered } from "./answers";
import { aptConfiguration, readAptSetup, sourcesList, type AptSetup } from "./apt-sources";
import { inputsKey, isMade, makeOnce, type Artifact } from "./once";
import { ensurePackages } from "./packages";
import { debian, packages, pullSeconds, repositoryRoot } from "./settings";
import { Problem } from "./support/problem";
import { CommandError, run, tryRun } from "./support/run";

export interface BaseImageOptions {
  /** As in DOCKER_HOST. */
  readonly engineAddress: string;
  /** The image's name in the Dockerfile's FROM, with its tag. */
  readonly reference: string;
  /** Folder that keeps the tar. */
  readonly cacheDirectory: string;
  readonly onLine?: (line: string) => void;
}

/** How an engine came to have its base image. */
export type BaseImageOrigin = "there already" | "pulled" | "made with debootstrap";

const scripts = (): string => join(repositoryRoot(), "local", "base-image");

/** Packages besides the minimal system: apt needs certificates where an archive is read over HTTPS. */
function includedPackages(setup: AptSetup): string {
  return setup.sources.some(({ uri }) => uri.startsWith("https:")) ? "ca-certificates" : "";
}

interface BaseTar extends Artifact {
  /** The files of the settings folder of build.sh, by name. */
  readonly settings: Readonly<Record<string, string>>;
}

async function baseTar(cacheDirectory: string): Promise<BaseTar> {
  const setup = await readAptSetup();
  const [main] = setup.sources;
  const settings = {
    suite: main.suite,
    mirror: main.uri,
    components: main.components.join(","),
    include: includedPackages(setup),
    "sources.list": sourcesList(setup),
    "apt.conf": aptConfiguration(setup),
  };
  const key = inputsKey([JSON.stringify(settings)], [scripts()]);
  return { path: join(cacheDirectory, `debian-${main.suite}.tar`), key, settings };
}

/** The tar that {@link prepareBaseTar} would make, when it is there already. */
export async function findBaseTar(cacheDirectory: string): Promise<string | undefined> {
  const tar = await baseTar(cacheDirectory);
  return isMade(tar) ? tar.path : undefined;
}

/**
 * Makes the tar of a minimal Debian, from where this machine's apt gets its own, unless it is there.
 * Needs root, no engine.
 * @throws Problem when debootstrap is missing and cannot be installed, or does not get what it needs
 */
export async function prepareBaseTar(
  cacheDirectory: string,
  onLine?: (line: string) => void,
): Promise<string> {
  const artifact = await baseTar(cacheDirectory);
  return makeOnce(artifact, async (tar) => {
    await ensurePackages(packages.baseImage, onLine);
    if (process.getuid?.() !== 0)
      throw new Problem(
        "A base image has to be made with debootstrap, which takes root: run this as root, or make a container registry reachable.",
      );
    const folder = await mkdtemp(join(cacheDirectory, "making."));
    try {
      const root = join(folder, "root");
      await mkdir(root);
      for (const [name, content] of Object.entries(artifact.settings))
        await writeFile(join(folder, name), content);
      await debootstrap(folder, root, tar, onLine);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function debootstrap(
  settings: string,
  root: string,
  tar: string,
  onLine?: (line: string) => void,
): Promise<void> {
  // Ended or killed, it leaves no mount and no process in namespaces of its own.
  const own = ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"];
  const command = ["sh", join(scripts(), "build.sh"), settings, root, `${tar}.part`];
  try {
    await run("unshare", [...own, "--mount-proc", ...command], {
      onLine: onLine && ((line) => onLine(line.replace(/^[IW]: /, ""))),
    });
    await rename(`${tar}.part`, tar);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Problem(
      `debootstrap could not make a Debian ${debian.suite}: look at the network, the disk and ` +
        `apt's sources, then start again:\n${error.message}`,
    );
  } finally {
    await rm(`${tar}.part`, { force: true });
  }
}

/** Whether the engine has an image of that name. */
export async function hasImage(engineAddress: string, reference: string): Promise<boolean> {
  const args = ["--host", engineAddress, "image", "inspect", reference];
  return (await tryRun("docker", args)).exitCode === 0;
}

/**
 * Sees to it that the engine has the image: there already, else pulled, else a minimal Debian made
 * here, which carries labels that say so. A registry that did not answer is not asked again for ten minutes.
 * @throws Problem when none of these can be done
 */
export async function ensureBaseImage(options: BaseImageOptions): Promise<BaseImageOrigin> {
  const { engineAddress, reference, cacheDirectory, onLine } = options;
  const docker = (...args: string[]): string[] => ["--host", engineAddress, ...args];
  if (await hasImage(engineAddress, reference)) return "there already";
  const name = `image-${inputsKey([reference]).slice(0, 12)}`;
  let pulled = false;
  const answers = await remembered(name, async () => {
    pulled = await pull(docker, reference, onLine);
    return pulled;
  });
  if (pulled || (answers && (await pull(docker, reference, onLine)))) return "pulled";
  // Anything else under that name would not be what its Dockerfile expects.
  if (!/(^|\/)debian:/.test(reference))
    throw new Problem(
      `${reference} cannot be pulled and only a Debian can be made here: make its registry reachable, or choose a Debian base.`,
    );
  const tar = await prepareBaseTar(cacheDirectory, onLine);
  const labels = [
    `LABEL vobox.base.origin="debootstrap ${debian.suite}, made on this machine"`,
    `LABEL vobox.base.stands-in-for="${reference}"`,
  ];
  const changes = ['CMD ["bash"]', ...labels].flatMap((change) => ["--change", change]);
  onLine?.(`importing ${tar}`);
  const imported = await tryRun("docker", docker("import", ...changes, tar, reference));
  if (imported.exitCode !== 0)
    throw new Problem(
      `The engine at ${engineAddress} does not take the base image: ${imported.stderr.trim()}`,
    );
  return "made with debootstrap";
}

/** Whether the engine got the image; false when the registry does not answer, or not with this image. */
async function pull(
  docker: (...args: string[]) => string[],
  reference: string,
  onLine?: (line: string) => void,
): Promise<boolean> {
  onLine?.(`asking the registry for ${reference}`);
  try {
    const { exitCode, stderr } = await tryRun("docker", docker("pull", reference), {
      onLine,
      timeoutMilliseconds: pullSeconds * 1000,
    });
    // Not the registry's silence, and not mended by an image made here.
    if (/no space left on device|Cannot connect to the Docker daemon/i.test(stderr))
      throw new Problem(`${reference} cannot be pulled: ${stderr.trim()}`);
    return exitCode === 0;
  } catch (error) {
    if (error instanceof CommandError) return false; // not within the limit
    throw error;
  }
}
