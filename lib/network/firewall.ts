import { checkProps, type PropNames } from "../props";
import { checkDistinct, checkInstance, checkKnown, checkList, copyOf, refuse } from "../refusal";
import { checkSubnet, type Subnet } from "./addresses";
import { cernNetworks, outgoingConnections } from "./cern";
import { type PortAudience, VoBoxPorts } from "./ports";
import { renderTable } from "./table";

/** Networks of a site, in CIDR notation, without host bits. */
export interface SiteNetworks {
  /** Where jobs run. @default - the notes name them, and leave the networks to the reader */
  readonly workerNodes?: readonly string[];
  /** The site's storage elements. @default - as above */
  readonly storageElements?: readonly string[];
  /** From where the VO's operators and the site's own log in. @default - as above */
  readonly administrators?: readonly string[];
}

/** What the firewall of a VO-Box is made from. */
export interface VoBoxFirewallProps {
  /** What listens. @default VoBoxPorts.jalien() */
  readonly ports?: VoBoxPorts;
  /** The site's own networks. @default - none is known */
  readonly networks?: SiteNetworks;
}

const propNames: PropNames<VoBoxFirewallProps> = {
  ports: true,
  networks: true,
};

const networkNames: PropNames<SiteNetworks> = {
  workerNodes: true,
  storageElements: true,
  administrators: true,
};

/** One thing that a firewall has to let through. Everything else that comes in stays closed. */
export interface FirewallRule {
  /** Seen from the VO-Box. */
  readonly direction: "in" | "out";
  /** `icmp` is ICMPv6 with IPv6. */
  readonly protocol: "tcp" | "udp" | "icmp";
  /** The VO-Box's port; ICMP has none. */
  readonly port?: number;
  /** The networks at the other end, in CIDR notation. */
  readonly networks: readonly string[];
  /** Those at the other end whose networks the site has not given. */
  readonly audiences: readonly PortAudience[];
  /** What it is for. */
  readonly purpose: string;
  /** Where that is said. */
  readonly source: string;
}

const everywhere = ["0.0.0.0/0", "::/0"];
/** Of the internet, how much the networks of a site may be at most. */
const largestShare = 1 / 2;

const names: Readonly<Record<PortAudience, string>> = {
  world: "everywhere",
  workerNodes: "the site's worker nodes",
  storageElements: "the site's storage elements",
  cern: "CERN",
  administrators: "administrators",
};

/** What has to be open at a VO-Box, to whom and why: for those who run the site's firewall. */
export class VoBoxFirewall {
  /** What has to be let through, ICMP first. Ports for nobody outside have no rule. */
  readonly rules: readonly FirewallRule[];
  private readonly ports: VoBoxPorts;

  /**
   * @throws Refusal for ports that are refused, for networks that are none or have host bits, and for
   * networks of the site that come to half the internet or more
   */
  constructor(props: VoBoxFirewallProps = {}) {
    checkProps(path, "props", props, propNames);
    this.ports = props.ports ?? VoBoxPorts.jalien();
    checkInstance(path, "ports", this.ports, VoBoxPorts, "a set of ports, as VoBoxPorts.jalien()");
    this.ports.validate(path, "ports");
    checkProps(path, "networks", props.networks ?? {}, networkNames);
    const networks: Readonly<Partial<Record<PortAudience, readonly string[]>>> = {
      world: everywhere,
      cern: cernNetworks,
      ...siteNetworks(props.networks ?? {}),
    };
    this.rules = [
      icmp("in"),
      icmp("out"),
      ...this.ports.list
        .filter(({ openTo }) => openTo.length > 0)
        .map(({ number, protocol, openTo, purpose, source }) => ({
          direction: "in" as const,
          protocol,
          port: number,
          networks: openTo.flatMap((audience) => networks[audience] ?? []),
          audiences: openTo.filter((audience) => networks[audience] === undefined),
          purpose,
          source,
        })),
    ];
  }

  /** The rules and what goes out, as tables in Markdown. */
  toMarkdown(): string {
    const closed = this.ports.list.filter(({ openTo }) => openTo.length === 0);
    return [
      "Let in, and nothing else:",
      "",
      ...renderTable(
        ["what", "from", "for", "source"],
        this.rules
          .filter(({ direction }) => direction === "in")
          .map((rule) => [
            rule.port === undefined ? "ICMP, ICMPv6" : `${rule.port}/${rule.protocol}`,
            [...rule.audiences.map((audience) => names[audience]), ...rule.networks].join(", "),
            rule.purpose,
            rule.source,
          ]),
      ),
      ...closed.flatMap(({ name, purpose }) => [
        "",
        `Nobody outside of the VO-Box needs ${name}: ${purpose}.`,
      ]),
      "",
      "Let out: everything, ICMP and ICMPv6 too. ALICE assumes that VO-Box and worker nodes reach the whole of the internet. Where that cannot be, the VO-Box needs at least:",
      "",
      ...renderTable(
        ["what", "to", "for", "source"],
        outgoingConnections.map(({ protocol, ports, to, purpose, source }) => [
          `${ports.join(", ")}/${protocol}`,
          to,
          purpose,
          source,
        ]),
      ),
      "",
    ].join("\n");
  }
}

const path = "VoBoxFirewall";

function icmp(direction: "in" | "out"): FirewallRule {
  return {
    direction,
    protocol: "icmp",
    networks: everywhere,
    audiences: [],
    purpose: "network topology, by which the placement of files is decided",
    source: "JAliEn documentation, VO-Box requirements",
  };
}

function siteNetworks(given: SiteNetworks): Partial<Record<PortAudience, readonly string[]>> {
  const known = (["workerNodes", "storageElements", "administrators"] as const).filter(
    (audience) => given[audience] !== undefined,
  );
  return Object.fromEntries(
    known.map((audience) => [audience, checkNetworks(audience, given[audience] ?? [])]),
  );
}

function checkNetworks(audience: keyof SiteNetworks, given: readonly string[]): readonly string[] {
  const property = `networks.${audience}`;
  checkList(path, property, given);
  if (given.length === 0)
    refuse(path, {
      property,
      given,
      allowed: "at least one network",
      remedy: "Leave it out where the networks are not known.",
    });
  const subnets = copyOf(given).map((one, index) => {
    const place = `${property}[${index}]`;
    checkKnown(path, place, one);
    const subnet = checkSubnet(path, place, one);
    if (shareOfInternet(subnet) >= largestShare) refuseWorld(place, one, audience);
    return subnet;
  });
  const texts = subnets.map((subnet) => subnet.toString());
  checkDistinct(path, property, texts, (text) => text);
  for (const family of ["IPv4", "IPv6"]) {
    const shares = subnets.filter((one) => one.family === family).map(shareOfInternet);
    if (shares.reduce((sum, share) => sum + share, 0) >= largestShare)
      refuseWorld(property, given, audience);
  }
  return texts;
}

function refuseWorld(property: string, given: unknown, audience: keyof SiteNetworks): never {
  return refuse(path, {
    property,
    given,
    allowed: "networks that together are less than half of the internet",
    remedy: `What only ${names[audience]} need must not be open to the world: give their own networks.`,
  });
}

/** Of all IPv6 addresses the internet uses 2000::/3 (RFC 4291); of IPv4's, all. */
function shareOfInternet({ family, prefixLength }: Subnet): number {
  return 2 ** -Math.max(0, prefixLength - (family === "IPv6" ? 3 : 0));
}
