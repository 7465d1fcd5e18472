import { BaseImage, VoBox, VoBoxContainer, VoBoxImage } from "../../lib";
import {
  CvmfsClient,
  CvmfsMount,
  CvmfsPackage,
  CvmfsRepository,
  DnsSettings,
  GridCredentials,
  VoBoxFile,
  VoBoxFirewall,
  VoBoxMount,
  VoBoxNetwork,
  VoBoxPort,
  VoBoxPorts,
  VoBoxService,
  VoBoxSizing,
} from "../../lib";
import { checkProps } from "../../lib/props";
import { useScratch } from "../support/scratch";
import { newImage, newStack, refusalOf, wrong } from "../support/synthesis";

useScratch();

const fqdn = "vobox.cern.ch";
const ipv4 = { address: "192.0.2.10", subnet: "192.0.2.0/24", gateway: "192.0.2.1" };
const port = VoBoxPorts.jalien().port("1093/tcp");

const container = (props: object): unknown =>
  new VoBoxContainer(newStack(), "box", {
    ...{ image: newImage(), fqdn, cvmfs: CvmfsMount.fromHost() },
    ...props,
  });

/** A value under a name that is none of the props', wherever there are props: each is refused with what may be meant. */
const misspelt: readonly (readonly [
  place: string,
  given: string,
  meant: string,
  action: (given: never) => unknown,
])[] = [
  ["site/box: props", "memoryMegaBytes", "memoryMegabytes", container],
  ["site/box: props", "healthcheck", "healthCheck", container],
  ["site/box: props", "startup", "startupDirectory", container],
  [
    "site/box: healthCheck",
    "interval",
    "intervalSeconds",
    (healthCheck) => container({ healthCheck }),
  ],
  [
    "site/box: logRotation",
    "maximumFileMegabyte",
    "maximumFileMegabytes",
    (logRotation) => container({ logRotation }),
  ],
  [
    "site/box: healthCommands[0]",
    "commands",
    "command",
    (one: object) => container({ healthCommands: [{ name: "x", command: ["x"], ...one }] }),
  ],
  [
    "site/box: temporaryDirectories[0]",
    "size",
    "sizeMegabytes",
    (one: object) =>
      container({ temporaryDirectories: [{ path: "/x", sizeMegabytes: 1, ...one }] }),
  ],
  [
    "site/box: network.publish[0]",
    "hostadress",
    "hostAddress",
    (one: object) => container({ network: VoBoxNetwork.bridge({ publish: [{ port, ...one }] }) }),
  ],
  [
    "site/box: network.ipv4",
    "gatewy",
    "gateway",
    (one: object) =>
      container({
        network: VoBoxNetwork.macvlan({ parent: "eth0", ipv4: { ...ipv4, ...one } }),
      }),
  ],
  [
    "site/box: network.ipv6",
    "subnets",
    "subnet",
    (one: object) => {
      const ipv6 = { address: "2001:db8::2", subnet: "2001:db8::/64", gateway: "2001:db8::1" };
      const network = VoBoxNetwork.macvlan({ parent: "eth0", ipv4, ipv6: { ...ipv6, ...one } });
      return container({ network });
    },
  ],
  [
    "site/vobox: props",
    "imageprops",
    "imageProps",
    (one: object) => new VoBox(newStack(), "vobox", { fqdn, ...one }),
  ],
  [
    "site/image: props",
    "cvmfs",
    "cvmfsPackage",
    (one: object) => new VoBoxImage(newStack(), "image", one),
  ],
  ["VoBoxMount: options", "writeable", "writable", (one) => VoBoxMount.bind("/a", "/b", one)],
  ["GridCredentials: props", "proxyDir", "proxyDirectory", (one) => new GridCredentials(one)],
  ["CvmfsClient: props", "quota", "quotaMegabytes", (one) => new CvmfsClient(one)],
  ["CvmfsMount: props", "mountpoint", "mountPoint", (one) => CvmfsMount.fromHost(one)],
  ["CvmfsMount: props", "configRepo", "configRepository", (one) => CvmfsMount.inContainer(one)],
  ["CvmfsPackage: props", "releasepackage", "releasePackage", (one) => CvmfsPackage.official(one)],
  [
    "CvmfsPackage: props",
    "package",
    "packages",
    (one: object) => CvmfsPackage.compatible({ files: [], ...one }),
  ],
  ["CvmfsRepository: options", "probe", "probeFile", (one) => new CvmfsRepository("a.b", one)],
  [
    "DnsSettings: props",
    "nameservers",
    "servers",
    (one: object) => new DnsSettings({ servers: [], ...one }),
  ],
  [
    "VoBoxSizing: props",
    "reasons",
    "reason",
    (one: object) => VoBoxSizing.reduced({ reason: "x", ...one }),
  ],
  ["BaseImage: props", "references", "reference", (one) => BaseImage.debian(one)],
  ["VoBoxFile /x: options", "mod", "mode", (one) => VoBoxFile.fromText("/x", "", one)],
  ["VoBoxFile /x: options", "modes", "mode", (one) => VoBoxFile.fromPath(__filename, "/x", one)],
  [
    "VoBoxService: props",
    "stopSecond",
    "stopSeconds",
    (one: object) => new VoBoxService({ name: "x", command: ["x"], ...one }),
  ],
  [
    "VoBoxService: props",
    "reasons",
    "reason",
    (one: object) => VoBoxService.rootDaemon({ name: "x", command: ["x"], reason: "x", ...one }),
  ],
  ["VoBoxNetwork.bridge: props", "published", "publish", (one) => VoBoxNetwork.bridge(one)],
  [
    "VoBoxNetwork.macvlan: props",
    "forceOnPublicClouds",
    "forceOnPublicCloud",
    (one: object) => VoBoxNetwork.macvlan({ parent: "eth0", ipv4, ...one }),
  ],
  ["VoBoxFirewall: props", "network", "networks", (one) => new VoBoxFirewall(one)],
  [
    "VoBoxFirewall: networks",
    "workernodes",
    "workerNodes",
    (networks) => new VoBoxFirewall({ networks }),
  ],
  ["VoBoxPort: props", "opento", "openTo", (one: object) => new VoBoxPort({ ...port, ...one })],
];

