import { refusePrivateKeys, refuseSecretKeys } from "../../lib/secrets";
import { useScratch } from "../support/scratch";
import { newStack, pemKey, refusalOf } from "../support/synthesis";

useScratch();

describe("refusePrivateKeys", () => {
  const look = (value: unknown): void => refusePrivateKeys(newStack(), value);
  class Holder {
    constructor(private readonly content: unknown) {}
    read(): unknown {
      return this.content;
    }
  }

  it.each<[place: string, props: unknown]>([
    ["name", { name: pemKey }],
    ["a.b[1].c", { a: { b: ["x", { c: pemKey }] } }],
    ["file.content", { file: new Holder(Buffer.from(pemKey)) }],
    ["a key of labels", { labels: { [pemKey]: "x" } }],
    ["a key of the props", { [pemKey]: "x" }],
    ["text", { text: `first line\r\n${pemKey.replaceAll("\n", "\r\n")}` }],
  ])("finds one at %s, and does not repeat it", (place, props) => {
    const message = refusalOf(() => look(props));
    expect(message).toMatch(/^site: .*: allowed: no private key\. It would stand in clear/);
    expect(message).toContain(`site: ${place}: `);
    expect(message).not.toContain("BEGIN");
    expect(message).not.toContain("MIIB");
  });

  it.each([
    "PRIVATE KEY",
    "EC PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
  ])("knows %s", (kind) =>
    expect(refusalOf(() => look([`-----BEGIN ${kind}-----`]))).toContain("[0]"),
  );

  it("takes certificates, public keys and what names a key", () =>
    expect(() =>
      look({
        a: "-----BEGIN CERTIFICATE-----",
        b: "-----BEGIN PUBLIC KEY-----",
        c: "the PRIVATE KEY lies in /etc/grid-security",
      }),
    ).not.toThrow());

  it("ends with objects that hold themselves, and does not enter constructs", () => {
    const circular: Record<string, unknown> = { stack: newStack() };
    circular["self"] = circular;
    expect(() => look(circular)).not.toThrow();
  });
});

describe("refuseSecretKeys", () => {
  const look = (key: string): void => refuseSecretKeys(newStack(), "environment", { [key]: "v" });

  it.each([
    "PASSWORD",
    "MYPROXY_PASSPHRASE",
    "DbPassword",
    "api-token",
    "GITHUB_TOKEN",
    "SecretKey",
    "SECRETS",
    "AWS_SECRET_ACCESS_KEY",
    "x.credentials",
    "PRIVATE_KEY",
    "sshPrivateKey",
    "API_KEY",
    "APIKEY",
    "passwd",
    "PGPASSWORD",
    "MYSQL_PASSWORDS",
    "DB_PASS",
    "dbPass",
    "API_TOKENS",
    "AUTHTOKEN",
    "CLIENT_SECRETS",
    "SSH_PRIVATE_KEYS",
    "PRIVATEKEY",
    "access-keys",
  ])("refuses %s and does not show its value", (key) =>
    expect(refusalOf(() => look(key))).toMatch(
      new RegExp(
        `^site: environment\\.${key}: allowed: no key that is named like a secret\\. It would`,
      ),
    ),
  );

  it.each([
    "PROXY",
    "X509_USER_PROXY",
    "X509_USER_KEY",
    "http_proxy",
    "TOKENIZER",
    "TOKENS_PER_SECOND",
    "SECRETARY",
    "KEYBOARD",
    "PUBLIC_KEY",
    "PASSENGER",
    "PASS_THROUGH",
    "BYPASS",
    "COMPASS",
    "PWD",
    "ALIEN_SITE",
  ])("takes %s", (key) => expect(() => look(key)).not.toThrow());
});
