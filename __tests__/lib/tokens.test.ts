import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { Fn, type TerraformStack, TerraformVariable, Token } from "cdktf";
import {
  CvmfsClient,
  CvmfsMount,
  CvmfsProxy,
  CvmfsRepository,
  DnsSettings,
  GridCredentials,
  type IVoBoxImage,
  VoBoxContainer,
  type VoBoxContainerProps,
  VoBoxFile,
  VoBoxImage,
  type VoBoxImageProps,
  VoBoxMount,
  VoBoxNetwork,
  VoBoxService,
  VoBoxServices,
  VoBoxSizing,
} from "../../lib";
import { useScratch } from "../support/scratch";
import {
  newImage,
  newStack,
  only,
  refusalOf,
  type Resource,
  synthesize,
  wrong,
} from "../support/synthesis";

useScratch();

let image: IVoBoxImage;
beforeAll(() => {
  image = newImage();
});

/** Values that only Terraform will know, each with the expression that has to stand in the JSON. */
interface Later<T> {
  readonly value: T;
  readonly expression: string;
}
type Source<T> = (stack: TerraformStack) => Later<T>;

function variable(stack: TerraformStack, type: string): TerraformVariable {
  return new TerraformVariable(stack, type, { type });
}
function list(stack: TerraformStack): TerraformVariable {
  return new TerraformVariable(stack, "list", { type: "list(string)" });
}

const texts: Readonly<Record<string, Source<string>>> = {
  "a variable": (stack) => ({
    value: variable(stack, "string").stringValue,
    expression: "${var.string}",
  }),
  "an attribute of another resource": (stack) => ({
    value: new NullResource(stack, "other").id,
    expression: "${null_resource.other.id}",
  }),
  "a function's result": (stack) => ({
    value: Fn.join(".", list(stack).listValue),
    expression: '${join(".", var.list)}',
  }),
  "an element of a list": (stack) => ({
    value: Fn.element(Fn.split(",", variable(stack, "string").stringValue), 1) as string,
    expression: '${element(split(",", var.string), 1)}',
  }),
  "a variable of any type": (stack) => ({
    value: Token.asString(variable(stack, "any").value),
    expression: "${var.any}",
  }),
};
const numbers: Readonly<Record<string, Source<number>>> = {
  "a variable": (stack) => ({
    value: variable(stack, "number").numberValue,
    expression: "${var.number}",
  }),
  "a function's result": (stack) => ({
    value: Token.asNumber(Fn.max([variable(stack, "number").numberValue, 600])),
    expression: "${max(var.number, 600)}",
  }),
};
const lists: Readonly<Record<string, Source<string[]>>> = {
  "a variable": (stack) => ({
    value: list(stack).listValue,
    expression: "var.list",
  }),
  "a function's result": (stack) => ({
    value: Fn.split(",", variable(stack, "string").stringValue),
    expression: 'split(",", var.string)',
  }),
  "a list that was added to": (stack) => ({
    value: Token.asList(Fn.concat([list(stack).listValue, ["192.0.2.1"]])),
    expression: 'concat(var.list, ["192.0.2.1"])',
  }),
};

type Given = Partial<VoBoxContainerProps>;

/** The container's resource with props that need a stack for their tokens. */
function containerWith(give: (stack: TerraformStack) => Given): Resource {
  const stack = newStack();
  add(stack, give(stack));
  return only(synthesize(stack), "docker_container");
}

function add(stack: TerraformStack, props: Given): void {
  new VoBoxContainer(stack, "box", {
    image,
    fqdn: "vobox.cern.ch",
    cvmfs: CvmfsMount.fromHost(),
    ...props,
  });
}

/** Environment, mounts and the like, whatever else is in the list. */
const has = (key: string, element: unknown): Resource => ({
  [key]: expect.arrayContaining([element]) as unknown,
});
const env = (line: string): Resource => has("env", line);
const mount = (properties: Resource): Resource =>
  has("mounts", expect.objectContaining(properties));
const file = (text: string): Resource =>
  has("upload", {
    file: "/etc/cvmfs/default.local",
    content: expect.stringContaining(text) as string,
  });
const ownClient = (props: ConstructorParameters<typeof CvmfsClient>[0]): Given => ({
  cvmfs: CvmfsMount.inContainer({ client: new CvmfsClient(props) }),
});
const servers = ["192.0.2.9"];

type Case<T> = readonly [
  property: string,
  give: (value: T) => Given,
  arrives: (text: string) => Resource,
];

