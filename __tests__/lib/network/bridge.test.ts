import { Lazy, Token } from "cdktf";
import { type PublishedPort, VoBoxNetwork, VoBoxPort, VoBoxPorts } from "../../../lib";
import { containerWith } from "../../support/container";
import { useScratch } from "../../support/scratch";
import { badNumbers, refusalOf, type Resource, wrong } from "../../support/synthesis";

useScratch();

const ports = VoBoxPorts.jalien();
const [fdt, apMon] = [ports.port("1093/tcp"), ports.port("8884/udp")];

const published = (publish?: readonly PublishedPort[]): Resource =>
  containerWith({ network: VoBoxNetwork.bridge({ publish }) });

const refused = (publish: unknown): string => {
  const message = refusalOf(() => published(wrong(publish)));
  expect(message.startsWith("site/box: network.publish")).toBe(true);
  return message.slice("site/box: network.publish".length);
};

it("publishes nothing by itself", () => {
  for (const container of [published(), published([])]) {
    expect(container["network_mode"]).toBe("bridge");
    expect(container).not.toHaveProperty("ports");
  }
});

describe("a published port", () => {
  it("is said completely, for the world on all addresses of both families", () =>
    expect(published([{ port: fdt }])["ports"]).toEqual([
      { internal: 1093, external: 1093, ip: "0.0.0.0", protocol: "tcp" },
      { internal: 1093, external: 1093, ip: "::", protocol: "tcp" },
    ]));

  it("has the address and the number that are given, canonical", () =>
    expect(
      published([
        { port: apMon, hostAddress: "192.0.2.7" },
        { port: apMon, hostAddress: "2001:DB8::0007", hostNumber: 18884 },
        { port: fdt, hostAddress: "0.0.0.0" },
      ])["ports"],
    ).toEqual([
      { internal: 8884, external: 8884, ip: "192.0.2.7", protocol: "udp" },
      { internal: 8884, external: 18884, ip: "2001:db8::7", protocol: "udp" },
      { internal: 1093, external: 1093, ip: "0.0.0.0", protocol: "tcp" },
    ]));

  it("is not compared with what the provider reads, and counts for a replacement", () => {
    const labels = (container: Resource) => JSON.stringify(container["labels"]);
    const [at7, at8] = ["192.0.2.7", "192.0.2.8"].map((hostAddress) =>
      published([{ port: apMon, hostAddress }]),
    );
    expect(at7["lifecycle"]).toEqual({ ignore_changes: ["log_opts", "ports"] });
    expect(labels(at7)).not.toBe(labels(at8));
    expect(labels(at7)).not.toBe(labels(published()));
  });

  it("may have an address that only Terraform will know", () => {
    const hostAddress = Lazy.stringValue({ produce: () => "${var.address}" });
    expect(published([{ port: apMon, hostAddress }])["ports"]).toEqual([
      { internal: 8884, external: 8884, ip: "${var.address}", protocol: "udp" },
    ]);
  });
});

describe("what is not for the world", () => {
  it.each([undefined, "0.0.0.0", "::", "0:0:0:0:0:0:0:0"])(
    "is not published on %s, past the host's firewall",
    (hostAddress) =>
      expect(refused([{ port: apMon, hostAddress }])).toBe(
        `[0].hostAddress: given ${hostAddress === undefined ? "undefined" : JSON.stringify(hostAddress)}; ` +
          "allowed: one address of the host's that only those reach who need 8884/udp. " +
          "What the engine publishes goes past the host's own firewall, and this port is not for the world.",
      ),
  );

  it("is so too where it is for nobody", () =>
    expect(refused([{ port: ports.port("10000/tcp") }])).toContain("[0].hostAddress: given"));
});

describe("refuses", () => {
  it.each<[unknown, string]>([
    ["1093/tcp", ': given "1093/tcp"; allowed: a list'],
    [[null], "[0]: given null; allowed: an object with named values"],
    [[{ port: 1093 }], "[0].port: given 1093; allowed: a port, as VoBoxPorts.jalien()"],
    [[{ port: fdt, hostAddress: "eth0" }], '[0].hostAddress: given "eth0"; allowed: an IPv4 or'],
    [[{ port: fdt, hostAddress: 5 }], "[0].hostAddress: given 5"],
    [[{ port: fdt, hostAddress: "::ffff:0.0.0.0" }], "[0].hostAddress: given"],
    [
      [{ port: new VoBoxPort({ ...fdt, number: 8884 }) }],
      '[0].port.protocol: given "tcp"; allowed: udp for port 8884',
    ],
    [
      [{ port: fdt, hostNumber: Token.asNumber(Lazy.anyValue({ produce: () => 1 })) }],
      "[0].hostNumber: given a value that only Terraform will know; allowed: a value that is known at synthesis",
    ],
  ])("%j", (publish, message) => expect(refused(publish)).toContain(message));

  it("a number of the host's out of range", () => {
    for (const hostNumber of badNumbers(1, 65535))
      expect(refused([{ port: fdt, hostNumber }])).toContain("[0].hostNumber: given");
  });

  it.each<[string, readonly PublishedPort[], string]>([
    ["the same port twice", [{ port: fdt }, { port: fdt }], "1093/tcp on every address"],
    [
      "one address and all of its family",
      [{ port: fdt, hostAddress: "192.0.2.7" }, { port: fdt }],
      "1093/tcp on every address",
    ],
    [
      "one address in two spellings",
      [
        { port: fdt, hostAddress: "2001:db8::7" },
        { port: fdt, hostAddress: "2001:DB8:0::7" },
      ],
      "1093/tcp on 2001:db8::7",
    ],
    [
      "two ports on one number",
      [
        { port: fdt, hostAddress: "192.0.2.7" },
        { port: ports.port("1975/tcp"), hostAddress: "192.0.2.7", hostNumber: 1093 },
      ],
      "1093/tcp on 192.0.2.7",
    ],
  ])("%s", (_name, publish, what) =>
    expect(refused(publish)).toContain(
      `[1]: given "port ${what}${what.endsWith("address") ? " of the host" : ""}"; allowed: each number and protocol once on an address of the host.`,
    ),
  );

  it("one on every address beside one that only Terraform will know", () => {
    const late = { port: fdt, hostAddress: Lazy.stringValue({ produce: () => "192.0.2.7" }) };
    for (const publish of [
      [{ port: fdt }, late],
      [late, { port: fdt }],
    ])
      expect(refused(publish)).toMatch(
        /^\[1\]: given "port 1093\/tcp on (every address of the host|an address that only Terraform will know)"/,
      );
    const [four, six] = ["0.0.0.0", "::"].map((hostAddress) => ({ port: fdt, hostAddress }));
    expect(refused([four, late, six])).toContain("[2]: given");
    expect(() => published([four, late])).not.toThrow();
    expect(() => published([late, six])).not.toThrow();
  });

  it("but not what is apart", () =>
    expect(() =>
      published([
        { port: fdt, hostAddress: "192.0.2.7" },
        { port: fdt, hostAddress: "::" },
        { port: fdt, hostAddress: "192.0.2.7", hostNumber: 2093 },
        { port: apMon, hostAddress: "192.0.2.7", hostNumber: 1093 },
      ]),
    ).not.toThrow());

  it("props that are none", () =>
    expect(refusalOf(() => VoBoxNetwork.bridge(wrong([])))).toContain(
      "VoBoxNetwork.bridge: props: given []; allowed: an object with named values.",
    ));
});
