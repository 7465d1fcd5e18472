import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Problem } from "../support/problem";
import { catalogDatabase, historyDatabase, type PublishedEntry } from "./publishing/databases";
import {
  publicKeyFile,
  repositoryKeys,
  signedManifest,
  signedWhitelist,
  type RepositoryKeys,
} from "./publishing/keys";
import { objectPath, replaceFile, storeObject } from "./publishing/objects";
import { readTree } from "./publishing/tree";

export interface PublishOptions {
  /** Full name, e.g. "alice.cern.ch". */
  readonly repository: string;
  /** The directory tree to publish. */
  readonly source: string;
  /** Where the repository's files go: what a server serves as /cvmfs/<repository>. */
  readonly destination: string;
  /** Where the keys lie, which are generated when missing. */
  readonly keysDirectory: string;
}

export interface Publication {
  /** Counts up by one with each change of the content. */
  readonly revision: number;
  /** False when the content was published already. */
  readonly changed: boolean;
  /** Public key (PEM) with which a client verifies this repository. */
  readonly publicKeyFile: string;
}

/** What the last publication left: the content's hash, and each file's stamp and object. */
interface State {
  readonly revision: number;
  readonly content: string;
  readonly fingerprint: string;
  readonly files: Record<string, { readonly stamp: string; readonly hash: string }>;
}

const STATE = ".publish-state.json";
const DAY_MILLISECONDS = 24 * 3600 * 1000;
// Nobody re-signs a developer's repository once a month, as a real one's operator does.
const WHITELIST_DAYS = 3650;

/**
 * Publishes a directory tree as a CernVM-FS repository: signed manifest and whitelist, root catalog,
 * history, certificate, compressed objects. Publishing the same content again, times aside, changes
 * nothing. The manifest comes last, so a client never sees half a revision.
 *
 * @throws Problem when the name is not a repository's or the source cannot be published
 */
export async function publishRepository(options: PublishOptions): Promise<Publication> {
  const { repository, destination } = options;
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(repository)) {
    throw new Problem(
      `"${repository}" is not a repository's full name; it looks like alice.cern.ch.`,
    );
  }
  mkdirSync(destination, { recursive: true });
  const keys = await repositoryKeys(options.keysDirectory);
  storeWhitelist(options, keys);

  const previous = readState(destination);
  const { entries, files } = await storeFiles(options, previous);
  const content = contentHash(entries);
  const same = previous?.content === content && previous.fingerprint === keys.fingerprint;
  const complete = same && existsSync(path.join(destination, ".cvmfspublished"));
  const revision = complete ? previous.revision : (previous?.revision ?? 0) + 1;
  if (!complete) await storeRevision(options, keys, entries, revision);
  const state: State = { revision, content, fingerprint: keys.fingerprint, files };
  replaceFile(path.join(destination, STATE), JSON.stringify(state));
  return { revision, changed: !complete, publicKeyFile: publicKeyFile(options.keysDirectory) };
}

function readState(destination: string): State | undefined {
  const file = path.join(destination, STATE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as State) : undefined;
}

/** Stores each file whose stamp is new, and takes the others' hashes from the last publication. */
async function storeFiles({ source, destination }: PublishOptions, previous: State | undefined) {
  const entries: PublishedEntry[] = [];
  const files: Record<string, { stamp: string; hash: string }> = {};
  for (const entry of readTree(source)) {
    if (entry.kind !== "file") {
      entries.push(entry);
      continue;
    }
    const known = previous?.files[entry.path];
    const usable =
      known?.stamp === entry.stamp &&
      existsSync(path.join(destination, objectPath(known.hash, "")));
    const hash = usable ? known.hash : (await storeObject(destination, entry.content(), "")).hash;
    files[entry.path] = { stamp: entry.stamp, hash };
    entries.push({ ...entry, hash });
  }
  return { entries, files };
}

function contentHash(entries: readonly PublishedEntry[]): string {
  const hash = createHash("sha256");
  for (const { path: name, kind, mode, uid, gid, target, hash: object } of entries) {
    hash.update(JSON.stringify([name, kind, mode, uid, gid, target, object ?? ""]));
  }
  return hash.digest("hex");
}

async function storeRevision(
  { repository, destination }: PublishOptions,
  keys: RepositoryKeys,
  entries: readonly PublishedEntry[],
  revision: number,
): Promise<void> {
  const now = new Date();
  const time = Math.floor(now.getTime() / 1000);
  const catalogBytes = await catalogDatabase(entries, revision, time);
  const catalog = await storeObject(destination, catalogBytes, "C");
  const rootCatalogSize = catalogBytes.length;
  const historyOptions = { repository, revision, time, rootCatalog: catalog.hash, rootCatalogSize };
  const history = await storeObject(destination, await historyDatabase(historyOptions), "H");
  const certificate = await storeObject(destination, Buffer.from(keys.certificate), "X");
  const manifest = [
    `C${catalog.hash}`,
    `B${rootCatalogSize}`,
    `R${createHash("md5").update("").digest("hex")}`, // the path of the root catalog
    "D240", // seconds until a client looks for the next revision
    `S${revision}`,
    "Gno",
    "Ano",
    `N${repository}`,
    `X${certificate.hash}`,
    `H${history.hash}`,
    `T${time}`,
    "",
  ].join("\n");

  // Clients ask for both; the compatible one waits 10 s and more for one that is missing.
  const snapshot = `${now.toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) (.*) GMT$/, "$1 $3 $2 $5 UTC $4")}\n`;
  replaceFile(path.join(destination, ".cvmfs_last_snapshot"), snapshot);
  replaceFile(path.join(destination, ".cvmfs_is_snapshotting"), "");
  replaceFile(path.join(destination, ".cvmfspublished"), signedManifest(manifest, keys));
}

/** Signs the whitelist anew, so that it holds for years after each publication. */
function storeWhitelist({ repository, destination }: PublishOptions, keys: RepositoryKeys): void {
  const now = Date.now();
  const expiry = timestamp(now + WHITELIST_DAYS * DAY_MILLISECONDS);
  const text = `${timestamp(now)}\nE${expiry}\nN${repository}\n${keys.fingerprint}\n`;
  replaceFile(path.join(destination, ".cvmfswhitelist"), signedWhitelist(text, keys));
}

/** YYYYMMDDhhmmss, UTC. */
function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\D/g, "").slice(0, 14);
}