const textProps: ReadonlyArray<Case<string>> = [
  [
    "fqdn",
    (fqdn) => ({ fqdn, name: "vobox" }),
    (text) => ({ hostname: text, ...env(`VOBOX_FQDN=${text}`) }),
  ],
  ["name", (name) => ({ name }), (text) => ({ name: text, ...mount({ source: `${text}-state` }) })],
  [
    "name, where CVMFS has a cache of its own",
    (name) => ({ name, ...ownClient({}) }),
    (text) => mount({ source: `${text}-cvmfs-cache` }),
  ],
  ["startupDirectory", (path) => ({ startupDirectory: path }), (text) => mount({ source: text })],
  ["environment", (value) => ({ environment: { A: value } }), (text) => env(`A=${text}`)],
  [
    "environment, within a text",
    (value) => ({ environment: { A: `"$\${B} %{c} $${value}$` } }),
    (text) => env(`A="$$\${B} %%{c} \${"$"}${text}$`),
  ],
  [
    "labels",
    (value) => ({ labels: { a: value } }),
    (text) => has("labels", { label: "a", value: text }),
  ],
  [
    "dns.servers",
    (server) => ({ dns: new DnsSettings({ servers: ["192.0.2.1", server] }) }),
    (text) => env(`VOBOX_DNS_SERVERS=192.0.2.1 ${text}`),
  ],
  [
    "dns.servers, not in the host's network",
    (server) => ({ dns: new DnsSettings({ servers: [server] }), network: VoBoxNetwork.bridge() }),
    (text) => env(`VOBOX_DNS_SERVERS=${text}`),
  ],
  [
    "dns.searchDomains",
    (domain) => ({ dns: new DnsSettings({ servers, searchDomains: [domain] }) }),
    (text) => env(`VOBOX_DNS_SEARCH=${text}`),
  ],
  [
    "dns.options",
    (option) => ({ dns: new DnsSettings({ servers, options: [option, "debug"] }) }),
    (text) => env(`VOBOX_DNS_OPTIONS=${text} debug`),
  ],
  [
    "credentials.hostCertificateDirectory",
    (path) => ({ credentials: new GridCredentials({ hostCertificateDirectory: path }) }),
    (text) => mount({ source: text, target: "/etc/grid-security" }),
  ],
  [
    "credentials.proxyDirectory",
    (path) => ({ credentials: new GridCredentials({ proxyDirectory: path }) }),
    (text) => mount({ source: text, target: "/var/lib/vobox/alice/proxy_repository" }),
  ],
  [
    "sizing.reason",
    (reason) => ({ sizing: VoBoxSizing.reduced({ reason }) }),
    (text) => env(`VOBOX_SIZING_REDUCED=${text}`),
  ],
  [
    "healthCommands",
    (text) => ({ healthCommands: [{ name: "x", command: [`a${text}`], user: text }] }),
    (text) => {
      const quoted = `\${trimsuffix(trimprefix(jsonencode(${text.slice(2, -1)}), "\\""), "\\"")}`;
      return env(
        `VOBOX_HEALTH_COMMANDS=[{"name":"x","command":["a${quoted}"],"user":"${quoted}"}]`,
      );
    },
  ],
  [
    "mounts, a bind",
    (path) => ({ mounts: [VoBoxMount.bind(path, `/mnt/${path}`)] }),
    (text) => mount({ source: text, target: `/mnt/${text}` }),
  ],
  [
    "mounts, a volume",
    (name) => ({ mounts: [VoBoxMount.volume(name, name)] }),
    (text) => mount({ source: text, target: text }),
  ],
  [
    "temporaryDirectories",
    (path) => ({ temporaryDirectories: [{ path, sizeMegabytes: 1 }] }),
    (text) => ({ tmpfs: { [text]: "rw,nosuid,nodev,noexec,size=1m" } }),
  ],
  [
    "cvmfs.mountPoint",
    (mountPoint) => ({ cvmfs: CvmfsMount.fromHost({ mountPoint }) }),
    (text) => mount({ source: text, target: text }),
  ],
  [
    "cvmfs.hostPath",
    (hostPath) => ({ cvmfs: CvmfsMount.fromHost({ hostPath }) }),
    (text) => mount({ source: text, target: "/cvmfs" }),
  ],
  [
    "cvmfs.repositories",
    (name) => ({
      cvmfs: CvmfsMount.fromHost({
        repositories: [new CvmfsRepository(name, { probeFile: name })],
      }),
    }),
    (text) => ({
      env: expect.arrayContaining([
        `VOBOX_CVMFS_REPOSITORIES=${text}`,
        `VOBOX_CVMFS_PROBE_FILES=${text}=${text}`,
      ]) as unknown,
    }),
  ],
  [
    "cvmfs.repositories, for a client in the container",
    (name) => ({ cvmfs: CvmfsMount.inContainer({ repositories: [new CvmfsRepository(name)] }) }),
    (text) => file(`CVMFS_REPOSITORIES='${text}'`),
  ],
  [
    "cvmfs.configRepository",
    (name) => ({ cvmfs: CvmfsMount.inContainer({ configRepository: name }) }),
    (text) => env(`VOBOX_CVMFS_CONFIG_REPOSITORY=${text}`),
  ],
  [
    "cvmfs.client.proxy",
    (url) => ownClient({ proxy: CvmfsProxy.through(["http://a:3128", url], url) }),
    (text) => file(`CVMFS_HTTP_PROXY='http://a:3128|${text};${text}'`),
  ],
];

