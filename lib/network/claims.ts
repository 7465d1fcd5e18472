import { TerraformStack, Token } from "cdktf";
import type { Construct } from "constructs";
import { Refusal } from "../refusal";
import { resolved } from "../rendered";
import { everyAddress, IpAddress } from "./addresses";

/** What one VO-Box takes of the network, so that another one cannot have it. */
export type NetworkClaim = PortClaim | AddressClaim | MacvlanClaim;

/** A port of the engine's host. */
export interface PortClaim {
  readonly kind: "port";
  /** The prop that asks for it, below the one of the network; empty for the network itself. */
  readonly property: string;
  readonly number: number;
  readonly protocol: "tcp" | "udp";
  /** `0.0.0.0` and `::` are all addresses of a family; may be unresolved. */
  readonly hostAddress: string;
}

/** An address of the VO-Box's own. */
export interface AddressClaim {
  readonly kind: "address";
  readonly property: string;
  readonly address: IpAddress;
}

/** A macvlan network on the engine. */
export interface MacvlanClaim {
  readonly kind: "macvlan";
  readonly property: string;
  /** May be unresolved, as the parent may. */
  readonly networkName: string;
  readonly parent: string;
  /** Subnet and gateway of each family, to compare. */
  readonly definition: string;
  /** Whether somebody else makes it. */
  readonly existing: boolean;
}

/** How two VO-Boxes stand to each other. */
export interface Neighbourhood {
  readonly sameEngine: boolean;
  readonly sameStack: boolean;
}

/** Two claims that cannot both be. */
export interface Clash {
  readonly property: string;
  /** What both want, in words. */
  readonly what: string;
  readonly remedy: string;
}

/** The first of `claims` that cannot be beside `others`. */
export function findClash(
  claims: readonly NetworkClaim[],
  others: readonly NetworkClaim[],
  neighbourhood: Neighbourhood,
): Clash | undefined {
  const portsOfHost = [...claims, ...others].filter((one) => one.kind === "port");
  for (const claim of claims)
    for (const other of others) {
      const clash = clashOf(claim, other, neighbourhood, portsOfHost);
      if (clash !== undefined) return { property: claim.property, ...clash };
    }
  return undefined;
}

function clashOf(
  one: NetworkClaim,
  other: NetworkClaim,
  { sameEngine, sameStack }: Neighbourhood,
  portsOfHost: readonly PortClaim[],
): Omit<Clash, "property"> | undefined {
  if (one.kind === "address" && other.kind === "address") {
    const same = one.address.toString() === other.address.toString();
    if (!same || !(sameEngine || one.address.isGlobal)) return undefined;
    return {
      what: `the address ${one.address.toString()}`,
      remedy: "Give each VO-Box addresses of its own.",
    };
  }
  if (!sameEngine) return undefined;
  if (one.kind === "port" && other.kind === "port")
    return samePort(one, other, portsOfHost) ? portClash(one) : undefined;
  if (one.kind === "macvlan" && other.kind === "macvlan")
    return macvlanClash(one, other, sameStack);
  return undefined;
}

function samePort(one: PortClaim, other: PortClaim, all: readonly PortClaim[]): boolean {
  if (one.number !== other.number || one.protocol !== other.protocol) return false;
  if (one.hostAddress === other.hostAddress) return true;
  const [a, b] = [one, other].map(({ hostAddress }) => IpAddress.parse(hostAddress));
  if (a !== undefined && b !== undefined)
    return a.family === b.family && (a.isWildcard || b.isWildcard);
  // One that only Terraform will know is of one family or the other: it is taken for certain where both are.
  return isTakenEverywhere(one, all);
}

/** Whether a port is wanted on every address, IPv4 and IPv6. */
function isTakenEverywhere({ number, protocol }: PortClaim, all: readonly PortClaim[]): boolean {
  const wanted = all.filter((one) => one.number === number && one.protocol === protocol);
  return everyAddress.every((wildcard) =>
    wanted.some(({ hostAddress }) => hostAddress === wildcard),
  );
}

