import { Network } from "@cdktf/provider-docker/lib/network";
import { Fn, TerraformStack, Token } from "cdktf";
import type { Construct } from "constructs";
import { checkProps, type PropNames } from "../props";
import { checkBoolean, checkKnown, checkText, isUnknownText, refuse } from "../refusal";
import {
  canonicalAddress,
  checkAddress,
  checkSubnet,
  IpAddress,
  type IpFamily,
  Subnet,
} from "./addresses";
import type { NetworkAttachment, NetworkKind } from "./attachment";
import type { NetworkClaim } from "./claims";

/** A VO-Box's own address in one family, IPv6 in any spelling. Subnet and gateway are known at synthesis. */
export interface MacvlanAddress {
  /**
   * The VO-Box's address, e.g. `192.0.2.10`: within the subnet, and nobody else's. One that only Terraform will
   * know is checked by the engine alone.
   */
  readonly address: string;
  /** The site's network in CIDR notation, without host bits, e.g. `192.0.2.0/24`. IPv4 /30 or larger, IPv6 /126 or larger. */
  readonly subnet: string;
  /** The router's address within the subnet. */
  readonly gateway: string;
}

/** What a VO-Box with addresses of its own is. */
export interface MacvlanProps {
  /**
   * The host's interface that it shares, up to 15 characters, e.g. `eth0`. With a VLAN `eth0.100`, which the
   * engine makes where it is not there.
   */
  readonly parent: string;
  /** Its IPv4 address. */
  readonly ipv4: MacvlanAddress;
  /** Its IPv6 address. @default - none */
  readonly ipv6?: MacvlanAddress;
  /**
   * Name of the network on the engine. VO-Boxes of one stack with the same name share it: the engine makes one
   * macvlan network on an interface.
   * @default - `vobox-` and the parent
   */
  readonly networkName?: string;
  /** Whether another stack, or a person, makes the network. @default false */
  readonly existing?: boolean;
  /** Whether it is meant on a site with a `provider` whose network lets no macvlan through. @default false */
  readonly forceOnPublicCloud?: boolean;
}

const propNames: PropNames<MacvlanProps> = {
  parent: true,
  ipv4: true,
  ipv6: true,
  networkName: true,
  existing: true,
  forceOnPublicCloud: true,
};

const addressPropNames: PropNames<MacvlanAddress> = {
  address: true,
  subnet: true,
  gateway: true,
};

/** Networks that the engine has from the start; a container is made on `bridge` and then moved. */
const ofEngine = ["bridge", "host", "none", "default"];

/** Prefix of the smallest subnet with an address besides network, broadcast and gateway. */
const longestPrefix: Readonly<Record<IpFamily, number>> = { IPv4: 30, IPv6: 126 };
/** Prefix of the largest subnet that is taken; the largest that anybody has. */
const shortestPrefix: Readonly<Record<IpFamily, number>> = { IPv4: 8, IPv6: 16 };

interface Family {
  readonly key: "ipv4" | "ipv6";
  readonly family: IpFamily;
  readonly given: MacvlanAddress;
}

/** A macvlan network, with addresses of the VO-Box's own in the site's network. */
export class MacvlanNetwork implements NetworkKind {
  readonly mode = "macvlan";
  private readonly props: MacvlanProps;

  constructor(props: MacvlanProps) {
    checkProps("VoBoxNetwork.macvlan", "props", props, propNames);
    // The caller could still change it.
    this.props = { ...props };
  }

  get forceOnPublicCloud(): boolean {
    return this.props.forceOnPublicCloud === true;
  }

  claims(): readonly NetworkClaim[] {
    const { parent, existing } = this.props;
    const definition = this.families().map(
      ({ given: { subnet, gateway } }) =>
        `${canonicalSubnet(subnet)} via ${canonicalAddress(gateway)}`,
    );
    return [
      {
        kind: "macvlan",
        property: "networkName",
        networkName: this.networkName(),
        parent,
        definition: definition.join(" and "),
        existing: existing === true,
      },
      ...this.families().flatMap(({ key, family, given }) => {
        const address = IpAddress.parse(given.address, family);
        return address === undefined
          ? []
          : [{ kind: "address" as const, property: `${key}.address`, address }];
      }),
    ];
  }

