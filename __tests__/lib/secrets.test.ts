import { Lazy, TerraformStack } from "cdktf";
import {
  BaseImage,
  CvmfsClient,
  CvmfsMount,
  CvmfsProxy,
  VoBoxContainer,
  type VoBoxContainerProps,
  VoBoxImage,
} from "../../lib";
import { refuseSecretKeys, refuseSecretTexts } from "../../lib/secrets";
import { useScratch } from "../support/scratch";
import { newImage, newStack, pemKey, refusalOf, synthesize } from "../support/synthesis";

useScratch();

const encodedKey = Buffer.from(pemKey).toString("base64");
const secretUrl = "https://reader:geheim@repo.cern.ch/x";
const late = Lazy.stringValue({ produce: () => "geheim" });
/** As an issuer of tokens of the grid makes them: header, content and signature in base64. */
const accessToken = [{ alg: "RS256" }, { iss: "https://issuer.cern.ch/" }, "signature of it"]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .join(".");

/** A refusal that names the place and the kind of what stands there. */
function secretIn(place: string): RegExp {
  const quoted = place.replace(/[.[\]]/g, "\\$&");
  return new RegExp(`${quoted}: given an? [a-zA-Z0-9 ]+; allowed: no [a-z]`);
}

describe("refuseSecretTexts", () => {
  const look = (value: unknown): void => refuseSecretTexts(newStack(), value);
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
    ["one.line", { one: { line: pemKey.replaceAll("\n", "\\n") } }],
  ])("finds a private key at %s, and does not repeat it", (place, props) => {
    const message = refusalOf(() => look(props));
    expect(message).toMatch(
      /^site: .*: given a private key; allowed: no private key\. It would stand in clear/,
    );
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

  it.each<[kind: string, text: string]>([
    ["private key in base64", encodedKey],
    ["private key in base64", `key=${encodedKey.slice(0, 60)}`],
    ["password in a URL", secretUrl],
    ["password in a URL", 'curl "mysql://:x@db" --silent'],
    ["password in a URL", `http://reader:${late}@db`],
    ["access token", accessToken],
    ["access token", `Authorization: Bearer ${accessToken}`],
  ])("finds a %s, and does not repeat it", (kind, text) => {
    const message = refusalOf(() => look({ command: ["x", text] }));
    expect(message).toMatch(
      new RegExp(`^site: command\\[1\\]: given .*; allowed: no ${kind}\\. It would stand in clear`),
    );
    expect(message).not.toContain(text);
  });

  it.each([
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----",
    Buffer.from("-----BEGIN CERTIFICATE-----\nMIIB").toString("base64"),
    "the PRIVATE KEY lies in /etc/grid-security",
    "http://squid.cern.ch:3128",
    "http://[2001:db8::1]:3128/a@b",
    "ssh://root@vobox.cern.ch:22",
    "https://x.cern.ch/a:b@c",
    '["http://a:1","alice@cern.ch"]',
    `http://${late}:3128`,
    "eyJhbGciOiJub25lIn0.no-more",
    "key.eyJ0.eyJ1.x",
  ])("takes %s", (text) => expect(() => look({ text })).not.toThrow());

  it("takes the bytes of a file that names such a URL", () =>
    expect(() => look({ content: Buffer.from(secretUrl) })).not.toThrow());

  it.each(["://", "a:b@", "eyJ", "eyJaaaaaaaaa..", "-----BEGIN ", "LS0tLS1CRUdJTi", "://:"])(
    "is done soon with 1 MB of %s",
    (text) => {
      const started = performance.now();
      look({ text: text.repeat(1_000_000 / text.length) });
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );

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
        `^site: environment\\.${key}: given a value that is not shown; allowed: no key that is named like a secret\\. It would`,
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

describe("guard 15: no secret", () => {
  const fqdn = "vobox.cern.ch";
  const container = (props: Partial<VoBoxContainerProps> = {}): VoBoxContainer =>
    new VoBoxContainer(newStack(), "box", {
      ...{ image: newImage(), fqdn, cvmfs: CvmfsMount.fromHost(), ...props },
    });
  const through = (url: string): CvmfsMount =>
    CvmfsMount.inContainer({ client: new CvmfsClient({ proxy: CvmfsProxy.through(url) }) });

  it.each<[string, Partial<VoBoxContainerProps>]>([
    ["environment.A", { environment: { A: pemKey } }],
    ["environment.A", { environment: { A: encodedKey } }],
    ["environment.A", { environment: { A: secretUrl } }],
    ["environment.A", { environment: { A: accessToken } }],
    ["environment.DB_PASS", { environment: { DB_PASS: "geheim" } }],
    ["labels.a", { labels: { a: pemKey } }],
    ["labels.a", { labels: { a: secretUrl } }],
    ["labels.api-token", { labels: { "api-token": "geheim" } }],
    ["healthCommands[0].command[1]", { healthCommands: [command("curl", secretUrl)] }],
    ["cvmfs.client.proxy.groups[0][0]", { cvmfs: through(secretUrl) }],
  ])("in a container's %s", (place, props) => {
    const message = refusalOf(() => container(props));
    expect(message).toMatch(secretIn(`site/box: ${place}`));
    expect(message).not.toMatch(/geheim|BEGIN|eyJ/);
  });

  it.each<[string, (container: VoBoxContainer) => void]>([
    ["env[0]", ({ resource }) => (resource.env = ["DB_PASSWORD=geheim"])],
    [
      "env[1]",
      ({ resource }) => {
        resource.env = ["A=b"];
        resource.addOverride("env", [`A=${secretUrl}`]);
      },
    ],
    [
      "env[0]",
      ({ resource }) => (resource.env = [`A=${Lazy.stringValue({ produce: () => pemKey })}`]),
    ],
    ["command[1]", ({ resource }) => (resource.command = ["curl", secretUrl])],
    ["entrypoint[2]", ({ resource }) => (resource.entrypoint = ["sh", "-c", `curl ${secretUrl}`])],
    [
      "healthcheck.test[1]",
      ({ resource }) => resource.putHealthcheck({ test: ["CMD", `--token=${accessToken}`] }),
    ],
    ["log_opts.splunk-token", ({ resource }) => (resource.logOpts = { "splunk-token": "geheim" })],
    ["sysctls.a", ({ resource }) => resource.addOverride("sysctls.a", encodedKey)],
    [
      "provisioner[0].local-exec.environment.DB_PASS",
      ({ resource }) =>
        resource.addOverride("provisioner", [
          { "local-exec": { command: "x", environment: { DB_PASS: "geheim" } } },
        ]),
    ],
    ["labels[0].label", ({ resource }) => resource.putLabels([{ label: "secret", value: "x" }])],
    ["labels[0].value", ({ resource }) => resource.putLabels([{ label: "a", value: pemKey }])],
    ["upload[0].content", ({ resource }) => resource.putUpload([{ file: "/x", content: pemKey }])],
    [
      "upload[0].content_base64",
      ({ resource }) =>
        resource.addOverride("upload", [{ file: "/x", content_base64: encodedKey }]),
    ],
  ])("in %s that is set on the container's resource by hand", (place, change) => {
    const box = container();
    change(box);
    expect(problemOf(box)).toMatch(secretIn(`site/box: ${place}`));
    expect(problemOf(box)).not.toMatch(/geheim|BEGIN|LS0t/);
  });

  it.each<[string, (image: VoBoxImage) => void]>([
    [
      "build.build_args.DB_PASSWORD",
      ({ resource }) => resource.addOverride("build.build_args", { DB_PASSWORD: "geheim" }),
    ],
    [
      "build.build_args.GITHUB_TOKEN",
      ({ resource }) =>
        resource.putBuildAttribute({ context: ".", buildArgs: { GITHUB_TOKEN: "geheim" } }),
    ],
    ["build.build_args.A", ({ resource }) => resource.addOverride("build.build_args.A", secretUrl)],
    [
      "build.auth_config[0].password",
      ({ resource }) => resource.addOverride("build.auth_config", [{ password: "geheim" }]),
    ],
    ["build.label.a", ({ resource }) => resource.addOverride("build.label.a", accessToken)],
    [
      "build.secrets[0].env",
      ({ resource }) => resource.addOverride("build.secrets", [{ id: "x", env: accessToken }]),
    ],
    ["triggers.key", ({ resource }) => (resource.triggers = { key: pemKey })],
  ])("in %s that is set on the image's resource by hand", (place, change) => {
    const image = new VoBoxImage(newStack(), "image", { base: BaseImage.debian() });
    change(image);
    expect(problemOf(image)).toMatch(secretIn(`site/image: ${place}`));
    expect(problemOf(image)).not.toMatch(/geheim|BEGIN|eyJ/);
  });

  it("is seen in what is set by hand and holds none", () => {
    const box = container();
    box.resource.addOverride("env", ["X509_USER_PROXY=/tmp/x", "VOBOX_CREDENTIALS=proxies"]);
    box.resource.putLabels([{ label: "a", value: "password" }]);
    box.resource.command = ["myproxy-logon", "--password-file", "/run/secrets/password"];
    box.resource.addOverride("mounts", [
      { type: "bind", source: "/srv/secrets", target: "/token" },
    ]);
    expect(problemOf(box)).toBe("");
    const image = new VoBoxImage(newStack(), "image", { base: BaseImage.debian() });
    image.resource.addOverride("build.build_args", { http_proxy: "http://squid.cern.ch:3128" });
    expect(problemOf(image)).toBe("");
  });

  function command(...words: readonly string[]) {
    return { name: "x", command: words };
  }

  /** What fails the synthesis; empty where nothing does. */
  function problemOf(construct: VoBoxContainer | VoBoxImage): string {
    try {
      synthesize(TerraformStack.of(construct));
    } catch (error) {
      return String(error);
    }
    return "";
  }
});