function portClash({ property, number, protocol, hostAddress }: PortClaim) {
  const where = IpAddress.parse(hostAddress)?.isWildcard
    ? "every address of the host"
    : Token.isUnresolved(hostAddress)
      ? "an address that only Terraform will know"
      : hostAddress;
  return {
    what: `port ${number}/${protocol} on ${where}`,
    remedy:
      property === ""
        ? "In the host's own network each VO-Box takes all the ports of its services: give all but one VoBoxNetwork.macvlan({ … }), or publish other ports with VoBoxNetwork.bridge({ … })."
        : "Choose another hostAddress or hostNumber, or VoBoxNetwork.macvlan({ … }), with addresses of its own.",
  };
}

function macvlanClash(
  one: MacvlanClaim,
  other: MacvlanClaim,
  sameStack: boolean,
): Omit<Clash, "property"> | undefined {
  if (unlike(one.networkName, other.networkName))
    return one.parent === other.parent
      ? {
          what: `the interface ${one.parent}, for another network (${other.networkName})`,
          remedy:
            "The engine makes one macvlan network on an interface: give both the same networkName.",
        }
      : undefined;
  // Of what only Terraform will know nothing can be said, but that one and the same is the same.
  if (one.networkName !== other.networkName) return undefined;
  const what = `the network ${one.networkName}`;
  if (unlike(one.parent, other.parent) || one.definition !== other.definition)
    return {
      what: `${what} as ${one.parent}, ${one.definition}, and not as ${other.parent}, ${other.definition}`,
      remedy:
        "Give both the same parent, subnets and gateways, or one of them another networkName.",
    };
  if (sameStack ? one.existing === other.existing : one.existing || other.existing)
    return undefined;
  return {
    what,
    remedy: sameStack
      ? "Either the stack makes the network or it is there: give existing to both or to none."
      : "One stack makes the network: give existing: true to all others.",
  };
}

/** Whether two texts are known to differ. */
function unlike(one: string, other: string): boolean {
  return one !== other && !Token.isUnresolved(one) && !Token.isUnresolved(other);
}

interface Claimed {
  /** Path of the construct, and its prop. */
  readonly path: string;
  readonly property: string;
  readonly claims: readonly NetworkClaim[];
}

const claimed = new WeakMap<TerraformStack, Claimed[]>();

/** Takes the claims for a VO-Box. A stack, which is one engine's, in which two VO-Boxes want the same is refused at synthesis. */
export function claimNetwork(
  scope: Construct,
  property: string,
  claims: readonly NetworkClaim[],
): void {
  const stack = TerraformStack.of(scope);
  const ofStack = claimed.get(stack) ?? [];
  if (ofStack.length === 0) {
    claimed.set(stack, ofStack);
    stack.node.addValidation({ validate: () => clashesWithin(stack, ofStack) });
  }
  ofStack.push({ path: scope.node.path, property, claims });
}

function clashesWithin(stack: TerraformStack, ofStack: readonly Claimed[]): string[] {
  // Each mention of one reference is another token; as Terraform gets them they are alike.
  const all = ofStack.map((one) => ({
    ...one,
    claims: one.claims.map((claim) => (claim.kind === "address" ? claim : resolved(stack, claim))),
  }));
  return all.flatMap(({ path, property, claims }, index) => {
    for (const other of all.slice(0, index)) {
      const clash = findClash(claims, other.claims, { sameEngine: true, sameStack: true });
      if (clash !== undefined) return [clashRefusal(path, property, clash, other.path).message];
    }
    return [];
  });
}

/** Names both. */
export function clashRefusal(path: string, property: string, clash: Clash, other: string): Refusal {
  return new Refusal(path, {
    property: [property, clash.property].filter((part) => part !== "").join("."),
    given: clash.what,
    allowed: `what ${other} does not have`,
    remedy: clash.remedy,
  });
}
