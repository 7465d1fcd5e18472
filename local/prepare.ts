import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { findBaseTar, prepareBaseTar } from "./base-image";
import { buildClient } from "./cvmfs/client";
import { assertMachine, type DiskNeed } from "./machine";
import { buildSentence, goCaches } from "./go";
import { inputsKey, isMade, makeOnce, type Artifact } from "./once";
import { ensurePackages, missingPackages } from "./packages";
import { Progress } from "./progress";
import {
  buildProvider,
  isMirrorMade,
  makeMirror,
  registryAnswers,
  terraformEnvironment,
} from "./providers";
import {
  diskMegabytes,
  localDirectory,
  packages,
  providers,
  repositoryRoot,
  type PackageNeed,
} from "./settings";
import { CommandError } from "./support/run";
import { Problem } from "./support/problem";
import { ensureTerraform, findTerraform, type Terraform } from "./terraform";
import { hasGo, toolchainPackages } from "./toolchains";

/** What is about to be done on this machine. Nothing is prepared that is not asked for. */
export interface Needs {
  /** Terraform or OpenTofu, and its providers. @default false */
  readonly terraform?: boolean;
  /** What a private engine runs on. @default false */
  readonly engine?: boolean;
  /** The compatible CVMFS client, and what publishes local repositories. @default false */
  readonly cvmfsClient?: boolean;
  /** What mounts repositories on access. @default false */
  readonly autofs?: boolean;
  /** The tar of a minimal Debian, for an engine that cannot pull. @default false */
  readonly baseImage?: boolean;
  /** What private networks with a way out need. @default false */
  readonly privateNetwork?: boolean;
  /** What an engine that is reached by ssh needs. @default false */
  readonly sshServer?: boolean;
  /** The tools that check the sources. @default false */
  readonly lint?: boolean;
}

