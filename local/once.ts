import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { rm, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withLock } from "./lock";

/** Something that is made once and kept until what it is made from changes. */
export interface Artifact {
  /** File or folder that it is kept in. */
  readonly path: string;
  /** Hash of all that it is made from, see {@link inputsKey}. */
  readonly key: string;
}

/** SHA-256 over texts and over the names and bytes of files and folders. */
export function inputsKey(texts: readonly string[], paths: readonly string[] = []): string {
  const hash = createHash("sha256");
  // Lengths keep ["ab", "c"] and ["a", "bc"] apart.
  const add = (data: string | Buffer): void => {
    hash.update(`${data.length}:`).update(data);
  };
  const addPath = (path: string, name: string): void => {
    if (statSync(path).isDirectory()) {
      for (const entry of readdirSync(path).sort()) addPath(join(path, entry), `${name}/${entry}`);
    } else {
      add(name);
      add(readFileSync(path));
    }
  };
  texts.forEach(add);
  paths.forEach((path, index) => addPath(path, String(index)));
  return hash.digest("hex");
}

const stampOf = (path: string): string => `${path}.stamp`;

/** Whether the artifact is there, whole, and made from the same inputs. */
export function isMade({ path, key }: Artifact): boolean {
  const stamp = stampOf(path);
  return existsSync(path) && existsSync(stamp) && readFileSync(stamp, "utf8") === key;
}

/**
 * Makes the artifact unless it is there. `make` writes to the path it is given, which becomes the
 * artifact's only when it has ended well; another process that makes the same is waited for.
 */
export async function makeOnce(
  artifact: Artifact,
  make: (temporaryPath: string) => Promise<void>,
): Promise<string> {
  if (isMade(artifact)) return artifact.path;
  mkdirSync(dirname(artifact.path), { recursive: true });
  return withLock(`${artifact.path}.lock`, async () => {
    if (isMade(artifact)) return artifact.path;
    const temporary = `${artifact.path}.making`;
    await rm(temporary, { recursive: true, force: true });
    try {
      await make(temporary);
      await rm(stampOf(artifact.path), { force: true });
      await rm(artifact.path, { recursive: true, force: true });
      await rename(temporary, artifact.path);
      await writeFile(stampOf(artifact.path), artifact.key);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return artifact.path;
  });
}