it.each(misspelt)("%s: %s is refused, and may be meant as %s", (place, given, meant, action) => {
  const refusal = refusalOf(() => action({ [given]: 1 } as never));
  expect(refusal.slice(0, place.length)).toBe(place);
  expect(refusal.slice(place.length)).toMatch(
    new RegExp(
      `^: given "${given}"; allowed: the names .*\\b${meant}\\b.*\\. Give ${meant}, if that is meant\\.$`,
    ),
  );
});

describe("names of props", () => {
  const names = { servers: true, searchDomains: true, memoryMegabytes: true, ipv4: true };
  const refused = (props: unknown) => refusalOf(() => checkProps("x", "props", props, names));

  it("are all named where none is near", () => {
    for (const far of ["restart", "ip", "x", "", "privileged", "toString", "__proto__"])
      expect(refused(JSON.parse(`{ "${far}": 1 }`))).toBe(
        `x: props: given "${far}"; allowed: the names servers, searchDomains, memoryMegabytes, ipv4. ` +
          "Leave it out: nothing would come of it.",
      );
  });

  it.each([
    ["server", "servers"],
    ["sevrers", "servers"],
    ["SEARCHDOMAINS", "searchDomains"],
    ["memory", "memoryMegabytes"],
    ["memory_megabytes", "memoryMegabytes"],
    ["ipv6", "ipv4"],
  ])("%s is near to %s", (given, near) =>
    expect(refused({ [given]: 1 })).toContain(`. Give ${near}, if that is meant.`),
  );

  it("may be there for nothing that is given", () => {
    expect(() => refused({ servers: [], restart: undefined })).toThrow("it was taken");
    expect(() => refused({})).toThrow("it was taken");
  });

  it("are an object's", () => {
    for (const none of [undefined, null, [], "servers", new Map()])
      expect(refused(none)).toContain("allowed: an object with named values");
  });
});

it("what was made from props may be given on, with changes", () => {
  const service = new VoBoxService({ name: "x", command: ["x"] });
  expect(new VoBoxService({ ...service, name: "y" }).name).toBe("y");
  expect(new VoBoxPort({ ...port, number: 5 }).name).toBe("5/tcp");
  expect(new CvmfsClient({ ...new CvmfsClient(), useCdn: true }).useCdn).toBe(true);
  expect(() => new DnsSettings(wrong(new DnsSettings({ servers: ["::1"] })))).not.toThrow();
});
