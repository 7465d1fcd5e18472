import { readFileSync, writeFileSync } from "node:fs";
import { Lazy } from "cdktf";
import {
  type SiteNetworks,
  VoBoxFirewall,
  type VoBoxFirewallProps,
  VoBoxPort,
  VoBoxPorts,
} from "../../../lib";
import { cernNetworks } from "../../../lib/network/cern";
import { checkSubnet } from "../../../lib/network/addresses";
import { refusalOf, wrong } from "../../support/synthesis";

const everywhere = ["0.0.0.0/0", "::/0"];
const ruleOf = (firewall: VoBoxFirewall, port: number) =>
  firewall.rules.find((rule) => rule.port === port);

describe("the rules", () => {
  it("name who needs a port, where the site has given no networks", () => {
    const rules = new VoBoxFirewall().rules.map(
      ({ direction, protocol, port, networks, audiences }) => [
        `${direction} ${port ?? ""}/${protocol}`,
        ...networks,
        ...audiences,
      ],
    );
    expect(rules).toEqual([
      ["in /icmp", ...everywhere],
      ["out /icmp", ...everywhere],
      ["in 1093/tcp", ...everywhere],
      ["in 8884/udp", "workerNodes", "storageElements"],
      ["in 9930/udp", "storageElements"],
      ["in 1975/tcp", "administrators"],
      ["in 8097/tcp", "workerNodes"],
      ["in 8098/tcp", "workerNodes"],
    ]);
  });

  it("hold the networks that the site has given, in their canonical spelling", () => {
    const firewall = new VoBoxFirewall({
      networks: { workerNodes: ["192.0.2.0/24", "2001:DB8::/64"] },
    });
    expect(ruleOf(firewall, 8884)).toMatchObject({
      networks: ["192.0.2.0/24", "2001:db8::/64"],
      audiences: ["storageElements"],
    });
    expect(ruleOf(firewall, 8097)).toMatchObject({
      networks: ["192.0.2.0/24", "2001:db8::/64"],
      audiences: [],
    });
  });

  it("open ClusterMonitor to CERN and the worker nodes", () =>
    expect(ruleOf(new VoBoxFirewall({ ports: VoBoxPorts.alien() }), 8084)).toMatchObject({
      networks: cernNetworks,
      audiences: ["workerNodes"],
    }));

  it("leave closed what nobody outside needs", () =>
    expect(ruleOf(new VoBoxFirewall(), 10000)).toBeUndefined());

  it("always let ICMP in and out", () => {
    const { rules } = new VoBoxFirewall({ ports: VoBoxPorts.jalien().only("1975/tcp") });
    expect(rules.filter(({ protocol }) => protocol === "icmp")).toMatchObject([
      { direction: "in", networks: everywhere },
      { direction: "out", networks: everywhere },
    ]);
  });
});

it("knows CERN's networks without host bits, each once", () => {
  for (const network of cernNetworks)
    expect(checkSubnet("x", "cern", network).toString()).toBe(network);
  expect(new Set(cernNetworks).size).toBe(cernNetworks.length);
});

describe("what is not for the world", () => {
  it.each([
    ["0.0.0.0/0"],
    ["::/0"],
    ["0.0.0.0/1"],
    ["128.0.0.0/1"],
    ["2000::/3"],
    ["2000::/4"],
    ["::/2"],
  ])("is not opened to it by %s", (network) => {
    for (const audience of ["workerNodes", "storageElements", "administrators"] as const)
      expect(
        refusalOf(() => new VoBoxFirewall({ networks: { [audience]: ["192.0.2.0/24", network] } })),
      ).toContain(
        `VoBoxFirewall: networks.${audience}[1]: given "${network}"; allowed: networks that together are less than half of the internet. What only `,
      );
  });

  it("is not opened to it in parts", () =>
    expect(
      refusalOf(
        () => new VoBoxFirewall({ networks: { workerNodes: ["0.0.0.0/2", "192.0.0.0/2"] } }),
      ),
    ).toBe(
      'VoBoxFirewall: networks.workerNodes: given ["0.0.0.0/2","192.0.0.0/2"]; allowed: networks that together are less than half of the internet. ' +
        "What only the site's worker nodes need must not be open to the world: give their own networks.",
    ));

  it("may be opened to large networks", () =>
    expect(
      () => new VoBoxFirewall({ networks: { workerNodes: ["10.0.0.0/8", "2001:db8::/32"] } }),
    ).not.toThrow());
});

