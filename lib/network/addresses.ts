import { isIPv4, isIPv6 } from "node:net";
import { IPv4, IPv6 } from "ipaddr.js";
import { refuse, type RefusalScope } from "../refusal";

export type IpFamily = "IPv4" | "IPv6";

type Parsed = IPv4 | IPv6;

const examples = {
  IPv4: { address: "192.0.2.10", subnet: "192.0.2.0/24" },
  IPv6: { address: "2001:db8::10", subnet: "2001:db8::/64" },
};

/** A port as it stands in a URL, 1 to 65535; for patterns. */
export const portInUrl =
  ":([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";

/** What stands for every address of a host, IPv4 and IPv6. */
export const everyAddress: readonly string[] = ["0.0.0.0", "::"];

/** An address in its one canonical spelling (RFC 5952: lower case, shortest). */
export class IpAddress {
  /** The address; undefined for what is none, also for one with a zone, and for IPv4 within IPv6 or with leading zeros. */
  static parse(text: unknown, family?: IpFamily): IpAddress | undefined {
    if (typeof text !== "string") return undefined;
    if (family !== "IPv6" && isIPv4(text)) return new IpAddress(IPv4.parse(text));
    if (family === "IPv4" || !isIPv6(text) || text.includes("%")) return undefined;
    const parsed = IPv6.parse(text);
    return parsed.isIPv4MappedAddress() ? undefined : new IpAddress(parsed);
  }

  private readonly text: string;

  constructor(readonly parsed: Parsed) {
    this.text = parsed.kind() === "ipv6" ? (parsed as IPv6).toRFC5952String() : parsed.toString();
  }

  get family(): IpFamily {
    return this.parsed.kind() === "ipv6" ? "IPv6" : "IPv4";
  }

  /** `0.0.0.0` or `::`: every address of a host. */
  get isWildcard(): boolean {
    return this.parsed.range() === "unspecified" && this.parsed.toByteArray().every((b) => b === 0);
  }

  /** Whether it is one address in the whole internet, and not one that each site may use for itself. */
  get isGlobal(): boolean {
    return !["private", "carrierGradeNat", "uniqueLocal", "linkLocal", "loopback"].includes(
      this.parsed.range(),
    );
  }

  toString(): string {
    return this.text;
  }
}

/** A network in CIDR notation, in its one canonical spelling. */
export class Subnet {
  /** The network, with the host bits that were given cut off; undefined for what is none. */
  static parse(text: unknown, family?: IpFamily): Subnet | undefined {
    const [, address, length] =
      /^([0-9a-fA-F.:]+)\/(0|[1-9]\d{0,2})$/.exec(typeof text === "string" ? text : "") ?? [];
    const parsed = IpAddress.parse(address, family);
    if (parsed === undefined || Number(length) > bitsOf(parsed.family)) return undefined;
    return new Subnet(parsed, Number(length));
  }

  /** The lowest address: the network's own. */
  readonly first: IpAddress;
  /** The highest address, which is IPv4's broadcast. */
  readonly last: IpAddress;
  /** Whether the address that it was parsed from was the network's own. */
  readonly isExact: boolean;

  private constructor(
    address: IpAddress,
    readonly prefixLength: number,
  ) {
    const kind = address.family === "IPv4" ? IPv4 : IPv6;
    const cidr = `${address.toString()}/${prefixLength}`;
    this.first = new IpAddress(kind.networkAddressFromCIDR(cidr));
    this.last = new IpAddress(kind.broadcastAddressFromCIDR(cidr));
    this.isExact = this.first.toString() === address.toString();
  }

  get family(): IpFamily {
    return this.first.family;
  }

  contains(address: IpAddress): boolean {
    return (
      address.family === this.family && address.parsed.match([this.first.parsed, this.prefixLength])
    );
  }

  toString(): string {
    return `${this.first.toString()}/${this.prefixLength}`;
  }
}

/** An address's canonical spelling; what Terraform will know, as it is. */
export function canonicalAddress(address: string): string {
  return IpAddress.parse(address)?.toString() ?? address;
}

function bitsOf(family: IpFamily): number {
  return family === "IPv4" ? 32 : 128;
}

/** @throws Refusal for what is no address of the family, or of either where none is given */
export function checkAddress(
  scope: RefusalScope,
  property: string,
  value: unknown,
  family?: IpFamily,
): IpAddress {
  return (
    IpAddress.parse(value, family) ??
    refuse(scope, {
      property,
      given: value,
      allowed:
        family === undefined
          ? `an IPv4 or IPv6 address, such as ${examples.IPv4.address} or ${examples.IPv6.address}`
          : `an ${family} address such as ${examples[family].address}`,
      remedy: "Without zone, port or prefix length; IPv4 as four numbers without leading zeros.",
    })
  );
}

/** @throws Refusal for what is no network in CIDR notation, and for one with host bits set */
export function checkSubnet(
  scope: RefusalScope,
  property: string,
  value: unknown,
  family?: IpFamily,
): Subnet {
  const subnet = Subnet.parse(value, family);
  if (subnet === undefined)
    return refuse(scope, {
      property,
      given: value,
      allowed:
        family === undefined
          ? `a network such as ${examples.IPv4.subnet} or ${examples.IPv6.subnet}`
          : `an ${family} network such as ${examples[family].subnet}`,
      remedy: "Give the network's first address, a slash and the number of its bits.",
    });
  if (!subnet.isExact)
    refuse(scope, {
      property,
      given: value,
      allowed: "a network without host bits",
      remedy: `The network with that address in it is ${subnet.toString()}.`,
    });
  return subnet;
}
