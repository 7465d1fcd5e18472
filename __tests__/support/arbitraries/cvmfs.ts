import * as fc from "fast-check";
import { CvmfsClient, CvmfsMount, CvmfsProxy, CvmfsRepository } from "../../../lib";
import type { Asked, PartArbitraries } from "./part";
import {
  badInstance,
  badList,
  badNumber,
  badPath,
  badText,
  composed,
  domainName,
  maybe,
  pathBelow,
} from "./values";

const probeFile = pathBelow("").map((path) => composed(path.slice(1).replace(/[=\u0085]/g, "")));
const repository = fc.record({ name: domainName, probeFile: maybe(probeFile) });
const repositories = fc.uniqueArray(repository, {
  minLength: 1,
  maxLength: 4,
  selector: ({ name }) => name,
});

const proxyUrl = fc
  .tuple(
    fc.constantFrom("http", "https"),
    fc.oneof(domainName, fc.constantFrom("192.0.2.1", "[2001:db8::1]")),
    fc.constantFrom("", ":3128"),
  )
  .map(([scheme, host, port]) => `${scheme}://${host}${port}`);
/** A proxy, and what the client's configuration says of it. */
const proxy = fc.oneof(
  fc.constantFrom(
    { proxy: CvmfsProxy.none(), settings: { CVMFS_HTTP_PROXY: "DIRECT" } },
    { proxy: CvmfsProxy.discovered(), settings: { CVMFS_CLIENT_PROFILE: "single" } },
  ),
  fc
    .array(fc.array(proxyUrl, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
    .map((groups) => ({
      proxy: CvmfsProxy.through(...groups).orNone(),
      settings: { CVMFS_HTTP_PROXY: [...groups.map((one) => one.join("|")), "DIRECT"].join(";") },
    })),
);
const client = fc.record({
  proxy,
  // Less than ALICE asks for is a matter of the sizing, another part.
  quotaMegabytes: fc.integer({ min: 5000, max: 1_000_000 }),
  useCdn: fc.boolean(),
});
type Client = typeof client extends fc.Arbitrary<infer T> ? T : never;
type Repositories = typeof repositories extends fc.Arbitrary<infer T> ? T : never;

/** The host's CVMFS, and a client in the container. */
export const cvmfs: PartArbitraries = {
  valid: fc.oneof(
    fc
      .record({ repositories, hostPath: maybe(pathBelow("/srv")), client: maybe(client) })
      .map((given) => ({
        props: {
          cvmfs: CvmfsMount.fromHost({
            repositories: made(given.repositories),
            hostPath: given.hostPath,
            client:
              given.client && new CvmfsClient({ ...given.client, proxy: given.client.proxy.proxy }),
          }),
        },
        asked: () => ({
          environment: environment(given.repositories),
          mounts: [hostBind("/cvmfs", given.hostPath ?? "/cvmfs")],
        }),
      })),
    repository.map((one) => ({
      props: {
        cvmfs: CvmfsMount.fromHost({ repositories: made([one]), mountPoint: `/cvmfs/${one.name}` }),
      },
      asked: () => ({
        environment: environment([one]),
        mounts: [hostBind(`/cvmfs/${one.name}`, `/cvmfs/${one.name}`)],
      }),
    })),
    fc.record({ repositories, client, configRepository: maybe(domainName) }).map((given) => ({
      props: {
        cvmfs: CvmfsMount.inContainer({
          repositories: made(given.repositories),
          configRepository: given.configRepository,
          client: new CvmfsClient({ ...given.client, proxy: given.client.proxy.proxy }),
        }),
      },
      asked: (containerName: string): Asked => ({
        environment: {
          ...environment(given.repositories),
          VOBOX_CVMFS_CONFIG_REPOSITORY: given.configRepository ?? "cvmfs-config.cern.ch",
        },
        mounts: [
          { type: "volume", source: `${containerName}-cvmfs-cache`, target: "/var/lib/cvmfs" },
        ],
        files: { "/etc/cvmfs/default.local": defaultLocal(given.repositories, given.client) },
        capabilities: ["CAP_SYS_ADMIN"],
        devices: ["/dev/fuse"],
        securityOptions: ["apparmor=unconfined"],
      }),
    })),
  ),
  invalid: fc.oneof(
    badInstance.map((value) => ({ props: { cvmfs: value }, property: "cvmfs" })),
    fc
      .oneof(
        fc.constantFrom("", "/", "/mnt", "/cvmfs/", "/cvmfs/a/b", "/cvmfs2", "/cvmfs/../etc"),
        badText("/cvmfs"),
      )
      .map((mountPoint) => fromHost({ mountPoint, hostPath: "/srv" }, "mountPoint")),
    badPath.map((hostPath) => fromHost({ hostPath }, "hostPath")),
    fc
      .oneof(badList, fc.constant([]))
      .map((list) => either({ repositories: list }, "repositories")),
    badInstance.map((value) => either({ repositories: [value] }, "repositories[0]")),
    fc
      .oneof(
        fc.constantFrom("", "alice", "Alice.cern.ch", "a..ch", "a.ch/"),
        badText("alice.cern.ch"),
      )
      .map((name) =>
        either({ repositories: [new CvmfsRepository(name as string)] }, "repositories[0].name"),
      ),
    fc
      .oneof(
        fc.constantFrom("", "/bin/x", "../x", "a/../b", "a b", "a=b", "\u0338a", "a\u0085b"),
        badText("bin/alienv"),
      )
      .map((file) =>
        either(
          { repositories: [new CvmfsRepository("a.ch", { probeFile: file as string })] },
          "repositories[0].probeFile",
        ),
      ),
    domainName.map((name) =>
      either({ repositories: made([{ name }, { name }]) }, "repositories[1]"),
    ),
    domainName.map((name) =>
      fromHost(
        { repositories: made([{ name: `x-${name}` }]), mountPoint: `/cvmfs/${name}` },
        "repositories[0]",
      ),
    ),
    badInstance.map((value) => either({ client: value }, "client")),
    badInstance.map((value) => withClient({ proxy: value }, "proxy")),
    badNumber(1000, 1_000_000).map((value) =>
      withClient({ quotaMegabytes: value }, "quotaMegabytes"),
    ),
    fc.constantFrom<unknown>("yes", 1, {}).map((value) => withClient({ useCdn: value }, "useCdn")),
    fc.constant(withClient({ proxy: CvmfsProxy.through() }, "proxy")),
    fc
      .oneof(
        fc.constantFrom("", "squid", "ftp://squid", "http://u@squid", "http://a;b", "http://a'b"),
        badText("http://squid:3128").filter((value) => !Array.isArray(value)),
      )
      .map((url) => withClient({ proxy: CvmfsProxy.through(url as string) }, "proxy[0]")),
    fc.oneof(fc.constantFrom("", "nodots", "A.b"), badText("cvmfs-config.cern.ch")).map((name) => ({
      props: { cvmfs: CvmfsMount.inContainer({ configRepository: name as string }) },
      property: "cvmfs.configRepository.name",
    })),
  ),
};

function made(list: ReadonlyArray<{ name: string; probeFile?: string }>): CvmfsRepository[] {
  return list.map(({ name, probeFile: file }) => new CvmfsRepository(name, { probeFile: file }));
}

function environment(list: Repositories): Readonly<Record<string, string>> {
  const probed = list.filter((one) => one.probeFile !== undefined);
  return {
    VOBOX_CVMFS_REPOSITORIES: list.map(({ name }) => name).join(" "),
    ...(probed.length > 0 && {
      VOBOX_CVMFS_PROBE_FILES: probed.map((one) => `${one.name}=${one.probeFile}`).join(" "),
    }),
  };
}

function hostBind(target: string, source: string) {
  const propagation = { propagation: "rslave" };
  return { type: "bind", source, target, read_only: true, bind_options: propagation };
}

function defaultLocal(list: Repositories, given: Client): string {
  const settings = {
    CVMFS_REPOSITORIES: list.map(({ name }) => name).join(","),
    ...given.proxy.settings,
    CVMFS_QUOTA_LIMIT: String(given.quotaMegabytes),
    ...(given.useCdn && { CVMFS_USE_CDN: "yes" }),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}='${String(value)}'\n`);
  return `# From the description of the VO-Box: change it there.\n${lines.join("")}`;
}

type Given = Readonly<Record<string, unknown>>;

function fromHost(props: Given, property: string) {
  return { props: { cvmfs: CvmfsMount.fromHost(props) }, property: `cvmfs.${property}` };
}

/** What is refused whatever the form; the one that has more of it. */
function either(props: Given, property: string) {
  return { props: { cvmfs: CvmfsMount.inContainer(props) }, property: `cvmfs.${property}` };
}

function withClient(props: Given, property: string) {
  return either({ client: new CvmfsClient(props) }, `client.${property}`);
}
