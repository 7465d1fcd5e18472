import { statfs, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Problem } from "./support/problem";
import { isAtLeast } from "./version";

/** Space that something takes in a folder, which need not be there yet. */
export interface DiskNeed {
  readonly folder: string;
  readonly megabytes: number;
}

/** The oldest Node with all that is used of it here (Dirent.parentPath), as in package.json. */
export const minimumNodeVersion = "20.12.0";

async function existingFolder(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch {
    return existingFolder(dirname(folder));
  }
}

/**
 * @throws Problem when Node is too old, or one of the file systems has less room than is needed in all
 * of its folders together
 */
export async function assertMachine(needs: readonly DiskNeed[]): Promise<void> {
  const node = process.versions.node;
  if (!isAtLeast(node, minimumNodeVersion))
    throw new Problem(`This is Node ${node}: install Node ${minimumNodeVersion} or newer.`);
  const fileSystems = new Map<number, DiskNeed>();
  for (const need of needs) {
    const folder = await existingFolder(need.folder);
    const { dev } = await stat(folder);
    const megabytes = need.megabytes + (fileSystems.get(dev)?.megabytes ?? 0);
    fileSystems.set(dev, { folder, megabytes });
  }
  for (const { folder, megabytes } of fileSystems.values()) {
    const { bavail, bsize } = await statfs(folder);
    const free = Math.floor((bavail * bsize) / 1_000_000);
    if (free < megabytes)
      throw new Problem(
        `The file system of ${folder} has ${free} MB free, and preparing takes ${Math.ceil(megabytes)} MB there: free some space and start again.`,
      );
  }
}
