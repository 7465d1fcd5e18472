import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { publicKeyFile, repositoryKeys } from "./publishing/keys";
import { configRepository, serverUrl } from "./repositories";

/** A compatible client as the files of an image. */
export interface ContainerClientOptions {
  /** Takes the files, each at its path in the image; made anew. */
  readonly directory: string;
  /** The program that buildClient returned. */
  readonly clientBinary: string;
  /** Keys of the repositories that it is to read, which are generated when missing. */
  readonly keysDirectory: string;
  /** Port of their server on 127.0.0.1. */
  readonly port: number;
}

/**
 * Writes the compatible client as an image gets it in the official one's place: program, mount helper, and of the
 * configuration what the official packages bring, the address and the key of the configuration repository.
 */
export async function writeContainerClient(options: ContainerClientOptions): Promise<void> {
  const { directory, clientBinary, keysDirectory, port } = options;
  await repositoryKeys(keysDirectory);
  rmSync(directory, { recursive: true, force: true });
  const target = (file: string): string => {
    const absolute = path.join(directory, file);
    mkdirSync(path.dirname(absolute), { recursive: true });
    return absolute;
  };
  copyFileSync(clientBinary, target("usr/bin/cvmfs-compatible-client"));
  copyFileSync(path.join(__dirname, "mount.cvmfs"), target("sbin/mount.cvmfs"));
  const domain = configRepository.slice(configRepository.indexOf(".") + 1);
  const note = "# A compatible client, in the place of the official one.";
  const settings = {
    "default.d/50-local.conf": `CVMFS_CONFIG_REPOSITORY=${configRepository}`,
    [`config.d/${configRepository}.conf`]: `CVMFS_SERVER_URL='${serverUrl(port)}'`,
  };
  for (const [file, setting] of Object.entries(settings))
    writeFileSync(target(`etc/cvmfs/${file}`), `${note}\n${setting}\n`);
  copyFileSync(
    publicKeyFile(keysDirectory),
    target(`etc/cvmfs/keys/${domain}/cdktf-vobox-local.pub`),
  );
}