const numberProps: ReadonlyArray<Case<number>> = [
  [
    "memoryMegabytes",
    (n) => ({ memoryMegabytes: n }),
    (text) => ({ memory: text, memory_swap: text }),
  ],
  [
    "logRotation.maximumFileMegabytes",
    (n) => ({ logRotation: { maximumFileMegabytes: n } }),
    (text) => ({ log_opts: { "max-size": `${text}m`, "max-file": "5" } }),
  ],
  [
    "logRotation.maximumFiles",
    (n) => ({ logRotation: { maximumFiles: n } }),
    (text) => ({ log_opts: { "max-size": "50m", "max-file": text } }),
  ],
  [
    "temporaryDirectories.sizeMegabytes",
    (n) => ({ temporaryDirectories: [{ path: "/a", sizeMegabytes: n }] }),
    (text) => ({ tmpfs: { "/a": `rw,nosuid,nodev,noexec,size=${text}m` } }),
  ],
  [
    "cvmfs.client.quotaMegabytes",
    (n) => ownClient({ quotaMegabytes: n }),
    (text) => file(`CVMFS_QUOTA_LIMIT='${text}'`),
  ],
  [
    "healthCommands, a number in a word",
    (n) => ({ healthCommands: [{ name: "x", command: [`--port=${n}`] }] }),
    (text) => env(`VOBOX_HEALTH_COMMANDS=[{"name":"x","command":["--port=${text}"]}]`),
  ],
  [
    "environment, a number in a text",
    (n) => ({ environment: { A: `at ${n} MB` } }),
    (text) => env(`A=at ${text} MB`),
  ],
];

const listProps: ReadonlyArray<Case<string[]>> = [
  [
    "dns.servers",
    (list) => ({ dns: new DnsSettings({ servers: list }) }),
    (text) => env(`VOBOX_DNS_SERVERS=\${join(" ", ${text})}`),
  ],
  [
    "dns.searchDomains",
    (list) => ({ dns: new DnsSettings({ servers, searchDomains: list }) }),
    (text) => env(`VOBOX_DNS_SEARCH=\${join(" ", ${text})}`),
  ],
  [
    "dns.options",
    (list) => ({ dns: new DnsSettings({ servers, options: list }) }),
    (text) => env(`VOBOX_DNS_OPTIONS=\${join(" ", ${text})}`),
  ],
  [
    "cvmfs.client.proxy",
    (list) => ownClient({ proxy: CvmfsProxy.through(list).orNone() }),
    (text) => file(`CVMFS_HTTP_PROXY='\${join("|", ${text})};DIRECT'`),
  ],
];

function arrivesFrom<T>(
  kind: string,
  props: ReadonlyArray<Case<T>>,
  sources: Readonly<Record<string, Source<T>>>,
): void {
  describe.each(Object.entries(sources))(`a ${kind} that is %s`, (_source, later) => {
    it.each(props)("arrives as an expression in %s", (_property, give, arrives) => {
      let expression = "";
      const container = containerWith((stack) => {
        const known = later(stack);
        expression = known.expression;
        return give(known.value);
      });
      expect(container).toMatchObject(arrives(expression));
    });
  });
}
arrivesFrom("text", textProps, texts);
arrivesFrom("number", numberProps, numbers);
arrivesFrom("list", listProps, lists);

