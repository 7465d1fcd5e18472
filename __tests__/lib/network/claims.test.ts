import { Lazy } from "cdktf";
import {
  CvmfsMount,
  type IVoBoxImage,
  type MacvlanProps,
  VoBoxContainer,
  VoBoxNetwork,
  VoBoxPort,
  VoBoxPorts,
  VoBoxServices,
} from "../../../lib";
import { useScratch } from "../../support/scratch";
import { imageOf, newImage, newStack, synthesize } from "../../support/synthesis";

useScratch();

/** A stack with these VO-Boxes, `a` and on; returns the sentence with which it is refused. */
function refusalOfStack(...networks: readonly VoBoxNetwork[]): string | undefined {
  return refusalOfStackWith(newImage(), ...networks);
}

/** The same, with all of them of this image. */
function refusalOfStackWith(
  image: IVoBoxImage,
  ...networks: readonly VoBoxNetwork[]
): string | undefined {
  const stack = newStack();
  networks.forEach((network, index) => {
    const id = "abc"[index];
    new VoBoxContainer(stack, id, {
      image,
      fqdn: `${id}.cern.ch`,
      name: `box-${id}`,
      cvmfs: CvmfsMount.fromHost(),
      network,
    });
  });
  try {
    synthesize(stack);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const fdt = VoBoxPorts.jalien().port("1093/tcp");
const published = (hostAddress?: string, hostNumber?: number): VoBoxNetwork =>
  VoBoxNetwork.bridge({ publish: [{ port: fdt, hostAddress, hostNumber }] });

const macvlan = (address: string, props: Partial<MacvlanProps> = {}): VoBoxNetwork =>
  VoBoxNetwork.macvlan({
    parent: "eth0",
    ipv4: { address, subnet: "192.0.2.0/24", gateway: "192.0.2.1" },
    ...props,
  });

describe("of the VO-Boxes of a stack", () => {
  it("one has the host's network", () => {
    expect(refusalOfStack(VoBoxNetwork.host(), VoBoxNetwork.host())).toContain(
      'site/b: network: given "port 1093/tcp on every address of the host"; allowed: what site/a does not have. ' +
        "In the host's own network each VO-Box takes all the ports of its services: give all but one",
    );
    expect(
      refusalOfStack(VoBoxNetwork.host(), VoBoxNetwork.bridge(), macvlan("192.0.2.10")),
    ).toBeUndefined();
  });

  it("one in the host's network has the ports of its own services there, and no others", () => {
    const beside = (services: VoBoxServices, table: VoBoxPorts, name: string) => {
      const publish = [{ port: table.port(name), hostAddress: "192.0.2.7" }];
      return refusalOfStackWith(
        imageOf({ services }),
        VoBoxNetwork.host(),
        VoBoxNetwork.bridge({ publish }),
      );
    };
    const [jalien, alien] = [VoBoxServices.jalien(), VoBoxServices.alien()];
    const [today, of2017] = [VoBoxPorts.jalien(), VoBoxPorts.alien()];
    expect(beside(alien, of2017, "8084/tcp")).toContain('given "port 8084/tcp on 192.0.2.7"');
    expect(beside(alien, today, "8097/tcp")).toBeUndefined();
    expect(beside(jalien, today, "8097/tcp")).toContain('given "port 8097/tcp on 192.0.2.7"');
    expect(beside(jalien, of2017, "8084/tcp")).toBeUndefined();
    expect(beside(jalien.only("ce"), today, "1093/tcp")).toBeUndefined();
  });

  it("each may have the host's network where their services listen on nothing", () => {
    const services = VoBoxServices.alien().only("cmreport");
    expect(
      refusalOfStackWith(imageOf({ services }), VoBoxNetwork.host(), VoBoxNetwork.host()),
    ).toBeUndefined();
  });

  it.each([
    ["on all addresses", published(), published()],
    ["on one address", published("192.0.2.7"), published("192.0.2.7")],
    ["in two spellings", published("2001:db8::7"), published("2001:DB8:0::7")],
    ["on one address and all", published("192.0.2.7"), published("0.0.0.0")],
    ["on all and one address", published("::"), published("2001:db8::7")],
    ["beside the host's network", VoBoxNetwork.host(), published("192.0.2.7")],
  ])("one has a port of the host, %s", (_name, a, b) =>
    expect(refusalOfStack(a, b)).toMatch(
      /site\/b: network\.publish\[0\]: given "port 1093\/tcp on .*"; allowed: what site\/a does not have\. Choose another hostAddress/,
    ),
  );

  it("each may have one of its own", () =>
    expect(
      refusalOfStack(published("192.0.2.7"), published("192.0.2.8"), published("::", 2093)),
    ).toBeUndefined());

  it("each has its own address", () => {
    expect(refusalOfStack(macvlan("192.0.2.10"), macvlan("192.0.2.10"))).toContain(
      'site/b: network.ipv4.address: given "the address 192.0.2.10"; allowed: what site/a does not have. Give each VO-Box addresses of its own.',
    );
    expect(
      refusalOfStack(macvlan("192.0.2.10"), macvlan("192.0.2.11"), macvlan("192.0.2.12")),
    ).toBeUndefined();
  });

  const other = { subnet: "198.51.100.0/24", gateway: "198.51.100.1", address: "198.51.100.10" };
  it.each<[string, VoBoxNetwork, string]>([
    ["another interface", macvlan("192.0.2.11", { networkName: "vobox-eth0", parent: "eth1" }), ""],
    ["another subnet", macvlan("", { ipv4: other }), ""],
    [
      "another gateway",
      macvlan("", {
        ipv4: { address: "192.0.2.11", subnet: "192.0.2.0/24", gateway: "192.0.2.254" },
      }),
      "the network vobox-eth0 as eth0, 192.0.2.0/24 via 192.0.2.254, and not as eth0, 192.0.2.0/24 via 192.0.2.1",
    ],
    [
      "another family",
      macvlan("192.0.2.11", {
        ipv6: { address: "2001:db8::2", subnet: "2001:db8::/64", gateway: "2001:db8::1" },
      }),
      "via 192.0.2.1 and 2001:db8::/64 via 2001:db8::1, and not as",
    ],
  ])("a network has one definition, not %s", (_name, b, what) => {
    const refusal = refusalOfStack(macvlan("192.0.2.10"), b);
    expect(refusal).toContain('site/b: network.networkName: given "the network vobox-eth0 as ');
    expect(refusal).toContain(what);
    expect(refusal).toContain("Give both the same parent, subnets and gateways");
  });

  it("a network has one interface, also of those that only Terraform will know", () => {
    const [one, other] = ["a", "b"].map((name) =>
      Lazy.stringValue({ produce: () => `\${var.${name}}` }),
    );
    const on = (address: string, parent: string) =>
      macvlan(address, { networkName: "docknet", parent });
    const refusal = refusalOfStack(on("192.0.2.10", one), on("192.0.2.11", other));
    expect(refusal).toContain('given "the network docknet as ${var.b}, 192.0.2.0/24');
    expect(refusal).toContain("and not as ${var.a}, ");
    expect(refusalOfStack(on("192.0.2.10", one), on("192.0.2.11", one))).toBeUndefined();
  });

  it("a port is one's on an address, also on one that only Terraform will know", () => {
    const address = (): string => Lazy.stringValue({ produce: () => "${var.address}" });
    expect(refusalOfStack(published(address()), published(address()))).toContain(
      'site/b: network.publish[0]: given "port 1093/tcp on ${var.address}"',
    );
  });

  it("a port is one's on every address, also beside one that only Terraform will know", () => {
    const late = (): VoBoxNetwork =>
      published(Lazy.stringValue({ produce: () => "${var.address}" }));
    for (const everywhere of [published(), VoBoxNetwork.host()])
      expect(refusalOfStack(everywhere, late())).toContain(
        'site/b: network.publish[0]: given "port 1093/tcp on ${var.address}"; allowed: what site/a does not have.',
      );
    expect(refusalOfStack(late(), published())).toContain(
      'site/b: network.publish[0]: given "port 1093/tcp on every address of the host"',
    );
    // Of one family it may not be.
    for (const wildcard of ["0.0.0.0", "::"]) {
      expect(refusalOfStack(published(wildcard), late())).toBeUndefined();
      expect(refusalOfStack(late(), published(wildcard))).toBeUndefined();
    }
    expect(refusalOfStack(published("192.0.2.7"), late())).toBeUndefined();
    expect(refusalOfStack(published("192.0.2.7", 2093), late())).toBeUndefined();
    const both = VoBoxNetwork.bridge({
      publish: ["0.0.0.0", "::"].map((hostAddress) => ({ port: fdt, hostAddress })),
    });
    expect(refusalOfStack(both, late())).toContain("site/b: network.publish[0]: given");
    const elsewhere = VoBoxNetwork.bridge({
      publish: [
        { port: fdt, hostAddress: "192.0.2.7" },
        { port: fdt, hostNumber: 2093 },
        { port: new VoBoxPort({ ...fdt, number: 5000, protocol: "udp" }), hostNumber: 1093 },
      ],
    });
    expect(refusalOfStack(elsewhere, late())).toBeUndefined();
  });

  it("one network is on an interface", () => {
    const refusal = refusalOfStack(
      macvlan("192.0.2.10"),
      macvlan("", { ipv4: other, networkName: "docknet" }),
    );
    expect(refusal).toContain(
      'site/b: network.networkName: given "the interface eth0, for another network (vobox-eth0)"',
    );
    expect(
      refusalOfStack(macvlan("192.0.2.10"), macvlan("", { ipv4: other, parent: "eth1" })),
    ).toBeUndefined();
  });

  it("all take a network that is there, or none", () => {
    expect(
      refusalOfStack(macvlan("192.0.2.10"), macvlan("192.0.2.11", { existing: true })),
    ).toContain("give existing to both or to none");
    expect(
      refusalOfStack(
        macvlan("192.0.2.10", { existing: true }),
        macvlan("192.0.2.11", { existing: true }),
      ),
    ).toBeUndefined();
  });
});

it("names each refused VO-Box once", () => {
  const refusal = refusalOfStack(VoBoxNetwork.host(), VoBoxNetwork.host(), VoBoxNetwork.host());
  expect(refusal?.match(/site\/[abc]: network:/g)).toEqual([
    "site/b: network:",
    "site/c: network:",
  ]);
});
