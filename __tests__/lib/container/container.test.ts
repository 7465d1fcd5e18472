import { Lazy, Token } from "cdktf";
import {
  BaseImage,
  CvmfsClient,
  CvmfsMount,
  DnsSettings,
  GridCredentials,
  VoBoxContainer,
  type VoBoxContainerProps,
  VoBoxImage,
  VoBoxMount,
  VoBoxNetwork,
  VoBoxSizing,
} from "../../../lib";
import { addContainer, containerWith, type Given } from "../../support/container";
import { useScratch } from "../../support/scratch";
import {
  newImage,
  newStack,
  only,
  refusalOf,
  type Resource,
  type Synthesized,
  synthesize,
} from "../../support/synthesis";

useScratch();

const servers = ["192.0.2.9", "192.0.2.1", "192.0.2.5"];

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
    addContainer(stack, { dns: new DnsSettings({ servers }) });
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
      image: newImage().reference,
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
      lifecycle: { ignore_changes: ["log_opts", "ports"] },
      env: [
        "VOBOX_CACHE_GIGABYTES=5",
        "VOBOX_CVMFS_PROBE_FILES=alice.cern.ch=bin/alienv",
        "VOBOX_CVMFS_REPOSITORIES=alice.cern.ch alice-ocdb.cern.ch",
        "VOBOX_DNS_SERVERS=192.0.2.9 192.0.2.1 192.0.2.5",
        "VOBOX_FQDN=vobox.cern.ch",
        "VOBOX_HEALTH_SECONDS=45",
        "VOBOX_LOG_GIGABYTES=20",
        "VOBOX_MEMORY_MEGABYTES=4096",
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

  it("guards 1 and 5: leaves the provider's unordered dns, volumes and privileges alone", () => {
    for (const property of ["dns", "dns_search", "dns_opts", "volumes", "privileged", "wait"])
      expect(container).not.toHaveProperty(property);
  });

  it("guard 2: restarts always", () => expect(container["restart"]).toBe("always"));

  it("guard 7: has memory without swap as a pair, and a log driver with all its options", () => {
    expect(container["memory_swap"]).toBe(container["memory"]);
    expect(container["log_driver"]).toBe("json-file");
    expect(container["log_opts"]).toEqual({ "max-size": "50m", "max-file": "5" });
    expect(container["lifecycle"]).toEqual({ ignore_changes: ["log_opts", "ports"] });
    for (const property of ["ulimit", "security_opts"])
      expect(container).not.toHaveProperty(property);
  });

  it("guard 8: has a grace for the provider's stop and for the engine's", () =>
    expect([container["destroy_grace_seconds"], container["stop_timeout"]]).toEqual([60, 60]));

  it("guard 12: asks for nothing that an old engine refuses", () => {
    for (const mount of container["mounts"] as readonly Resource[])
      expect(mount).not.toHaveProperty("volume_options");
    expect(container["healthcheck"]).not.toHaveProperty("start_interval");
  });

  it("guard 10: keeps state and logs in volumes, out of Terraform's hands", () =>
    expect(Object.keys(synthesized.resource ?? {})).toEqual(["docker_container"]));
});