/** What was asked for, as others use it; all paths are absolute. */
export interface Parts {
  /** For every call of Terraform and cdktf; empty unless Terraform was asked for. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cvmfsClient?: string;
}

type OnLine = (line: string) => void;

/** The folder that `ensureBaseImage` takes as its cache, so that it finds the tar made here. */
export function baseImageDirectory(): string {
  return join(localDirectory(), "base-image");
}

function cvmfsClient(): Artifact {
  const sources = join(repositoryRoot(), "local", "cvmfs", "client");
  return {
    path: join(localDirectory(), "cvmfs", "cvmfs-compatible-client"),
    key: inputsKey([], [sources]),
  };
}

/**
 * Gets ready what is asked for and not there yet, all side by side, each part once. Called again with
 * everything there, it runs no compiler. An interrupted preparation goes on where it was.
 * @throws Problem when a part cannot be had: the others are finished first, so that they are there next time
 */
export async function prepare(needs: Needs, progress = new Progress()): Promise<Parts> {
  await mkdir(localDirectory(), { recursive: true });
  const [found, madeTar] = await Promise.all([
    needs.terraform ? findTerraform() : undefined,
    needs.baseImage ? findBaseTar(baseImageDirectory()) : undefined,
  ]);
  const missing = {
    openTofu: needs.terraform === true && found === undefined,
    providers: needs.terraform === true && !isMirrorMade(),
    cvmfsClient: needs.cvmfsClient === true && !isMade(cvmfsClient()),
    baseImage: needs.baseImage === true && madeTar === undefined,
  };
  const compilers = await toolchainPackages({
    go: (await buildsWithGo(missing, found, progress)) ? "OpenTofu or its providers" : undefined,
    rust: missing.cvmfsClient ? "the CVMFS client" : undefined,
  });
  const packageNeeds = [...neededPackages(needs, missing.cvmfsClient), ...compilers];
  const packagesToInstall = await missingPackages(packageNeeds);
  const makesEngine = needs.engine === true && !existsSync(join(localDirectory(), "host"));
  await assertMachine([
    ...(await diskNeeds(missing, packagesToInstall.length > 0)),
    ...(compilers.length > 0 ? [{ folder: "/usr", megabytes: diskMegabytes.toolchains }] : []),
    ...(makesEngine ? [{ folder: localDirectory(), megabytes: diskMegabytes.engine }] : []),
  ]);

  // All at once: compilers keep both cores busy, so only the sum of their work counts, and what waits
  // for the network (packages, base image) costs next to nothing beside them.
  const installed =
    packagesToInstall.length === 0
      ? Promise.resolve()
      : progress.step("Debian packages", (onLine) => ensurePackages(packageNeeds, onLine));
  // A compiler that is there already need not wait for packages.
  const compiler = compilers.some(({ provides }) => provides === "go") ? installed : undefined;
  const terraform = needs.terraform ? prepareTerraform(found, progress, compiler) : undefined;
  const client = needs.cvmfsClient ? installed.then(() => prepareClient(progress)) : undefined;
  // Made whether a registry answers or not: that is known only when an engine can be asked to pull, and
  // beside the compilers it takes no time of its own.
  const tar = missing.baseImage ? installed.then(() => prepareTar(progress)) : undefined;
  await allEnded([installed, terraform, client, tar]);
  const usedTerraform = await terraform;
  return {
    environment: usedTerraform ? terraformEnvironment(usedTerraform) : {},
    cvmfsClient: await client,
  };
}

/** Waits for all, then throws the first error: what was nearly finished is there next time. */
async function allEnded(works: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  const started = works.filter((work) => work !== undefined);
  for (const result of await Promise.allSettled(started))
    if (result.status === "rejected") throw result.reason as Error;
}

function neededPackages(needs: Needs, buildsClient: boolean): PackageNeed[] {
  return [
    ...(needs.engine ? packages.engine : []),
    ...(needs.autofs ? packages.autofs : []),
    ...(needs.cvmfsClient ? packages.cvmfsPublishing : []),
    ...(buildsClient ? packages.cvmfsBuild : []),
    ...(needs.baseImage ? packages.baseImage : []),
    ...(needs.privateNetwork ? packages.privateNetwork : []),
    ...(needs.sshServer ? packages.sshServer : []),
    ...(needs.lint ? packages.lint : []),
  ];
}

/** Whether Go is needed. Where it is not there, a registry that answers may make it unneeded. */
async function buildsWithGo(
  missing: { readonly openTofu: boolean; readonly providers: boolean },
  found: Terraform | undefined,
  progress: Progress,
): Promise<boolean> {
  if (!missing.providers || !found || (await hasGo())) return missing.openTofu || missing.providers;
  return !(await progress.step(registryStep, () => registryAnswers(found)));
}

const registryStep = "providers' registry";

/** @param compiler ends when there is a Go to build with */
async function prepareTerraform(
  found: Terraform | undefined,
  progress: Progress,
  compiler: Promise<unknown> | undefined,
): Promise<Terraform> {
  await compiler;
  const terraform = found ?? (await progress.step("OpenTofu", (onLine) => ensureTerraform(onLine)));
  if (!isMirrorMade()) {
    // Once made, the mirror stays in use: a lock file of a stack holds the checksums of its providers.
    if (await progress.step(registryStep, () => registryAnswers(terraform))) return terraform;
    await allEnded(
      providers.map((provider) =>
        progress.step(`${provider.name} provider`, (onLine) => buildProvider(provider, onLine)),
      ),
    );
  }
  await makeMirror();
  return terraform;
}

async function prepareClient(progress: Progress): Promise<string> {
  const client = cvmfsClient();
  if (isMade(client)) return client.path;
  return progress.step("CVMFS client", (onLine) =>
    makeOnce(client, (temporary) => compileClient(temporary, onLine)),
  );
}

async function compileClient(output: string, onLine: OnLine): Promise<void> {
  // Kept when it is interrupted: cargo goes on where it was.
  const targetDirectory = join(localDirectory(), "cvmfs", "target");
  try {
    await copyFile(await buildClient({ targetDirectory, onLine }), output);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Problem(buildSentence("The compatible CVMFS client", error.message));
  }
  await chmod(output, 0o755);
  await rm(targetDirectory, { recursive: true, force: true });
}

function prepareTar(progress: Progress): Promise<string> {
  return progress.step("base image", (onLine) => prepareBaseTar(baseImageDirectory(), onLine));
}

/** What is still to be made takes disk where the parts are kept, and in the compilers' own caches. */
async function diskNeeds(
  missing: Readonly<Record<"openTofu" | "providers" | "cvmfsClient" | "baseImage", boolean>>,
  installsPackages: boolean,
): Promise<DiskNeed[]> {
  const needs: DiskNeed[] = [];
  const local = localDirectory();
  for (const part of ["openTofu", "providers"] as const) {
    if (!missing[part]) continue;
    for (const folder of await goCaches())
      needs.push({ folder, megabytes: diskMegabytes[part].cache / 2 });
    needs.push({ folder: local, megabytes: diskMegabytes[part].kept });
  }
  if (missing.cvmfsClient) needs.push({ folder: local, megabytes: diskMegabytes.cvmfsClient });
  if (missing.baseImage) needs.push({ folder: local, megabytes: diskMegabytes.baseImage });
  if (installsPackages) needs.push({ folder: "/var", megabytes: diskMegabytes.packages });
  return needs;
}
