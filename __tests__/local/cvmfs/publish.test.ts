import { constants, createHash, publicDecrypt, verify, X509Certificate } from "node:crypto";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inflateSync } from "node:zlib";
import initSqlJs from "sql.js";
import { publishRepository } from "../../../local/cvmfs/publish";

let scratch: string;
let source: string;
let destination: string;

beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), "publish-"));
  source = path.join(scratch, "source");
  destination = path.join(scratch, "published", "test.example.org");
  mkdirSync(path.join(source, "bin"), { recursive: true });
  writeFileSync(path.join(source, "bin", "tool"), "#!/bin/sh\n");
  chmodSync(path.join(source, "bin", "tool"), 0o755);
  symlinkSync("bin/tool", path.join(source, "link"));
  writeFileSync(path.join(source, "large.stand-in-size"), "3500000\n");
});

afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function publish() {
  const keysDirectory = path.join(scratch, "keys");
  return publishRepository({ repository: "test.example.org", source, destination, keysDirectory });
}

/** A signed file as its text's lines, the checksum and the signature. */
function signed(name: string) {
  const bytes = readFileSync(path.join(destination, name));
  const end = bytes.indexOf("--\n");
  const text = bytes.subarray(0, end).toString();
  const checksum = bytes.subarray(end + 3, end + 43).toString();
  expect(checksum).toBe(createHash("sha1").update(text).digest("hex"));
  return { lines: text.trimEnd().split("\n"), checksum, signature: bytes.subarray(end + 44) };
}

function manifest(): Record<string, string> {
  const { lines } = signed(".cvmfspublished");
  return Object.fromEntries(lines.map((line) => [line[0], line.slice(1)]));
}

/** An object's content, after checking that its name is the hash of what is stored. */
function object(hash: string, suffix: string): Buffer {
  const stored = readFileSync(
    path.join(destination, "data", hash.slice(0, 2), `${hash.slice(2)}${suffix}`),
  );
  expect(createHash("sha1").update(stored).digest("hex")).toBe(hash);
  return inflateSync(stored);
}

async function query(database: Buffer, sql: string) {
  const { Database } = await initSqlJs();
  const db = new Database(database);
  const rows = db.exec(sql)[0].values;
  db.close();
  return rows;
}

describe("a published repository", () => {
  it("has a manifest that the listed certificate signed, and a whitelist by the master key", async () => {
    const { publicKeyFile } = await publish();
    const { checksum, signature } = signed(".cvmfspublished");
    const certificate = new X509Certificate(object(manifest().X, "X"));
    expect(verify("sha1", Buffer.from(checksum), certificate.publicKey, signature)).toBe(true);

    const whitelist = signed(".cvmfswhitelist");
    const key = readFileSync(publicKeyFile, "utf8");
    const padding = constants.RSA_PKCS1_PADDING;
    expect(publicDecrypt({ key, padding }, whitelist.signature).toString()).toBe(
      whitelist.checksum,
    );
    const [created, expiry, name, fingerprint] = whitelist.lines;
    expect(created).toMatch(/^\d{14}$/);
    const years = Number(expiry.slice(1, 5)) - new Date().getUTCFullYear();
    expect(years).toBeGreaterThan(5);
    expect([name, fingerprint]).toEqual(["Ntest.example.org", certificate.fingerprint]);
  });

  it("has a catalog with modes, links and content, and a history of its revision", async () => {
    await publish();
    const catalog = object(manifest().C, "C");
    expect(catalog.length).toBe(Number(manifest().B));
    const rows = await query(
      catalog,
      "SELECT name, flags, mode & 4095, symlink, size FROM catalog ORDER BY name",
    );
    expect(rows.map(([name, flags]) => [name, flags])).toEqual([
      ["", 1],
      ["bin", 1],
      ["large", 4],
      ["link", 12],
      ["tool", 4],
    ]);
    expect(rows[2][4]).toBe(3_500_000);
    expect(rows[3][3]).toBe("bin/tool");
    expect(rows[4][2]).toBe(0o755);
    // The key of "/bin/tool" and its parent's, as the client computes them.
    const md5 = (name: string) => createHash("md5").update(name).digest();
    const keys = [md5("/bin/tool"), md5("/bin")].flatMap((digest) => [
      String(digest.readBigInt64LE(0)),
      String(digest.readBigInt64LE(8)),
    ]);
    const columns = ["md5path_1", "md5path_2", "parent_1", "parent_2"];
    const asText = columns.map((column) => `CAST(${column} AS TEXT)`).join();
    const [found] = await query(
      catalog,
      `SELECT ${asText}, hex(hash) FROM catalog WHERE name = 'tool'`,
    );
    expect(found.slice(0, 4)).toEqual(keys);
    expect(object(String(found[4]).toLowerCase(), "").toString()).toBe("#!/bin/sh\n");

    const history = object(manifest().H, "H");
    expect(await query(history, "SELECT hash, revision FROM tags")).toEqual([[manifest().C, 1]]);
  });

  it("offers both files about snapshots", async () => {
    await publish();
    expect(readFileSync(path.join(destination, ".cvmfs_last_snapshot"), "utf8")).toMatch(
      /^\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}\n$/,
    );
    expect(readFileSync(path.join(destination, ".cvmfs_is_snapshotting"), "utf8")).toBe("");
  });
});

describe("publishing again", () => {
  it("changes nothing for the same content, whatever the times", async () => {
    expect(await publish()).toMatchObject({ revision: 1, changed: true });
    const before = readFileSync(path.join(destination, ".cvmfspublished"));
    utimesSync(path.join(source, "bin", "tool"), 1, 1);
    expect(await publish()).toMatchObject({ revision: 1, changed: false });
    expect(readFileSync(path.join(destination, ".cvmfspublished"))).toEqual(before);
  });

  it.each<[string, () => void]>([
    ["a file's content", () => writeFileSync(path.join(source, "bin", "tool"), "#!/bin/ed\n")],
    ["a file's mode", () => chmodSync(path.join(source, "bin", "tool"), 0o700)],
    ["a new file", () => cpSync(path.join(source, "bin", "tool"), path.join(source, "copy"))],
    ["a removed link", () => rmSync(path.join(source, "link"))],
    ["another size", () => writeFileSync(path.join(source, "large.stand-in-size"), "7\n")],
  ])("counts the revision up for %s", async (_, change) => {
    await publish();
    change();
    expect(await publish()).toMatchObject({ revision: 2, changed: true });
    expect(manifest().S).toBe("2");
  });

  it("signs anew when the keys are others", async () => {
    await publish();
    rmSync(path.join(scratch, "keys"), { recursive: true });
    expect(await publish()).toMatchObject({ revision: 2, changed: true });
    const fingerprint = new X509Certificate(object(manifest().X, "X")).fingerprint;
    expect(signed(".cvmfswhitelist").lines[3]).toBe(fingerprint);
  });
});

describe("refusals", () => {
  it("refuses a name without a domain", async () => {
    const keysDirectory = path.join(scratch, "keys");
    await expect(
      publishRepository({ repository: "alice", source, destination, keysDirectory }),
    ).rejects.toThrow('"alice" is not a repository\'s full name; it looks like alice.cern.ch.');
  });

  it("refuses a size that is none", async () => {
    writeFileSync(path.join(source, "large.stand-in-size"), "big");
    await expect(publish()).rejects.toThrow('holds "big" instead of a number of bytes');
  });
});
