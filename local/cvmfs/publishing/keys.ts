import {
  constants,
  createPrivateKey,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  privateEncrypt,
  sign,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../../support/run";

/** The keys of a CernVM-FS repository, as its operator holds them. */
export interface RepositoryKeys {
  /** Signs whitelists. Its public half is what clients hold in /etc/cvmfs/keys. */
  readonly master: KeyObject;
  /** Signs manifests. Its certificate is what the whitelist lists. */
  readonly repository: KeyObject;
  /** PEM. */
  readonly certificate: string;
  /** SHA-1 of the certificate, in the form of a whitelist line. */
  readonly fingerprint: string;
}

/** Where the public half of the master key lies in a keys directory. */
export function publicKeyFile(keysDirectory: string): string {
  return path.join(keysDirectory, "master.pub");
}

/** Reads the keys (RSA, 2048 bits), after generating those that are missing. Needs the openssl command for that. */
export async function repositoryKeys(keysDirectory: string): Promise<RepositoryKeys> {
  mkdirSync(keysDirectory, { recursive: true, mode: 0o700 });
  const master = privateKey(path.join(keysDirectory, "master.key"));
  const publicHalf = createPublicKey(master).export({ type: "spki", format: "pem" });
  writeFileSync(publicKeyFile(keysDirectory), publicHalf);

  const keyFile = path.join(keysDirectory, "repository.key");
  const certificateFile = path.join(keysDirectory, "repository.crt");
  const repository = privateKey(keyFile);
  if (!existsSync(certificateFile)) {
    // Node reads certificates but makes none.
    const subject = ["-subj", "/CN=cdktf-vobox local repository", "-days", "3650"];
    const certificate = await run("openssl", ["req", "-x509", "-new", "-key", keyFile, ...subject]);
    writeFileSync(certificateFile, certificate);
  }
  const certificate = readFileSync(certificateFile, "utf8");
  const fingerprint = new X509Certificate(certificate).fingerprint;
  return { master, repository, certificate, fingerprint };
}

function privateKey(file: string): KeyObject {
  if (existsSync(file)) return createPrivateKey(readFileSync(file));
  const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(file, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  chmodSync(file, 0o600);
  return key;
}

function withTrailer(text: string, signature: (checksum: Buffer) => Buffer): Buffer {
  const checksum = Buffer.from(createHash("sha1").update(text).digest("hex"));
  const head = Buffer.from(`${text}--\n`);
  return Buffer.concat([head, checksum, Buffer.from("\n"), signature(checksum)]);
}

/** A manifest with its trailer: RSA over SHA-1 of the checksum's hexadecimal string. */
export function signedManifest(text: string, keys: RepositoryKeys): Buffer {
  return withTrailer(text, (checksum) => sign("sha1", checksum, keys.repository));
}

/**
 * A whitelist with its trailer. Unlike a manifest's, its signature is over the checksum's string as
 * it is, with no digest's name in the padding (`openssl rsautl -sign`): the official client demands it.
 */
export function signedWhitelist(text: string, keys: RepositoryKeys): Buffer {
  const padding = constants.RSA_PKCS1_PADDING;
  return withTrailer(text, (checksum) => privateEncrypt({ key: keys.master, padding }, checksum));
}
