import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { deflate } from "node:zlib";

const compress = promisify(deflate);

/** What an object holds: a file's bytes, a catalog, a history or a certificate. */
export type ObjectKind = "" | "C" | "H" | "X";

/** Replaces a file in one step, so that no reader ever sees half of it. */
export function replaceFile(file: string, content: string | Buffer): void {
  const half = `${file}.${process.pid}.part`;
  writeFileSync(half, content);
  renameSync(half, file);
}

/** Where an object lies below a repository's root. */
export function objectPath(hash: string, kind: ObjectKind): string {
  return path.join("data", hash.slice(0, 2), `${hash.slice(2)}${kind}`);
}

/** Stores bytes compressed, under the SHA-1 of what is stored, and returns that. */
export async function storeObject(
  destination: string,
  content: Buffer,
  kind: ObjectKind,
): Promise<{ hash: string; bytes: Buffer }> {
  const bytes = await compress(content, { level: 1 }); // read once from a loopback server
  const hash = createHash("sha1").update(bytes).digest("hex");
  const file = path.join(destination, objectPath(hash, kind));
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true });
    replaceFile(file, bytes);
  }
  return { hash, bytes };
}
