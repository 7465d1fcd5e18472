import { createHash } from "node:crypto";
import path from "node:path";
import initSqlJs from "sql.js";
import type { Entry } from "./tree";

/** An entry and, for a file, the hash of its object. */
export type PublishedEntry = Entry & { readonly hash?: string };

// CernVM-FS's schemas: catalog 2.5, history 1.0 (cvmfs/catalog_sql.cc, cvmfs/history_sql.cc).
const PROPERTIES = "CREATE TABLE properties (key TEXT, value TEXT, PRIMARY KEY (key));";
const CATALOG_SCHEMA = `${PROPERTIES}
CREATE TABLE catalog (md5path_1 INTEGER, md5path_2 INTEGER, parent_1 INTEGER, parent_2 INTEGER,
  hardlinks INTEGER, hash BLOB, size INTEGER, mode INTEGER, mtime INTEGER, flags INTEGER, name TEXT,
  symlink TEXT, uid INTEGER, gid INTEGER, xattr BLOB, PRIMARY KEY (md5path_1, md5path_2));
CREATE INDEX idx_catalog_parent ON catalog (parent_1, parent_2);
CREATE TABLE chunks (md5path_1 INTEGER, md5path_2 INTEGER, offset INTEGER, size INTEGER, hash BLOB,
  PRIMARY KEY (md5path_1, md5path_2, offset, size));
CREATE TABLE nested_catalogs (path TEXT, sha1 TEXT, size INTEGER, PRIMARY KEY (path));
CREATE TABLE statistics (counter TEXT, value INTEGER, PRIMARY KEY (counter));`;
const HISTORY_SCHEMA = `${PROPERTIES}
CREATE TABLE tags (name TEXT, hash TEXT, revision INTEGER, timestamp INTEGER, channel INTEGER,
  description TEXT, size INTEGER, branch TEXT, PRIMARY KEY (name));`;

const FLAGS = { directory: 1, file: 4, symlink: 4 + 8 };

type Row = (string | number | Uint8Array | null)[];

async function database(schema: string, tables: Record<string, Row[]>): Promise<Buffer> {
  const { Database } = await initSqlJs();
  const db = new Database();
  try {
    db.run(schema);
    db.run("BEGIN");
    for (const [table, rows] of Object.entries(tables)) {
      if (rows.length === 0) continue;
      const statement = db.prepare(
        `INSERT INTO ${table} VALUES (${rows[0].map(() => "?").join()})`,
      );
      for (const row of rows) statement.run(row);
      statement.free();
    }
    db.run("COMMIT");
    return Buffer.from(db.export());
  } finally {
    db.close();
  }
}

/** A path's key: its MD5 as two signed integers, in decimal, for they exceed JavaScript's numbers. */
function pathKey(name: string): [string, string] {
  const md5 = createHash("md5").update(name).digest();
  return [String(md5.readBigInt64LE(0)), String(md5.readBigInt64LE(8))];
}

function catalogRow(entry: PublishedEntry): Row {
  const parent = entry.path === "" ? ["0", "0"] : pathKey(entry.path.replace(/\/[^/]*$/, ""));
  const hash = entry.hash === undefined ? null : Buffer.from(entry.hash, "hex");
  const name = path.basename(entry.path);
  const row = [hash, entry.size, entry.mode, entry.mtime, FLAGS[entry.kind], name, entry.target];
  return [...pathKey(entry.path), ...parent, 1, ...row, entry.uid, entry.gid, null];
}

/** The root catalog: all entries in one SQLite database. */
export function catalogDatabase(
  entries: readonly PublishedEntry[],
  revision: number,
  time: number,
): Promise<Buffer> {
  const ofKind = (kind: Entry["kind"]) => entries.filter((entry) => entry.kind === kind);
  const counters = {
    regular: ofKind("file").length,
    symlink: ofKind("symlink").length,
    dir: ofKind("directory").length,
    file_size: ofKind("file").reduce((sum, entry) => sum + entry.size, 0),
    ...{ nested: 0, chunked: 0, chunked_size: 0, chunks: 0, special: 0, xattr: 0 },
    ...{ external: 0, external_file_size: 0 },
  };
  return database(CATALOG_SCHEMA, {
    catalog: entries.map(catalogRow),
    statistics: Object.entries(counters).flatMap(([counter, value]) => [
      [`self_${counter}`, value],
      [`subtree_${counter}`, 0], // what nested catalogs hold
    ]),
    properties: [
      ["schema", "2.5"],
      ["schema_revision", "7"],
      ["revision", String(revision)],
      ["last_modified", String(time)],
      ["root_prefix", ""],
    ],
  });
}

/** The history, with a tag for the one revision that clients may mount. */
export function historyDatabase(options: {
  readonly repository: string;
  readonly revision: number;
  readonly time: number;
  readonly rootCatalog: string;
  readonly rootCatalogSize: number;
}): Promise<Buffer> {
  const { revision, time, rootCatalog, rootCatalogSize } = options;
  return database(HISTORY_SCHEMA, {
    tags: [["trunk", rootCatalog, revision, time, 64, "current HEAD", rootCatalogSize, ""]],
    properties: [
      ["schema", "1.0"],
      ["fqrn", options.repository],
    ],
  });
}