  validate(scope: Construct, property: string): void {
    const { parent, networkName, existing } = this.props;
    for (const flag of ["existing", "forceOnPublicCloud"] as const)
      if (this.props[flag] !== undefined)
        checkBoolean(scope, `${property}.${flag}`, this.props[flag]);
    if (networkName === undefined) checkKnown(scope, `${property}.parent`, parent);
    checkText(scope, `${property}.parent`, parent, {
      pattern: /^(?!lo$)[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$/,
      allowed: "an interface of the host, such as eth0 or eth0.100, up to 15 characters; not lo",
      remedy: "Give the one that `ip route` on the host names for the subnet.",
    });
    // The resource's id is made from it.
    if (networkName !== undefined && existing !== true)
      checkKnown(scope, `${property}.networkName`, networkName);
    checkText(scope, `${property}.networkName`, this.networkName(), {
      pattern: new RegExp(`^(?!(${ofEngine.join("|")})$)[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$`),
      allowed: `2 to 63 letters, digits, _ . or -, beginning with a letter or digit; not ${ofEngine.join(", ")}`,
      remedy: "Leave it out for vobox-<parent>.",
    });
    checkProps(scope, `${property}.ipv4`, this.props.ipv4, addressPropNames);
    if (this.props.ipv6 !== undefined)
      checkProps(scope, `${property}.ipv6`, this.props.ipv6, addressPropNames);
    for (const one of this.families()) validateFamily(scope, `${property}.${one.key}`, one);
  }

  attach(scope: Construct): NetworkAttachment {
    const [v4, v6] = this.families().map(canonicalOwn);
    // By id, not by name: an edited network is another one, and its containers have to move to it.
    const name = this.props.existing === true ? this.networkName() : this.resourceFor(scope).id;
    return {
      // Never this network's name: the engine would drop the addresses in silence, and no plan would show it.
      networkMode: "bridge",
      networksAdvanced: [{ name, ipv4Address: v4, ...(v6 !== undefined && { ipv6Address: v6 }) }],
    };
  }

  private networkName(): string {
    return this.props.networkName ?? `vobox-${this.props.parent}`;
  }

  private families(): readonly Family[] {
    const { ipv4, ipv6 } = this.props;
    return [
      { key: "ipv4", family: "IPv4", given: ipv4 },
      ...(ipv6 === undefined ? [] : [{ key: "ipv6", family: "IPv6", given: ipv6 } as const]),
    ];
  }

  /** The network's resource, one for all VO-Boxes of the stack that name it: claims have been compared. */
  private resourceFor(scope: Construct): Network {
    const stack = TerraformStack.of(scope);
    const id = `macvlan-${this.networkName()}`;
    const made = stack.node.tryFindChild(id);
    if (made instanceof Network) return made;
    return new Network(stack, id, {
      name: this.networkName(),
      driver: "macvlan",
      options: { parent: this.props.parent },
      ...(this.props.ipv6 !== undefined && { ipv6: true }),
      // Both, in each family: the engine chooses what is left out, and plans show that after its restart (docs/network.md).
      ipamConfig: this.families().map(({ given: { subnet, gateway } }) => ({
        subnet: canonicalSubnet(subnet),
        gateway: canonicalAddress(gateway),
      })),
    });
  }
}

/** The VO-Box's own address. An IPv6 one that only Terraform will know is spelled by Terraform, as the engine gives it back. */
function canonicalOwn({ family, given: { address } }: Family): string {
  return family === "IPv6" && Token.isUnresolved(address)
    ? Fn.cidrhost(`${address}/128`, 0)
    : canonicalAddress(address);
}

function canonicalSubnet(subnet: string): string {
  return String(Subnet.parse(subnet));
}

function validateFamily(scope: Construct, place: string, { family, given }: Family): void {
  for (const key of ["subnet", "gateway"] as const)
    checkKnown(scope, `${place}.${key}`, given[key]);
  const subnet = checkSubnet(scope, `${place}.subnet`, given.subnet, family);
  const [shortest, longest] = [shortestPrefix[family], longestPrefix[family]];
  if (subnet.prefixLength < shortest || subnet.prefixLength > longest)
    refuse(scope, {
      property: `${place}.subnet`,
      given: given.subnet,
      allowed: `a prefix of ${shortest} to ${longest} bits`,
      remedy: "Network, broadcast, gateway and VO-Box each take an address.",
    });
  if (["loopback", "multicast", "linkLocal", "unspecified"].includes(subnet.first.parsed.range()))
    refuse(scope, {
      property: `${place}.subnet`,
      given: given.subnet,
      allowed: "a network that others reach",
      remedy: "Not loopback, link-local or multicast.",
    });
  for (const key of ["gateway", "address"] as const) {
    if (isUnknownText(scope, `${place}.${key}`, given[key])) continue;
    const address = checkAddress(scope, `${place}.${key}`, given[key], family);
    const taken = [subnet.first, ...(family === "IPv4" ? [subnet.last] : [])].map(String);
    if (!subnet.contains(address) || taken.includes(address.toString()))
      refuse(scope, {
        property: `${place}.${key}`,
        given: given[key],
        allowed: `an address of a host within ${subnet.toString()}`,
        remedy: `Not ${taken.join(" or ")}, which ${family === "IPv4" ? "are the network's own and its broadcast" : "is the routers' anycast"}.`,
      });
  }
  if (canonicalAddress(given.address) === canonicalAddress(given.gateway))
    refuse(scope, {
      property: `${place}.address`,
      given: given.address,
      allowed: "another address than the gateway's",
      remedy: "The gateway is the router's: give the VO-Box one of its own.",
    });
}