describe("a container with everything given", () => {
  let synthesized: Synthesized;
  let container: Resource;
  beforeAll(() => {
    const stack = newStack();
    addContainer(stack, {
      name: "box-1",
      network: VoBoxNetwork.bridge(),
      dns: new DnsSettings({ servers, searchDomains: ["cern.ch"], options: ["timeout:2"] }),
      startupDirectory: "/etc/vobox/startup",
      memoryMegabytes: 2048,
      sizing: VoBoxSizing.reduced({ reason: "a test site" }),
      credentials: new GridCredentials({ hostCertificateDirectory: "/etc/grid-security" }),
      healthCommands: [{ name: "x", command: ["/x"] }],
      stopGraceSeconds: 90,
      healthCheck: { intervalSeconds: 3600, timeoutSeconds: 90, retries: 1, startPeriodSeconds: 0 },
      logRotation: { maximumFileMegabytes: 7, maximumFiles: 2 },
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
      memory: 2048,
      memory_swap: 2048,
      log_driver: "json-file",
      log_opts: { "max-size": "7m", "max-file": "2" },
      healthcheck: { interval: "1h0m0s", timeout: "1m30s", start_period: "0s", retries: 1 },
    }));

  it("gives the environment in one order", () =>
    expect(container["env"]).toEqual([
      "VOBOX_CREDENTIALS=host-certificate",
      "VOBOX_CVMFS_PROBE_FILES=alice.cern.ch=bin/alienv",
      "VOBOX_CVMFS_REPOSITORIES=alice.cern.ch alice-ocdb.cern.ch",
      "VOBOX_DNS_OPTIONS=timeout:2",
      "VOBOX_DNS_SEARCH=cern.ch",
      "VOBOX_DNS_SERVERS=192.0.2.9 192.0.2.1 192.0.2.5",
      "VOBOX_FQDN=vobox.cern.ch",
      'VOBOX_HEALTH_COMMANDS=[{"name":"x","command":["/x"]}]',
      "VOBOX_HEALTH_SECONDS=90",
      "VOBOX_SIZING_REDUCED=a test site",
      "X509_USER_PROXY=/tmp/x509up",
      "http_proxy=http://squid.cern.ch:3128",
    ]));

  it("gives labels in one order, the computed one among them", () =>
    expect(Object.keys(labelsOf(container))).toEqual(["a", replaceOn, "org.example/site"]));

  it("binds the directory with the host certificate read-only", () =>
    expect(container["mounts"]).toContainEqual({
      type: "bind",
      source: "/etc/grid-security",
      target: "/etc/grid-security",
      read_only: true,
    }));

  it("binds the startup commands read-only", () =>
    expect(container["mounts"]).toContainEqual({
      type: "bind",
      source: "/etc/vobox/startup",
      target: "/etc/vobox/init.d",
      read_only: true,
    }));

  it("keeps the volumes out of Terraform's hands", () => {
    expect(Object.keys(synthesized.resource ?? {})).toEqual(["docker_container"]);
    const sources = (container["mounts"] as Resource[])
      .filter(({ type }) => type === "volume")
      .map(({ source }) => source);
    expect(sources).toEqual(["box-1-state", "box-1-logs"]);
  });
});

describe("guard 3: the label that forces a replacement", () => {
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

  const temporary = { path: "/tmp", sizeMegabytes: 64 };
  it.each<[string, Given]>([
    ["a temporary directory", { temporaryDirectories: [temporary] }],
    ["a mount", { mounts: [VoBoxMount.bind("/srv/a", "/srv/a")] }],
  ])("changes with %s", (_name, props) => expect(labelWith(props)).not.toBe(plain));

  it("changes with an edit of a mount, which leaves their number", () => {
    const withOptions = (writable: boolean) =>
      labelWith({ mounts: [VoBoxMount.bind("/srv/a", "/srv/a", { writable })] });
    expect(withOptions(true)).not.toBe(withOptions(false));
  });

  it.each<[string, (container: VoBoxContainer) => void]>([
    ["set on the resource", ({ resource }) => (resource.init = false)],
    ["overridden", ({ resource }) => resource.addOverride("init", false)],
    ["added to it", ({ resource }) => resource.addOverride("cpu_quota", 50_000)],
  ])("changes with what is %s by hand", (_name, change) => {
    const stack = newStack();
    change(addContainer(stack));
    expect(labelsOf(only(synthesize(stack), "docker_container"))[replaceOn]).not.toBe(plain);
  });

  it.each<[string, Given]>([
    ["values that are the defaults", { healthCheck: { intervalSeconds: 30, retries: 3 } }],
    ["what the provider replaces for itself", { memoryMegabytes: 8192, labels: { a: "b" } }],
    [
      "the FQDN and the resolvers",
      { fqdn: "b.cern.ch", name: "vobox", dns: new DnsSettings({ servers }) },
    ],
  ])("stays with %s", (_name, props) => expect(labelWith(props)).toBe(plain));
});

describe("guard 7: durations", () => {
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
    const lazily = (value: string): string => Lazy.stringValue({ produce: () => value });
    const text = lazily("late.cern.ch");
    const container = containerWith({
      fqdn: text,
      name: "late",
      startupDirectory: text,
      memoryMegabytes: Token.asNumber("${var.memory}"),
      logRotation: { maximumFiles: Token.asNumber("${var.files}") },
      environment: { A: text },
      labels: { b: text },
      dns: new DnsSettings({ servers: [text, "192.0.2.1"] }),
      cvmfs: CvmfsMount.inContainer({
        client: new CvmfsClient({ quotaMegabytes: Token.asNumber("${var.quota}") }),
      }),
      credentials: new GridCredentials({
        hostCertificateDirectory: lazily("/late/certificates"),
        proxyDirectory: lazily("/late/proxies"),
      }),
      sizing: VoBoxSizing.reduced({ reason: text }),
      healthCommands: [{ name: text, command: [text, "x"], user: text }],
    });
    expect(container).toMatchObject({
      hostname: "late.cern.ch",
      memory: "${var.memory}",
      memory_swap: "${var.memory}",
      log_opts: { "max-file": "${var.files}" },
    });
    for (const variable of [
      "VOBOX_DNS_SERVERS=late.cern.ch 192.0.2.1",
      "VOBOX_SIZING_REDUCED=late.cern.ch",
      'VOBOX_HEALTH_COMMANDS=[{"name":"late.cern.ch","command":["late.cern.ch","x"],"user":"late.cern.ch"}]',
    ])
      expect(container["env"]).toContainEqual(variable);
    const sources = (container["mounts"] as readonly Resource[]).map(({ source }) => source);
    expect(sources).toEqual(expect.arrayContaining(["/late/certificates", "/late/proxies"]));
    expect(JSON.stringify(container["upload"])).toContain("CVMFS_QUOTA_LIMIT='${var.quota}'");
  });

  it.each([
    "stopGraceSeconds",
    "healthCheck.intervalSeconds",
    "healthCheck.timeoutSeconds",
    "healthCheck.startPeriodSeconds",
    "healthCheck.retries",
  ])("are refused as %s, with which something is computed", (property) => {
    const late = Token.asNumber("${var.late}");
    const [, inner] = property.split(".");
    const props = inner === undefined ? { [property]: late } : { healthCheck: { [inner]: late } };
    expect(refusalOf(() => addContainer(newStack(), props))).toBe(
      `site/box: ${property}: given a value that only Terraform will know; allowed: a value that is known at synthesis. Something is computed from it before Terraform runs: give the value itself.`,
    );
  });

  it("need a name where they are the FQDN", () => {
    const fqdn = Lazy.stringValue({ produce: () => "late.cern.ch" });
    expect(refusalOf(() => addContainer(newStack(), { fqdn }))).toBe(
      "site/box: name: given undefined; allowed: a name, where the FQDN is not known at synthesis. " +
        "The default is the first label of the FQDN.",
    );
  });
});

describe("an image in the same stack", () => {
  it("is built before", () => {
    const stack = newStack();
    const own = new VoBoxImage(stack, "image", { base: BaseImage.debian() });
    addContainer(stack, { image: own });
    const synthesized = synthesize(stack);
    expect(only(synthesized, "docker_container")["depends_on"]).toEqual([
      `docker_image.${Object.keys(synthesized.resource?.["docker_image"] ?? {})[0]}`,
    ]);
  });
});