describe("refusals", () => {
  const refused = (networks: unknown): string =>
    refusalOf(() => new VoBoxFirewall({ networks: wrong<SiteNetworks>(networks) }));

  it.each<[unknown, string]>([
    [{ workerNodes: ["192.0.2.7/24"] }, "workerNodes[0]: given"],
    [{ workerNodes: ["x"] }, 'workerNodes[0]: given "x"; allowed: a network such as'],
    [{ workerNodes: "192.0.2.0/24" }, 'workerNodes: given "192.0.2.0/24"; allowed: a list'],
    [{ administrators: [] }, "administrators: given []; allowed: at least one network"],
    [
      { storageElements: ["2001:db8::/64", "2001:DB8:0::/64"] },
      'storageElements[1]: given "2001:db8::/64"; allowed: each one once',
    ],
    [
      { workerNodes: [Lazy.stringValue({ produce: () => "192.0.2.0/24" })] },
      "workerNodes[0]: given a value that only Terraform will know; allowed: a value that is known at synthesis",
    ],
  ])("of networks %j", (networks, message) =>
    expect(refused(networks)).toContain(`VoBoxFirewall: networks.${message}`),
  );

  it("say the right network where host bits are set", () =>
    expect(refused({ workerNodes: ["192.0.2.7/24"] })).toContain(
      "The network with that address in it is 192.0.2.0/24.",
    ));

  it.each<[unknown, string]>([
    [undefined, "props: given null"],
    [{ ports: [] }, "ports: given []; allowed: a set of ports"],
    [{ ports: VoBoxPorts.jalien().only("1/tcp") }, "ports: given"],
    [{ networks: [] }, "networks: given []"],
  ])("of props %j", (props, message) =>
    expect(
      refusalOf(() => new VoBoxFirewall(props === undefined ? wrong(null) : wrong(props))),
    ).toContain(`VoBoxFirewall: ${message}`),
  );
});

describe("the notes", () => {
  const notes = (props?: VoBoxFirewallProps): string => new VoBoxFirewall(props).toMarkdown();

  it("name ports, sources and reasons, with the columns aligned", () => {
    const text = notes({
      ports: VoBoxPorts.jalien().only("9930/udp", "10000/tcp"),
      networks: { storageElements: ["192.0.2.0/24"] },
    });
    expect(text).toContain("| 9930/udp     | 192.0.2.0/24    | metrics of XRootD ");
    expect(text).toContain(
      "\nNobody outside of the VO-Box needs 10000/tcp: the computing element's own default.\n",
    );
    expect(text).not.toContain("1093/tcp");
    for (const table of text.split("\n\n").filter((part) => part.startsWith("|")))
      expect(
        new Set(
          table
            .trim()
            .split("\n")
            .map((line) => line.length),
        ).size,
      ).toBe(1);
  });

  it("keep their table whole whatever a port's words are", () => {
    const port = { number: 1234, protocol: "tcp", service: "s", openTo: ["world"] } as const;
    const ports = VoBoxPorts.jalien().and(new VoBoxPort({ ...port, purpose: "a | b \\ c" }));
    expect(notes({ ports })).toContain(" a \\| b \\\\ c ");
  });

  it("are those of docs/network.md", () => {
    const file = "docs/network.md";
    const [begin, end] = ["<!-- begin: VoBoxFirewall.toMarkdown() -->\n\n", "\n<!-- end -->"];
    const page = readFileSync(file, "utf8");
    const start = page.indexOf(begin) + begin.length;
    const stop = page.indexOf(end, start);
    expect(Math.min(start - begin.length, stop)).toBeGreaterThan(0);
    if (process.env["UPDATE_GOLDEN"] === "1")
      writeFileSync(file, page.slice(0, start) + notes() + page.slice(stop));
    expect(readFileSync(file, "utf8")).toContain(`${begin}${notes()}${end}`);
  });
});
