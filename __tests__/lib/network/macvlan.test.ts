import { Network } from "@cdktf/provider-docker/lib/network";
import { Lazy, type TerraformStack, TerraformVariable } from "cdktf";
import { type MacvlanProps, VoBoxContainer, VoBoxNetwork } from "../../../lib";
import { addContainer } from "../../support/container";
import { useScratch } from "../../support/scratch";
import {
  newStack,
  only,
  refusalOf,
  type Resource,
  synthesize,
  wrong,
} from "../../support/synthesis";

useScratch();

const ipv4 = { address: "192.0.2.10", subnet: "192.0.2.0/24", gateway: "192.0.2.1" };
const ipv6 = { address: "2001:DB8:0::0010", subnet: "2001:0DB8::/64", gateway: "2001:db8::1" };

function add(stack: TerraformStack, props: Partial<MacvlanProps> = {}, id = "box"): VoBoxContainer {
  const network = VoBoxNetwork.macvlan({ parent: "eth0", ipv4, ...props });
  return addContainer(stack, { name: id, network }, id);
}

const networksOf = (container: Resource) => container["networks_advanced"] as readonly Resource[];

describe("a VO-Box with addresses of its own", () => {
  it("guard 14: has them in a network that the stack makes, with subnet and gateway of each family, canonical", () => {
    const stack = newStack();
    add(stack, { ipv6 });
    const synthesized = synthesize(stack);
    expect(only(synthesized, "docker_network")).toEqual({
      name: "vobox-eth0",
      driver: "macvlan",
      options: { parent: "eth0" },
      ipv6: true,
      ipam_config: [
        { subnet: "192.0.2.0/24", gateway: "192.0.2.1" },
        { subnet: "2001:db8::/64", gateway: "2001:db8::1" },
      ],
    });
    expect(networksOf(only(synthesized, "docker_container"))).toEqual([
      {
        name: `\${docker_network.${Object.keys(synthesized.resource?.["docker_network"] ?? {})[0]}.id}`,
        ipv4_address: "192.0.2.10",
        ipv6_address: "2001:db8::10",
      },
    ]);
  });

  it("has IPv4 alone where no IPv6 is given", () => {
    const stack = newStack();
    add(stack);
    const synthesized = synthesize(stack);
    expect(only(synthesized, "docker_network")).not.toHaveProperty("ipv6");
    expect(networksOf(only(synthesized, "docker_container"))[0]).not.toHaveProperty("ipv6_address");
  });

  it("takes a network that is there by its name, and makes none", () => {
    const stack = newStack();
    add(stack, { existing: true, networkName: "docknet" });
    const synthesized = synthesize(stack);
    expect(synthesized.resource).not.toHaveProperty("docker_network");
    expect(networksOf(only(synthesized, "docker_container"))[0]["name"]).toBe("docknet");
  });

  it("takes one that the user makes, by a name that Terraform will know", () => {
    const stack = newStack();
    const own = new Network(stack, "own", { name: "own", driver: "macvlan" });
    add(stack, { existing: true, networkName: own.name });
    // Another token for the same.
    const second = { ...ipv4, address: "192.0.2.11" };
    add(stack, { existing: true, networkName: own.name, ipv4: second }, "box-b");
    const containers = Object.values(synthesize(stack).resource?.["docker_container"] ?? {});
    expect(containers.map((container) => networksOf(container)[0]["name"])).toEqual([
      "${docker_network.own.name}",
      "${docker_network.own.name}",
    ]);
  });

  it("shares the network with the others of its stack", () => {
    const stack = newStack();
    add(stack, { networkName: "docknet", ipv6 }, "box-a");
    add(
      stack,
      {
        networkName: "docknet",
        ipv4: { ...ipv4, address: "192.0.2.11" },
        // In another spelling.
        ipv6: { address: "2001:db8::11", subnet: "2001:db8::/64", gateway: "2001:DB8::1" },
      },
      "box-b",
    );
    const synthesized = synthesize(stack);
    only(synthesized, "docker_network");
    expect(Object.keys(synthesized.resource?.["docker_container"] ?? {})).toHaveLength(2);
  });

  it.each(["docknet", "a.b_c-d", "vobox"])(
    "guard 6: its network mode never names its network, as %s",
    (networkName) => {
      const stack = newStack();
      add(stack, { networkName });
      expect(only(synthesize(stack), "docker_container")["network_mode"]).toBe("bridge");
    },
  );

  it("takes an interface that Terraform will know, where the network has a name", () => {
    const stack = newStack();
    const variable = new TerraformVariable(stack, "interface", { type: "string" });
    add(stack, { parent: variable.stringValue, networkName: "docknet" }, "box-a");
    const second = { ...ipv4, address: "192.0.2.11" };
    add(stack, { parent: variable.stringValue, networkName: "docknet", ipv4: second }, "box-b");
    expect(only(synthesize(stack), "docker_network")["options"]).toEqual({
      parent: "${var.interface}",
    });
    expect(refusalOf(() => add(stack, { parent: variable.stringValue }, "box-c"))).toContain(
      "network.parent: given a value that only Terraform will know; allowed: a value that is known at synthesis",
    );
  });

  it("takes addresses that Terraform will know, and has it spell IPv6 canonically", () => {
    const stack = newStack();
    const [v4, v6] = ["v4", "v6"].map(
      (id) => new TerraformVariable(stack, id, { type: "string" }).stringValue,
    );
    add(stack, { ipv4: { ...ipv4, address: v4 }, ipv6: { ...ipv6, address: v6 } });
    expect(networksOf(only(synthesize(stack), "docker_container"))[0]).toMatchObject({
      ipv4_address: "${var.v4}",
      ipv6_address: '${cidrhost("${var.v6}/128", 0)}',
    });
  });
});

