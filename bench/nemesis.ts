import { appendFileSync, cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { repositoryRoot } from "../local/settings";
import { run } from "../local/support/run";
import { readStacks, type SynthesizedStack } from "./same-resources";

/** Nemesis's stacks in the order of their deployment. */
export const stacks = ["nemesis-host", "nemesis-image", "nemesis-vobox"] as const;

/** The compiled project. */
export const compiled = dirname(__dirname);

/** The script that a deployment waits for the VO-Box's health with. */
export const gateScript = join(compiled, "stacks/scripts/await-healthy.sh");

/** The resolver that slirp4netns gives a private network. */
export const resolvers = "10.0.2.3";

/**
 * What a program that describes Nemesis is told, whatever this machine's own environment is.
 *
 * @param cvmfsClient directory with the CVMFS client of the image; the official one without it
 */
export function settingsFor(
  engine: string,
  cvmfsClient?: string,
): Readonly<Record<string, string | undefined>> {
  return {
    DOCKER_HOST: engine,
    VOBOX_NEMESIS_RESOLVERS: resolvers,
    VOBOX_NEMESIS_STARTUP_DIRECTORY: undefined,
    VOBOX_NEMESIS_CVMFS: undefined,
    VOBOX_NEMESIS_CVMFS_CLIENT: cvmfsClient,
    VOBOX_NEMESIS_HEALTH_SECONDS: undefined,
    CDKTF_OUTDIR: undefined,
    NODE_OPTIONS: undefined,
  };
}

/** The compiled project in a folder of its own, to deploy Nemesis from and to change. */
export class Checkout {
  /** @param cvmfsClient directory with the CVMFS client of the image */
  constructor(
    readonly folder: string,
    private readonly cvmfsClient: string,
  ) {
    const top = repositoryRoot();
    mkdirSync(folder, { recursive: true });
    for (const name of ["package.json", "cdktf.json"]) cpSync(join(top, name), join(folder, name));
    cpSync(compiled, join(folder, "dist"), { recursive: true });
    symlinkSync(join(top, "node_modules"), join(folder, "node_modules"));
  }

  /** Where it is synthesized to. */
  get outdir(): string {
    return join(this.folder, "cdktf.out");
  }

  /** The folder that Terraform runs in for a stack. */
  stackFolder(stack: string): string {
    return join(this.outdir, "stacks", stack);
  }

  /** What its program is told. */
  settings(engine: string): Readonly<Record<string, string | undefined>> {
    return settingsFor(engine, this.cvmfsClient);
  }

  /** Writes the stacks for an engine, as `cdktf synth` does. */
  async synthesize(engine: string): Promise<void> {
    await run(process.execPath, ["dist/main.js"], {
      cwd: this.folder,
      env: this.settings(engine),
    });
  }

  changeInitStep(): void {
    changeInitStep(join(this.folder, "dist/lib/image/rootfs"));
  }
}

let changes = 0;

/** Changes a step of init among an image's files. */
export function changeInitStep(rootfs: string): void {
  appendFileSync(join(rootfs, "usr/libexec/vobox/init.d/20-identity"), `# change ${++changes}\n`);
}

/** What those who make the same by hand have to be told, for it is computed. */
export interface Computed {
  /** Name and tag of the image. */
  readonly reference: string;
  /** Hash of the build context. */
  readonly content: string;
  /** Folder of the build context. */
  readonly buildContext: string;
  /** Value of the label with the hash of what only a replacement applies. */
  readonly replaceOn: string;
}

/** @param outdir where Nemesis was synthesized to */
export function readComputed(outdir: string): Computed {
  const [, imageStack, voboxStack] = readStacks(outdir, stacks);
  const image = onlyResource<{
    readonly name: string;
    readonly triggers: { readonly content: string };
    readonly build: { readonly context: string };
  }>(imageStack, "docker_image");
  const container = onlyResource<{ readonly labels: ReadonlyArray<{ readonly value: string }> }>(
    voboxStack,
    "docker_container",
  );
  return {
    reference: image.name,
    content: image.triggers.content,
    buildContext: join(outdir, "stacks", stacks[1], image.build.context),
    replaceOn: container.labels[0].value,
  };
}

function onlyResource<T>(stack: SynthesizedStack, type: string): T {
  const found = Object.values(stack.resource?.[type] ?? {});
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}, not one`);
  return found[0] as T;
}
