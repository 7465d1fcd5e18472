import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./tools";

/** A certificate and its private key, both in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const hour = 3600 * 1000;
// What openssl's authority needs, for it alone takes an end that has passed.
const configuration = `
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = names
[names]
commonName = supplied
`;

/** A certificate that signs itself, and that holds from now plus the first to now plus the second of these hours. */
export function makeKeyPair(fromHours: number, toHours: number): KeyPair {
  const folder = mkdtempSync(join(tmpdir(), "vobox-certificate-"));
  const openssl = (...args: readonly string[]): void => {
    const { code, stderr } = run("openssl", args, { cwd: folder });
    if (code !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
  };
  try {
    writeFileSync(join(folder, "index.txt"), "");
    writeFileSync(join(folder, "ca.cnf"), configuration);
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const subject = ["-subj", "/CN=vobox.site.test"];
    openssl("req", "-new", ...newKey, ...subject, "-keyout", "key.pem", "-out", "request.pem");
    openssl(
      ...["ca", "-selfsign", "-batch", "-notext", "-config", "ca.cnf", "-keyfile", "key.pem"],
      ...["-startdate", openSslTime(fromHours), "-enddate", openSslTime(toHours)],
      ...["-in", "request.pem", "-out", "certificate.pem"],
    );
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    return { certificate: read("certificate.pem"), key: read("key.pem") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As openssl takes it: YYYYMMDDHHMMSSZ. */
function openSslTime(hours: number): string {
  const iso = new Date(Date.now() + hours * hour).toISOString();
  return `${iso.slice(0, 19).replace(/[-:T]/g, "")}Z`;
}
