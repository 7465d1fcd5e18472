import { readFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureBaseImage, findBaseTar } from "./base-image";
import { inputsKey, makeOnce } from "./once";
import { baseImageDirectory } from "./prepare";
import { PrivateHost } from "./private-host";
import { localDirectory } from "./settings";

export interface EngineSeedOptions {
  /** The base image's name in the Dockerfile's FROM. */
  readonly base: string;
  /** Files on which the slow layers depend, as absolute paths. A change of them makes the seed anew. */
  readonly inputs: readonly string[];
  /** Builds an image on the engine, so that its layers are cached there, and removes its tag. */
  readonly build: (engineAddress: string) => Promise<void>;
  readonly onLine?: (line: string) => void;
}

/**
 * Makes, once, the data of an engine that has the base image and the slow layers of a VO-Box image: test
 * engines begin with a copy. Returns its folder. Needs the tar of the base image and what a private host needs.
 */
export async function makeEngineSeed(options: EngineSeedOptions): Promise<string> {
  const tar = await findBaseTar(baseImageDirectory());
  if (tar === undefined) throw new Error("the base image has not been prepared");
  const made = readFileSync(`${tar}.stamp`, "utf8");
  const seed = {
    path: join(localDirectory(), "engine-seed"),
    key: inputsKey([options.base, made], options.inputs),
  };
  return makeOnce(seed, async (temporary) => {
    const directory = join(localDirectory(), "engine-seed-host");
    const host = await PrivateHost.start({
      name: "engine-seed",
      directory,
      network: "private",
      outboundNetwork: true,
      lifetime: "caller",
      engineStorage: "disk",
    });
    try {
      await host.startEngine();
      const { base: reference, onLine } = options;
      const cacheDirectory = baseImageDirectory();
      const engineAddress = host.engineAddress;
      await ensureBaseImage({ engineAddress, reference, cacheDirectory, onLine });
      await options.build(host.engineAddress);
      await host.destroy({ keepEngineData: true });
      await rename(join(directory, "engine"), temporary);
    } finally {
      await host.destroy();
      await rm(directory, { recursive: true, force: true });
    }
  });
}
