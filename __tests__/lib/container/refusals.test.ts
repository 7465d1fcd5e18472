import type { TerraformStack } from "cdktf";
import {
  CvmfsClient,
  CvmfsMount,
  DnsSettings,
  GridCredentials,
  type IVoBoxImage,
  VoBoxContainer,
  VoBoxImage,
  VoBoxNetwork,
  VoBoxService,
  VoBoxServices,
  VoBoxSizing,
} from "../../../lib";
import { addContainer, type Given } from "../../support/container";
import { useScratch } from "../../support/scratch";
import { badNumbers, newStack, pemKey, refusalOf, wrong } from "../../support/synthesis";

useScratch();

const servers = ["192.0.2.9", "192.0.2.1"];
const reduced = VoBoxSizing.reduced({ reason: "a test" });
const replaceOn = "ch.cern.alice.vobox.replace-on";
/** Its services stop within a second. */
let quick: IVoBoxImage;
beforeAll(() => {
  const service = new VoBoxService({ name: "x", command: ["/x"], stopSeconds: 1 });
  quick = new VoBoxImage(newStack(), "quick", { services: VoBoxServices.of(service) });
});

describe("a container refuses", () => {
  let stack: TerraformStack;
  let count = 0;
  beforeAll(() => {
    stack = newStack();
  });
  /** Everything after the construct's path. */
  const refused = (props: unknown): string => {
    const id = `refused-${++count}`;
    const message = refusalOf(() => addContainer(stack, wrong<Given>(props), id));
    expect(message.startsWith(`site/${id}: `)).toBe(true);
    return message.slice(`site/${id}: `.length);
  };

  const sixtyFive = `${"a".repeat(57)}.cern.ch`;
  it.each([
    undefined,
    null,
    "",
    5,
    {},
    "vobox",
    "vobox.",
    ".cern.ch",
    "VOBOX.cern.ch",
    "vo_box.cern.ch",
    "vobox..cern.ch",
    "-a.cern.ch",
    "a-.cern.ch",
    "192.0.2.1",
    "vobox.cern.ch\n",
    "vobox.cern.ch\n127.0.0.1 evil",
    "vobox cern.ch",
    "$(id).cern.ch",
    sixtyFive,
    `${"a".repeat(64)}.ch`,
  ])("the FQDN %j", (fqdn) =>
    expect(refused({ fqdn })).toContain(
      `fqdn: given ${fqdn === undefined ? "undefined" : JSON.stringify(fqdn)}; allowed: a fully qualified domain name in lower case, ` +
        "such as vobox.cern.ch, up to 64 characters. ALICE's LDAP knows the VO-Box by what `hostname -f` says.",
    ),
  );

  it("takes an FQDN of 64 characters", () => {
    expect(sixtyFive).toHaveLength(65);
    expect(() => addContainer(stack, { fqdn: sixtyFive.slice(1) }, "longest")).not.toThrow();
  });

  it.each(["", "a", "-ab", "a b", "a/b", "a".repeat(64), "../x", "ab\n", 5, {}])(
    "the name %j",
    (name) =>
      expect(refused({ name })).toContain(
        `name: given ${JSON.stringify(name)}; allowed: 2 to 63 letters, digits, _ . or -, beginning with a letter or digit. ` +
          "The default is the first label of the FQDN.",
      ),
  );

  it("the name that an FQDN of one letter would give", () =>
    expect(refused({ fqdn: "a.cern.ch" })).toContain('name: given "a"; allowed: 2 to 63'));

  it.each(["", "/", "etc/x", "/etc/../x", "/a b", "/a\nb", "/a/", "~", 5, true])(
    "the startup directory %j",
    (startupDirectory) =>
      expect(refused({ startupDirectory })).toContain(
        `startupDirectory: given ${JSON.stringify(startupDirectory)}; allowed: an absolute path on the host other than /, without blanks, . or ...`,
      ),
  );

  const numbers: readonly [string, number, number, string, (value: unknown) => unknown][] = [
    [
      "memoryMegabytes",
      512,
      1048576,
      "megabytes",
      (n) => ({ memoryMegabytes: n, sizing: reduced }),
    ],
    ["stopGraceSeconds", 10, 600, "seconds", (n) => ({ stopGraceSeconds: n, image: quick })],
    [
      "healthCheck.intervalSeconds",
      5,
      3600,
      "seconds",
      (n) => ({ healthCheck: { intervalSeconds: n } }),
    ],
    [
      "healthCheck.timeoutSeconds",
      5,
      600,
      "seconds",
      (n) => ({ healthCheck: { timeoutSeconds: n } }),
    ],
    [
      "healthCheck.startPeriodSeconds",
      0,
      3600,
      "seconds",
      (n) => ({ healthCheck: { startPeriodSeconds: n } }),
    ],
    ["healthCheck.retries", 1, 100, "checks", (n) => ({ healthCheck: { retries: n } })],
    [
      "logRotation.maximumFileMegabytes",
      1,
      1000,
      "megabytes",
      (n) => ({ logRotation: { maximumFileMegabytes: n } }),
    ],
    ["logRotation.maximumFiles", 1, 100, "files", (n) => ({ logRotation: { maximumFiles: n } })],
  ];
  it.each(numbers)(
    "%s outside of %i to %i %s, or no whole number",
    (property, least, most, unit, props) => {
      for (const value of badNumbers(least, most))
        expect(refused(props(value))).toContain(
          `${property}: given ${typeof value === "number" ? value : JSON.stringify(value)}; allowed: a whole number of ${unit} from ${least} to ${most}.`,
        );
      for (const value of [least, most])
        expect(() => addContainer(stack, props(value) as Given, `taken-${++count}`)).not.toThrow();
    },
  );

  it.each(["VOBOX_FQDN", "VOBOX_X", "1A", "A-B", "", "A B", "A=B", "A\nB"])(
    "the environment's name %j",
    (key) =>
      expect(refused({ environment: { [key]: "x" } })).toContain(
        `environment: given ${JSON.stringify(key)}; allowed: names of letters, digits and _ that do not begin with VOBOX_. VOBOX_* is set from the other props.`,
      ),
  );

  const oneLineOnly =
    "allowed: a text without line breaks or control characters. Longer text belongs in a file on the host or in the image.";
  it.each(["a\nB=c", "a\r", "\u0000", undefined, null, 5, true, {}])("the value %j", (value) => {
    const given = value === undefined ? "undefined" : JSON.stringify(value);
    expect(refused({ environment: { A: value } })).toContain(
      `environment.A: given ${given}; ${oneLineOnly}`,
    );
    expect(refused({ labels: { a: value } })).toContain(`labels.a: given ${given}; ${oneLineOnly}`);
  });

  it.each(["", "a b", "a\nb", "-a", "a=b"])("the label %j", (key) =>
    expect(refused({ labels: { [key]: "x" } })).toContain(
      `labels: given ${JSON.stringify(key)}; allowed: keys of letters, digits, and . _ / - between them.`,
    ),
  );

  it("the label that is computed", () =>
    expect(refused({ labels: { [replaceOn]: "x" } })).toContain(
      `labels.${replaceOn}: given "x"; allowed: other labels. This one is computed: leave it out.`,
    ));

  it.each(["environment", "labels"])("what is named like a secret in %s", (property) => {
    const message = refused({ [property]: { DB_PASSWORD: "hunter2" } });
    expect(message).toMatch(
      new RegExp(
        `^${property}\\.DB_PASSWORD: given a value that is not shown; allowed: no key that is named like a secret\\. .* bind a directory`,
      ),
    );
    expect(message).not.toContain("hunter2");
  });

  it.each<[string, unknown]>([
    ["fqdn", { fqdn: pemKey }],
    ["name", { name: pemKey }],
    ["startupDirectory", { startupDirectory: pemKey }],
    ["environment.A", { environment: { A: pemKey } }],
    ["a key of environment", { environment: { [pemKey]: "x" } }],
    ["labels.a", { labels: { a: pemKey } }],
    ["cvmfs.hostPath", { cvmfs: CvmfsMount.fromHost({ hostPath: pemKey }) }],
    ["dns", { dns: pemKey }],
    ["dns.searchDomains[0]", { dns: new DnsSettings({ servers, searchDomains: [pemKey] }) }],
    ["healthCheck.intervalSeconds", { healthCheck: { intervalSeconds: pemKey } }],
    [
      "credentials.hostCertificateDirectory",
      { credentials: new GridCredentials({ hostCertificateDirectory: pemKey }) },
    ],
    ["healthCommands[0].command[0]", { healthCommands: [{ name: "x", command: [pemKey] }] }],
  ])("a private key as %s, unseen in the message", (place, props) => {
    const message = refused(props);
    expect(message).toMatch(
      /: given a private key; allowed: no private key\. .* bind a directory of the host/,
    );
    expect(message.startsWith(`${place}: `)).toBe(true);
    expect(message).not.toContain("MIIB");
  });

  it("less time to stop than the image's services take, one after the other", () => {
    const service = (name: string): VoBoxService =>
      new VoBoxService({ name, command: [`/${name}`], stopSeconds: 20 });
    const slow = new VoBoxImage(newStack(), "slow", {
      services: VoBoxServices.of(service("a"), service("b"), service("c")),
    });
    expect(slow.stopSeconds).toBe(60);
    const message = (seconds: number): string =>
      `stopGraceSeconds: given ${seconds}; allowed: at least 65 seconds. The image's services take up to 60 to stop, ` +
      "one after the other: give more, or shorten their stopSeconds.";
    expect(refused({ image: slow })).toContain(message(60));
    expect(refused({ image: slow, stopGraceSeconds: 64 })).toContain(message(64));
    expect(() =>
      addContainer(newStack(), { image: slow, stopGraceSeconds: 65 }, "long-enough"),
    ).not.toThrow();
  });

  const settings = "new DnsSettings({ servers })";
  const networks = "VoBoxNetwork.host(), VoBoxNetwork.bridge() or VoBoxNetwork.macvlan({ … })";
  const credentials = "new GridCredentials({ hostCertificateDirectory, proxyDirectory })";
  const sizings = "VoBoxSizing.alice() or VoBoxSizing.reduced({ reason })";
  const images = "a construct of an image, such as new VoBoxImage(…)";
  it.each<[property: string, value: unknown, allowed: string]>([
    ["dns", { servers }, settings],
    ["dns", servers, settings],
    ["dns", null, settings],
    ["network", "host", networks],
    ["network", null, networks],
    ["cvmfs", undefined, "CvmfsMount.fromHost() or CvmfsMount.inContainer()"],
    ["cvmfs", { repositories: [] }, "CvmfsMount.fromHost() or CvmfsMount.inContainer()"],
    ["cvmfs", new DnsSettings({ servers }), "CvmfsMount.fromHost() or CvmfsMount.inContainer()"],
    ["image", undefined, images],
    ["image", "vobox:1", images],
    ["image", {}, images],
    ["credentials", {}, credentials],
    ["credentials", "/etc/grid-security", credentials],
    ["credentials", null, credentials],
    ["sizing", { reason: "x" }, sizings],
    ["sizing", null, sizings],
    ["healthCheck", 30, "an object with named values"],
    ["logRotation", null, "an object with named values"],
    ["environment", ["A=b"], "an object with named values"],
    ["labels", "a=b", "an object with named values"],
    ["labels", new Map([["a", "b"]]), "an object with named values"],
  ])("%s of another kind, %j", (property, value, allowed) =>
    expect(refused({ [property]: value })).toContain(
      `${property}: given ${JSON.stringify(value) ?? "undefined"}; allowed: ${allowed}.`,
    ),
  );

  it("less memory than ALICE asks for, unless there is a reason", () => {
    expect(refused({ memoryMegabytes: 4095 })).toContain(
      "memoryMegabytes: given 4095; allowed: at least 4096 megabytes",
    );
    expect(refused({ memoryMegabytes: 4095, sizing: VoBoxSizing.alice() })).toContain("4095");
    expect(refused({ sizing: VoBoxSizing.reduced({ reason: "" }) })).toContain(
      'sizing.reason: given ""',
    );
  });

  it("a smaller CVMFS cache than ALICE asks for, unless there is a reason", () => {
    const client = new CvmfsClient({ quotaMegabytes: 4999 });
    for (const cvmfs of [CvmfsMount.inContainer({ client }), CvmfsMount.fromHost({ client })]) {
      expect(refused({ cvmfs })).toContain(
        "cvmfs.client.quotaMegabytes: given 4999; allowed: at least 5000 megabytes",
      );
      expect(() =>
        addContainer(stack, { cvmfs, sizing: reduced }, `cache-${++count}`),
      ).not.toThrow();
    }
  });

  it("what is a construct, but no image", () =>
    expect(refused({ image: stack })).toContain(`image: given "site"; allowed: ${images}.`));

  it("no props", () =>
    expect(refusalOf(() => new VoBoxContainer(stack, "no-props", wrong(undefined)))).toContain(
      "site/no-props: props: given undefined; allowed: an object with named values.",
    ));

  it("settings of CVMFS, DNS and credentials, under the container's path", () => {
    expect(refused({ cvmfs: CvmfsMount.fromHost({ mountPoint: "/mnt" }) })).toContain(
      'cvmfs.mountPoint: given "/mnt"',
    );
    expect(refused({ dns: new DnsSettings({ servers: ["x"] }) })).toContain(
      'dns.servers[0]: given "x"',
    );
    const loopback = new DnsSettings({ servers: ["127.0.0.53"] });
    expect(refused({ dns: loopback, network: VoBoxNetwork.bridge() })).toContain(
      'dns.servers[0]: given "127.0.0.53"',
    );
    expect(() => addContainer(stack, { dns: loopback }, "loopback")).not.toThrow();
    expect(refused({ credentials: new GridCredentials({ proxyDirectory: "/" }) })).toContain(
      'credentials.proxyDirectory: given "/"',
    );
  });
});