describe("refuses", () => {
  const refused = (props: unknown): string => {
    const message = refusalOf(() => add(newStack(), wrong<Partial<MacvlanProps>>(props)));
    expect(message.startsWith("site/box: network.")).toBe(true);
    return message.slice("site/box: network.".length);
  };

  it.each(["bridge", "host", "none", "default", "", "a", "-ab", "a/b", "a\n", "a".repeat(64), 5])(
    "guard 6: the network name %j",
    (networkName) =>
      expect(refused({ networkName })).toContain(
        `networkName: given ${JSON.stringify(networkName)}; allowed: 2 to 63 letters`,
      ),
  );

  it.each(["existing", "forceOnPublicCloud"])("what is neither true nor false as %s", (flag) =>
    expect(refused({ networkName: "docknet", [flag]: "yes" })).toContain(
      `${flag}: given "yes"; allowed: true or false`,
    ),
  );

  it.each([undefined, "", "lo", "eth0/1", "a b", "a".repeat(16), ".", "-eth0", "eth0\n", 7])(
    "the interface %j",
    (parent) =>
      expect(refused({ parent, networkName: "docknet" })).toContain(
        "allowed: an interface of the host, such as eth0 or eth0.100, up to 15 characters; not lo",
      ),
  );

  it.each(["eth0.100", "enp0s31f6", "a".repeat(15), "bond0", "br-lan"])(
    "but not the interface %s",
    (parent) => expect(() => add(newStack(), { parent })).not.toThrow(),
  );

  const v4 = (props: Partial<Record<keyof typeof ipv4, unknown>>) => ({
    ipv4: { ...ipv4, ...props },
  });
  const v6 = (props: Partial<Record<keyof typeof ipv4, unknown>>) => ({
    ipv6: { ...ipv6, ...props },
  });
  it.each<[unknown, string]>([
    [{ ipv4: undefined }, "ipv4: given undefined; allowed: an object with named values"],
    [{ ipv4: "192.0.2.10" }, 'ipv4: given "192.0.2.10"; allowed: an object'],
    [{ ipv6: null }, "ipv6: given null; allowed: an object"],
    [v4({ address: "192.0.2.010" }), 'ipv4.address: given "192.0.2.010"; allowed: an IPv4 address'],
    [v4({ address: "2001:db8::10" }), "ipv4.address: given"],
    [v4({ address: undefined }), "ipv4.address: given undefined"],
    [v4({ address: "198.51.100.10" }), "ipv4.address: given"],
    [v4({ address: "192.0.2.0" }), "ipv4.address: given"],
    [v4({ address: "192.0.2.255" }), "ipv4.address: given"],
    [
      v4({ address: "192.0.2.1" }),
      'ipv4.address: given "192.0.2.1"; allowed: another address than the gateway\'s',
    ],
    [v4({ gateway: "198.51.100.1" }), "ipv4.gateway: given"],
    [v4({ gateway: "192.0.2.255" }), "ipv4.gateway: given"],
    [v4({ gateway: undefined }), "ipv4.gateway: given undefined"],
    [v4({ subnet: "192.0.2.10/24" }), "ipv4.subnet: given"],
    [v4({ subnet: "192.0.2.0" }), "ipv4.subnet: given"],
    [v4({ subnet: "192.0.2.10/31" }), "allowed: a prefix of 8 to 30 bits"],
    [v4({ subnet: "192.0.0.0/7" }), "allowed: a prefix of 8 to 30 bits"],
    [v4({ subnet: "127.0.0.0/8" }), "allowed: a network that others reach"],
    [v4({ subnet: "169.254.0.0/16" }), "allowed: a network that others reach"],
    [v4({ subnet: "224.0.0.0/8" }), "allowed: a network that others reach"],
    [v6({ address: "192.0.2.10" }), "ipv6.address: given"],
    [v6({ address: "2001:db8::" }), "ipv6.address: given"],
    [v6({ address: "2001:db8:0:1::1" }), "ipv6.address: given"],
    [v6({ address: "2001:db8::0:1" }), "another address than the gateway's"],
    [v6({ subnet: "2001:db8::/127" }), "allowed: a prefix of 16 to 126 bits"],
    [v6({ subnet: "fe80::/64" }), "allowed: a network that others reach"],
  ])("%j", (props, message) => expect(refused(props)).toContain(message));

  it("says which addresses there are", () => {
    expect(refused(v4({ address: "192.0.2.255" }))).toContain(
      "allowed: an address of a host within 192.0.2.0/24. Not 192.0.2.0 or 192.0.2.255, which are the network's own and its broadcast.",
    );
    expect(refused(v6({ gateway: "2001:db8::" }))).toContain(
      "allowed: an address of a host within 2001:db8::/64. Not 2001:db8::, which is the routers' anycast.",
    );
  });

  it("takes IPv6's last address, which is no broadcast", () =>
    expect(() =>
      add(newStack(), { ipv6: { ...ipv6, address: "2001:db8::ffff:ffff:ffff:ffff" } }),
    ).not.toThrow());

  it.each(["subnet", "gateway"] as const)(
    "a token as %s, with which something is computed",
    (key) =>
      expect(refused(v4({ [key]: Lazy.stringValue({ produce: () => "later" }) }))).toContain(
        `ipv4.${key}: given a value that only Terraform will know; allowed: a value that is known at synthesis`,
      ),
  );

  it("props that are none", () =>
    expect(refusalOf(() => VoBoxNetwork.macvlan(wrong(undefined)))).toContain(
      "VoBoxNetwork.macvlan: props: given undefined; allowed: an object with named values.",
    ));
});