describe("what something is computed from at synthesis is refused", () => {
  const refused = (give: (stack: TerraformStack) => Given): string => {
    const stack = newStack();
    return refusalOf(() => add(stack, give(stack)));
  };
  const compute = (property: string): string =>
    `site/box: ${property}: given a value that only Terraform will know; allowed: a value that is known at synthesis. Something is computed from it before Terraform runs: give the value itself.`;

  it.each<[string, (value: number) => Given]>([
    ["stopGraceSeconds", (n) => ({ stopGraceSeconds: n })],
    ["healthCheck.intervalSeconds", (n) => ({ healthCheck: { intervalSeconds: n } })],
    ["healthCheck.timeoutSeconds", (n) => ({ healthCheck: { timeoutSeconds: n } })],
    ["healthCheck.retries", (n) => ({ healthCheck: { retries: n } })],
    ["healthCheck.startPeriodSeconds", (n) => ({ healthCheck: { startPeriodSeconds: n } })],
  ])("a number, %s", (property, give) =>
    expect(refused((stack) => give(variable(stack, "number").numberValue))).toBe(compute(property)),
  );

  it("one of the capabilities, and their list", () => {
    expect(refused((stack) => ({ capabilities: [variable(stack, "string").stringValue] }))).toBe(
      compute("capabilities[0]"),
    );
    expect(refused((stack) => ({ capabilities: list(stack).listValue }))).toBe(
      compute("capabilities"),
    );
  });

  it("the words of a health command as a whole", () =>
    expect(
      refused((stack) => ({ healthCommands: [{ name: "x", command: list(stack).listValue }] })),
    ).toBe(compute("healthCommands[0].command")));

  it.each(["environment", "labels"])("a name, %s", (property) =>
    expect(
      refused((stack) => ({ [property]: { [variable(stack, "string").stringValue]: "x" } })),
    ).toBe(compute(`a key of ${property}`)),
  );

  it.each(["environment", "labels"])("a map whose keys are not known, %s", (property) =>
    expect(
      refused((stack) => ({ [property]: Token.asStringMap(variable(stack, "map(string)").value) })),
    ).toBe(compute(property)),
  );

  it.each<[string, (value: boolean) => Given]>([
    ["mounts[0].writable", (writable) => ({ mounts: [VoBoxMount.bind("/a", "/b", { writable })] })],
    [
      "temporaryDirectories[0].executable",
      (executable) => ({ temporaryDirectories: [{ path: "/a", sizeMegabytes: 1, executable }] }),
    ],
    ["cvmfs.client.useCdn", (useCdn) => ownClient({ useCdn })],
  ])("a yes or no, %s", (property, give) =>
    expect(refused((stack) => give(wrong(variable(stack, "bool").booleanValue)))).toBe(
      compute(property),
    ),
  );

  it("an FQDN without a name", () =>
    expect(refused((stack) => ({ fqdn: variable(stack, "string").stringValue }))).toBe(
      "site/box: name: given undefined; allowed: a name, where the FQDN is not known at synthesis. The default is the first label of the FQDN.",
    ));

  it.each<[string, (text: string, list: string[]) => VoBoxImageProps]>([
    ["name", (text) => ({ name: text })],
    ["packages[0]", (text) => ({ packages: [text] })],
    ["packages[0]", (_, list) => ({ packages: list })],
    [
      "services.list[0].command[0]",
      (_, command) => ({ services: VoBoxServices.of(new VoBoxService({ name: "a", command })) }),
    ],
    [
      "services.list[0].command[1]",
      (text) => ({
        services: VoBoxServices.of(new VoBoxService({ name: "a", command: ["/a", `x${text}`] })),
      }),
    ],
  ])("what an image holds, %s", (property, give) => {
    const stack = newStack();
    const props = give(variable(stack, "string").stringValue, list(stack).listValue);
    expect(refusalOf(() => new VoBoxImage(stack, "image", props))).toBe(
      `site/image: ${property}: given a value that only Terraform will know; allowed: values that are known at synthesis. What is known later belongs to the container.`,
    );
  });

  it("the text of a file of an image", () => {
    const stack = newStack();
    for (const value of [
      variable(stack, "string").stringValue,
      variable(stack, "number").numberValue,
    ])
      expect(refusalOf(() => VoBoxFile.fromText("/etc/a", `a=${value}`))).toBe(
        "VoBoxFile /etc/a: text: given a value that only Terraform will know; allowed: a text that is known at synthesis. It is written and hashed before Terraform runs; what is known later belongs to the container.",
      );
  });
});

describe("what CDKTF would not find in a text is refused", () => {
  it.each<[string, (number: number, list: string[]) => string]>([
    ["a number beside a digit", (n) => `1${n}`],
    ["a number beside a -", (n) => `a-${n}`],
    ["a number before a .", (n) => `${n}.5`],
    ["a list", (_, list) => `a ${String(list)}`],
  ])("%s", (_case, text) => {
    const stack = newStack();
    const A = text(variable(stack, "number").numberValue, list(stack).listValue);
    expect(refusalOf(() => add(stack, { environment: { A } }))).toContain("environment.A: given ");
    expect(refusalOf(() => add(newStack(), { environment: { A } }))).toContain(
      "Put a number of Terraform's into a text as Token.asString(…), a list as Fn.join(…)",
    );
  });

  it("a list with elements beside Terraform's own", () => {
    const stack = newStack();
    const longer = [...list(stack).listValue, "192.0.2.1"];
    expect(refusalOf(() => add(stack, { dns: new DnsSettings({ servers: longer }) }))).toContain(
      "add to a list with Fn.concat(…)",
    );
  });
});
