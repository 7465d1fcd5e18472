import { Lazy, type TerraformStack, Token } from "cdktf";
import {
  BaseImage,
  CvmfsMount,
  DnsSettings,
  type IVoBoxImage,
  VoBoxContainer,
  type VoBoxContainerProps,
  VoBoxImage,
  VoBoxNetwork,
} from "../../lib";
import { useScratch } from "../support/scratch";
import {
  badNumbers,
  newImage,
  newStack,
  only,
  pemKey,
  refusalOf,
  type Resource,
  type Synthesized,
  synthesize,
  wrong,
} from "../support/synthesis";

useScratch();

const servers = ["192.0.2.9", "192.0.2.1", "192.0.2.5"];
let image: IVoBoxImage;
beforeAll(() => {
  image = newImage();
});

type Given = Partial<VoBoxContainerProps>;

function add(stack: TerraformStack, props: Given = {}, id = "box"): VoBoxContainer {
  const cvmfs = CvmfsMount.fromHost();
  return new VoBoxContainer(stack, id, { image, fqdn: "vobox.cern.ch", cvmfs, ...props });
}

function containerWith(props: Given): Resource {
  const stack = newStack();
  add(stack, props);
  return only(synthesize(stack), "docker_container");
}

function labelsOf(container: Resource): Record<string, string> {
  const labels = container["labels"] as readonly { label: string; value: string }[];
  return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}

const replaceOn = "ch.cern.alice.vobox.replace-on";

