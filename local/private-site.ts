import { rmSync } from "node:fs";
import { join } from "node:path";
import { standInRepositories } from "./cvmfs/repositories";
import { CvmfsService } from "./cvmfs/service";
import { cvmfsKeysDirectory } from "./local-site";
import { PrivateHost } from "./private-host";
import { cvmfsServerPort, localDirectory, repositoryRoot } from "./settings";

export interface PrivateSiteOptions {
  /** Name of the host. */
  readonly name: string;
  /** Its files, and its caller's: made, and removed with the site. The host sees it at the same path. */
  readonly directory: string;
  /** The program that buildClient returned. */
  readonly cvmfsClient: string;
  /** Data-root that the engine begins with, see {@link makeEngineSeed}. */
  readonly engineSeed: string;
  /** Containers outlive the engine's end. @default false */
  readonly liveRestore?: boolean;
  /** Seconds after which autofs unmounts an idle repository. @default 600 */
  readonly idleTimeoutSeconds?: number;
  /** Text of the default.local of the host's CVMFS client. @default - no proxy */
  readonly defaultLocal?: string;
  /** More arguments for dockerd. @default - none */
  readonly engineArguments?: readonly string[];
}

/** A private host with engine, autofs and CVMFS: a site to deploy to. Gone, whole, with `destroy` or with this process. */
export interface PrivateSite {
  readonly host: PrivateHost;
  readonly cvmfs: CvmfsService;
  /** Removes host and files. */
  destroy(): Promise<void>;
}

/** @throws Problem when a private host cannot be made here, or its engine or CVMFS does not come up */
export async function startPrivateSite(options: PrivateSiteOptions): Promise<PrivateSite> {
  const { directory } = options;
  const host = await PrivateHost.start({
    name: options.name,
    directory: join(directory, "host"),
    network: "private",
    outboundNetwork: true,
    sharedDirectories: [repositoryRoot(), localDirectory(), directory],
    lifetime: "caller",
    engineStorage: "memory",
  });
  const destroy = async (): Promise<void> => {
    await host.destroy();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const cvmfs = await CvmfsService.start({
      host,
      repositories: standInRepositories(),
      directory: join(directory, "cvmfs"),
      keysDirectory: cvmfsKeysDirectory(),
      clientBinary: options.cvmfsClient,
      port: cvmfsServerPort,
      defaultLocal: options.defaultLocal,
      ignoreInstalledClient: true,
      idleTimeoutSeconds: options.idleTimeoutSeconds,
    });
    await host.startEngine({
      seed: options.engineSeed,
      liveRestore: options.liveRestore,
      arguments: options.engineArguments,
    });
    return { host, cvmfs, destroy };
  } catch (error) {
    await destroy();
    throw error;
  }
}
