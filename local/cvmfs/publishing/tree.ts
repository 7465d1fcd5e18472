import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type BigIntStats } from "node:fs";
import path from "node:path";
import { Problem } from "../../support/problem";

/**
 * A source file with this ending holds a number of bytes, and a file of that size is published under
 * the name without it: large data that would be no use in version control.
 */
const SIZE_SUFFIX = ".stand-in-size";

/** A file, directory or symbolic link to publish. */
export interface Entry {
  /** "" for the top, then "/a", "/a/b". */
  readonly path: string;
  readonly kind: "directory" | "file" | "symlink";
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Bytes; of a link its target's length. */
  readonly size: number;
  /** A link's target, else "". */
  readonly target: string;
  /** Changes whenever the file may have: what a file's content needs to be read again for. */
  readonly stamp: string;
  readonly content: () => Buffer;
}

/** The tree below `source`, parents before children, names sorted. Sockets, pipes and devices are left out. */
export function readTree(source: string): Entry[] {
  const entries: Entry[] = [];
  const visit = (file: string, name: string): void => {
    const stats = lstatSync(file, { bigint: true });
    const entry = toEntry(file, name, stats);
    if (!entry) return;
    entries.push(entry);
    if (entry.kind !== "directory") return;
    for (const child of readdirSync(file).sort()) visit(path.join(file, child), `${name}/${child}`);
  };
  visit(source, "");
  if (entries[0]?.kind !== "directory") {
    throw new Problem(`${source} cannot be published: it is not a directory; name one.`);
  }
  return entries;
}

function toEntry(file: string, name: string, stats: BigIntStats): Entry | undefined {
  const common = {
    path: name,
    mode: Number(stats.mode),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtime: Number(stats.mtimeMs / 1000n),
    stamp: [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino].join(" "),
    target: "",
  };
  if (stats.isDirectory()) {
    return { ...common, kind: "directory", size: 4096, content: () => Buffer.alloc(0) };
  }
  if (stats.isSymbolicLink()) {
    const target = readlinkSync(file);
    const size = Buffer.byteLength(target);
    return { ...common, kind: "symlink", size, target, content: () => Buffer.alloc(0) };
  }
  if (!stats.isFile()) return undefined;
  if (!name.endsWith(SIZE_SUFFIX)) {
    return { ...common, kind: "file", size: Number(stats.size), content: () => readFileSync(file) };
  }
  const text = readFileSync(file, "utf8").trim();
  if (!/^\d+$/.test(text)) {
    throw new Problem(`${file} holds "${text}" instead of a number of bytes; write one.`);
  }
  const target = name.slice(0, -SIZE_SUFFIX.length);
  const size = Number(text);
  return { ...common, path: target, kind: "file", size, content: () => filler(target, size) };
}

/** Bytes that do not compress, the same each time for the same name. */
function filler(seed: string, size: number): Buffer {
  return createHash("shake256", { outputLength: size }).update(seed).digest();
}