describe("a container with little given", () => {
  let synthesized: Synthesized;
  let container: Resource;
  beforeAll(() => {
    const stack = newStack();
    add(stack, { dns: new DnsSettings({ servers }) });
    synthesized = synthesize(stack);
    container = only(synthesized, "docker_container");
  });

  it("is all of this and no more", () => {
    const { labels, ...properties } = container;
    expect(labels).toEqual([
      { label: replaceOn, value: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    ]);
    expect(properties).toEqual({
      name: "vobox",
      image: image.reference,
      hostname: "vobox.cern.ch",
      network_mode: "host",
      restart: "always",
      must_run: true,
      init: true,
      destroy_grace_seconds: 60,
      stop_timeout: 60,
      stop_signal: "SIGTERM",
      memory: 4096,
      memory_swap: 4096,
      log_driver: "json-file",
      log_opts: { "max-size": "50m", "max-file": "5" },
      env: [
        "VOBOX_CVMFS_PROBE_FILES=alice.cern.ch=bin/alienv",
        "VOBOX_CVMFS_REPOSITORIES=alice.cern.ch alice-ocdb.cern.ch",
        "VOBOX_DNS_SERVERS=192.0.2.9 192.0.2.1 192.0.2.5",
        "VOBOX_FQDN=vobox.cern.ch",
      ],
      healthcheck: {
        test: ["CMD", "/usr/libexec/vobox/health"],
        interval: "30s",
        timeout: "45s",
        start_period: "5m0s",
        retries: 3,
      },
      mounts: [
        { type: "volume", source: "vobox-state", target: "/var/lib/vobox" },
        { type: "volume", source: "vobox-logs", target: "/home/alicesgm/ALICE" },
        {
          type: "bind",
          source: "/cvmfs",
          target: "/cvmfs",
          read_only: true,
          bind_options: { propagation: "rslave" },
        },
      ],
    });
  });

  it("leaves the provider's unordered dns, volumes and privileges alone", () => {
    for (const property of ["dns", "dns_search", "dns_opts", "volumes", "privileged", "wait"])
      expect(container).not.toHaveProperty(property);
  });

  it("keeps the volumes out of Terraform's hands", () =>
    expect(Object.keys(synthesized.resource ?? {})).toEqual(["docker_container"]));
});

describe("a container with everything given", () => {
  let synthesized: Synthesized;
  let container: Resource;
  beforeAll(() => {
    const stack = newStack();
    add(stack, {
      name: "box-1",
      network: VoBoxNetwork.bridge(),
      dns: new DnsSettings({ servers, searchDomains: ["cern.ch"], options: ["timeout:2"] }),
      startupDirectory: "/etc/vobox/startup",
      memoryMegabytes: 8192,
      stopGraceSeconds: 90,
      healthCheck: { intervalSeconds: 3600, timeoutSeconds: 90, retries: 1, startPeriodSeconds: 0 },
      logRotation: { maximumFileMegabytes: 7, maximumFiles: 2 },
      retainVolumes: false,
      environment: { http_proxy: "http://squid.cern.ch:3128", X509_USER_PROXY: "/tmp/x509up" },
      labels: { "org.example/site": "x", a: "first" },
    });
    synthesized = synthesize(stack);
    container = only(synthesized, "docker_container");
  });

  it("renders each value", () =>
    expect(container).toMatchObject({
      name: "box-1",
      hostname: "vobox.cern.ch",
      network_mode: "bridge",
      restart: "always",
      destroy_grace_seconds: 90,
      stop_timeout: 90,
      memory: 8192,
      memory_swap: 8192,
      log_driver: "json-file",
      log_opts: { "max-size": "7m", "max-file": "2" },
      healthcheck: { interval: "1h0m0s", timeout: "1m30s", start_period: "0s", retries: 1 },
    }));

  it("gives the environment in one order", () =>
    expect(container["env"]).toEqual([
      "VOBOX_CVMFS_PROBE_FILES=alice.cern.ch=bin/alienv",
      "VOBOX_CVMFS_REPOSITORIES=alice.cern.ch alice-ocdb.cern.ch",
      "VOBOX_DNS_OPTIONS=timeout:2",
      "VOBOX_DNS_SEARCH=cern.ch",
      "VOBOX_DNS_SERVERS=192.0.2.9 192.0.2.1 192.0.2.5",
      "VOBOX_FQDN=vobox.cern.ch",
      "X509_USER_PROXY=/tmp/x509up",
      "http_proxy=http://squid.cern.ch:3128",
    ]));

  it("gives labels in one order, the computed one among them", () =>
    expect(Object.keys(labelsOf(container))).toEqual(["a", replaceOn, "org.example/site"]));

  it("binds the startup commands read-only", () =>
    expect(container["mounts"]).toContainEqual({
      type: "bind",
      source: "/etc/vobox/startup",
      target: "/etc/vobox/init.d",
      read_only: true,
    }));

  it("makes volumes that go with the VO-Box", () => {
    const volumes = synthesized.resource?.["docker_volume"] ?? {};
    const names = Object.values(volumes).map(({ name }) => name);
    expect(names.sort()).toEqual(["box-1-logs", "box-1-state"]);
    const sources = (container["mounts"] as Resource[])
      .filter(({ type }) => type === "volume")
      .map(({ source }) => source);
    const references = Object.keys(volumes).map((id) => `\${docker_volume.${id}.name}`);
    expect(sources.sort()).toEqual(references.sort());
  });
});

describe("the label that forces a replacement", () => {
  const labelWith = (props: Given): string => labelsOf(containerWith(props))[replaceOn];
  let plain: string;
  beforeAll(() => {
    plain = labelWith({});
  });

  it.each<[string, VoBoxContainerProps["healthCheck"]]>([
    ["interval", { intervalSeconds: 31 }],
    ["timeout", { timeoutSeconds: 46 }],
    ["retries", { retries: 4 }],
    ["start period", { startPeriodSeconds: 301 }],
  ])("changes with the healthcheck's %s", (_name, healthCheck) =>
    expect(labelWith({ healthCheck })).not.toBe(plain),
  );

  it.each<[string, Given]>([
    ["values that are the defaults", { healthCheck: { intervalSeconds: 30, retries: 3 } }],
    ["what the provider replaces for itself", { memoryMegabytes: 1024, labels: { a: "b" } }],
    [
      "the FQDN and the resolvers",
      { fqdn: "b.cern.ch", name: "bb", dns: new DnsSettings({ servers }) },
    ],
  ])("stays with %s", (_name, props) => expect(labelWith(props)).toBe(plain));
});

describe("durations", () => {
  it.each([
    [5, "5s"],
    [59, "59s"],
    [60, "1m0s"],
    [90, "1m30s"],
    [600, "10m0s"],
    [3599, "59m59s"],
    [3600, "1h0m0s"],
  ])("%i s is given as the engine gives it back, %s", (intervalSeconds, shown) =>
    expect(containerWith({ healthCheck: { intervalSeconds } })["healthcheck"]).toMatchObject({
      interval: shown,
    }),
  );
});

describe("unresolved tokens", () => {
  it("are let through", () => {
    const text = Lazy.stringValue({ produce: () => "late.cern.ch" });
    const container = containerWith({
      fqdn: text,
      name: "late",
      startupDirectory: text,
      memoryMegabytes: Token.asNumber("${var.memory}"),
      healthCheck: { intervalSeconds: Token.asNumber("${var.interval}") },
      environment: { A: text },
      labels: { b: text },
      dns: new DnsSettings({ servers: [text, "192.0.2.1"] }),
    });
    expect(container).toMatchObject({
      hostname: "late.cern.ch",
      memory: "${var.memory}",
      memory_swap: "${var.memory}",
      healthcheck: { interval: "${var.interval}s" },
    });
    expect(container["env"]).toContain("VOBOX_DNS_SERVERS=late.cern.ch 192.0.2.1");
  });

  it("need a name where they are the FQDN", () => {
    const fqdn = Lazy.stringValue({ produce: () => "late.cern.ch" });
    expect(refusalOf(() => add(newStack(), { fqdn }))).toBe(
      "site/box: name: given undefined; allowed: a name, where the FQDN is not known at synthesis. " +
        "The default is the first label of the FQDN.",
    );
  });
});

describe("an image in the same stack", () => {
  it("is built before", () => {
    const stack = newStack();
    const own = new VoBoxImage(stack, "image", { base: BaseImage.debian() });
    add(stack, { image: own });
    const synthesized = synthesize(stack);
    expect(only(synthesized, "docker_container")["depends_on"]).toEqual([
      `docker_image.${Object.keys(synthesized.resource?.["docker_image"] ?? {})[0]}`,
    ]);
  });
});

describe("refusals", () => {
  let stack: TerraformStack;
  let count = 0;
  beforeAll(() => {
    stack = newStack();
  });
  /** Everything after the construct's path. */
  const refused = (props: unknown): string => {
    const id = `refused-${++count}`;
    const message = refusalOf(() => add(stack, wrong<Given>(props), id));
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
    expect(refused({ fqdn })).toBe(
      `fqdn: given ${fqdn === undefined ? "undefined" : JSON.stringify(fqdn)}; allowed: a fully qualified domain name in lower case, ` +
        "such as vobox.cern.ch, up to 64 characters. ALICE's LDAP knows the VO-Box by what `hostname -f` says.",
    ),
  );

  it("takes an FQDN of 64 characters", () => {
    expect(sixtyFive).toHaveLength(65);
    expect(() => add(stack, { fqdn: sixtyFive.slice(1) }, "longest")).not.toThrow();
  });

  it.each(["", "a", "-ab", "a b", "a/b", "a".repeat(64), "../x", "ab\n", 5, {}])(
    "the name %j",
    (name) =>
      expect(refused({ name })).toBe(
        `name: given ${JSON.stringify(name)}; allowed: 2 to 63 letters, digits, _ . or -, beginning with a letter or digit. ` +
          "The default is the first label of the FQDN.",
      ),
  );

  it("the name that an FQDN of one letter would give", () =>
    expect(refused({ fqdn: "a.cern.ch" })).toContain('name: given "a"; allowed: 2 to 63'));

  it.each(["", "/", "etc/x", "/etc/../x", "/a b", "/a\nb", "/a/", "~", 5, true])(
    "the startup directory %j",
    (startupDirectory) =>
      expect(refused({ startupDirectory })).toBe(
        `startupDirectory: given ${JSON.stringify(startupDirectory)}; allowed: an absolute path on the host other than /, without blanks, . or ...`,
      ),
  );

  const numbers: readonly [string, number, number, string, (value: unknown) => unknown][] = [
    ["memoryMegabytes", 512, 1048576, "megabytes", (n) => ({ memoryMegabytes: n })],
    ["stopGraceSeconds", 10, 600, "seconds", (n) => ({ stopGraceSeconds: n })],
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
        expect(refused(props(value))).toBe(
          `${property}: given ${typeof value === "number" ? value : JSON.stringify(value)}; allowed: a whole number of ${unit} from ${least} to ${most}.`,
        );
      for (const value of [least, most])
        expect(() => add(stack, props(value) as Given, `taken-${++count}`)).not.toThrow();
    },
  );

  it.each(["VOBOX_FQDN", "VOBOX_X", "1A", "A-B", "", "A B", "A=B", "A\nB"])(
    "the environment's name %j",
    (key) =>
      expect(refused({ environment: { [key]: "x" } })).toBe(
        `environment: given ${JSON.stringify(key)}; allowed: names of letters, digits and _ that do not begin with VOBOX_. VOBOX_* is set from the other props.`,
      ),
  );

  const oneLineOnly =
    "allowed: a text without line breaks or control characters. Longer text belongs in a file on the host or in the image.";
  it.each(["a\nB=c", "a\r", "\u0000", undefined, null, 5, true, {}])("the value %j", (value) => {
    const given = value === undefined ? "undefined" : JSON.stringify(value);
    expect(refused({ environment: { A: value } })).toBe(
      `environment.A: given ${given}; ${oneLineOnly}`,
    );
    expect(refused({ labels: { a: value } })).toBe(`labels.a: given ${given}; ${oneLineOnly}`);
  });

  it.each(["", "a b", "a\nb", "-a", "a=b"])("the label %j", (key) =>
    expect(refused({ labels: { [key]: "x" } })).toBe(
      `labels: given ${JSON.stringify(key)}; allowed: keys of letters, digits, and . _ / - between them.`,
    ),
  );

  it("the label that is computed", () =>
    expect(refused({ labels: { [replaceOn]: "x" } })).toBe(
      `labels.${replaceOn}: allowed: other labels. This one is computed.`,
    ));

  it.each(["environment", "labels"])("what is named like a secret in %s", (property) => {
    const message = refused({ [property]: { DB_PASSWORD: "hunter2" } });
    expect(message).toMatch(
      new RegExp(
        `^${property}\\.DB_PASSWORD: allowed: no key that is named like a secret\\. .* bind a directory`,
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
    ["dns.searchDomains[0]", { dns: new DnsSettings({ servers, searchDomains: [pemKey] }) }],
    ["healthCheck.intervalSeconds", { healthCheck: { intervalSeconds: pemKey } }],
  ])("a private key as %s, unseen in the message", (place, props) => {
    const message = refused(props);
    expect(message).toMatch(/: allowed: no private key\. .* bind a directory of the host/);
    expect(message.startsWith(`${place}: `)).toBe(true);
    expect(message).not.toContain("MIIB");
  });

  it("CVMFS and DNS settings, under the container's path", () => {
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
    expect(() => add(stack, { dns: loopback }, "loopback")).not.toThrow();
  });
});
