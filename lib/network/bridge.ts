import type { ContainerPorts } from "@cdktf/provider-docker/lib/container";
import type { Construct } from "constructs";
import { checkProps, type PropNames } from "../props";
import { checkKnown, checkList, checkWholeNumber, copyOf, isUnknownText, refuse } from "../refusal";
import { canonicalAddress, checkAddress, everyAddress } from "./addresses";
import type { NetworkAttachment, NetworkKind } from "./attachment";
import { findClash, type NetworkClaim, type PortClaim } from "./claims";
import { checkPort, type VoBoxPort } from "./ports";

/** A port of a VO-Box that its host has for it. */
export interface PublishedPort {
  /** What listens in the VO-Box: one of a table's, as `VoBoxPorts.jalien().port("1093/tcp")`, or one of one's own. */
  readonly port: VoBoxPort;
  /**
   * The host's address that it is published on. The engine's publishing goes past the host's own firewall:
   * a port that is not for the world needs an address that the world does not reach, so not `0.0.0.0` or `::`.
   * @default - all addresses, IPv4 and IPv6, for a port for the world; required for others
   */
  readonly hostAddress?: string;
  /** The host's number, 1 to 65535. ALICE expects the port's own. @default - the port's own */
  readonly hostNumber?: number;
}

/** What a VO-Box on the engine's bridge is. */
export interface BridgeProps {
  /** Ports that the host has for the VO-Box. @default - none: nobody outside of the host reaches it */
  readonly publish?: readonly PublishedPort[];
}

const propNames: PropNames<BridgeProps> = {
  publish: true,
};

const publishedPropNames: PropNames<PublishedPort> = {
  port: true,
  hostAddress: true,
  hostNumber: true,
};

/** The engine's default bridge. */
export class BridgeNetwork implements NetworkKind {
  readonly mode = "bridge";
  private readonly publish: readonly PublishedPort[];

  constructor(props: BridgeProps) {
    checkProps("VoBoxNetwork.bridge", "props", props, propNames);
    this.publish = copyOf(props.publish ?? []);
  }

  claims(): readonly PortClaim[] {
    return this.bindings().map(({ property, port, hostNumber, hostAddress }) => ({
      kind: "port",
      property,
      number: hostNumber,
      protocol: port.protocol,
      hostAddress,
    }));
  }

  validate(scope: Construct, property: string): void {
    checkList(scope, `${property}.publish`, this.publish);
    this.publish.forEach((published, index) =>
      validatePublished(scope, `${property}.publish[${index}]`, published),
    );
    const earlier: NetworkClaim[] = [];
    for (const claim of this.claims()) {
      const clash = findClash([claim], earlier, { sameEngine: true, sameStack: true });
      if (clash !== undefined)
        refuse(scope, {
          property: `${property}.${clash.property}`,
          given: clash.what,
          allowed: "each number and protocol once on an address of the host",
          remedy: "Remove one, or give it another hostAddress or hostNumber.",
        });
      // The two of one port are of different families, and never clash.
      earlier.push(claim);
    }
  }

  attach(): NetworkAttachment {
    if (this.publish.length === 0) return { networkMode: "bridge" };
    const ports = this.bindings().map(({ port, hostNumber, hostAddress }): ContainerPorts => ({
      internal: port.number,
      external: hostNumber,
      ip: hostAddress,
      protocol: port.protocol,
    }));
    return { networkMode: "bridge", ports };
  }

  /** Each port on each address of the host that it is published on, with the prop that asks for it. */
  private bindings() {
    return this.publish.flatMap(({ port, hostAddress, hostNumber }, index) =>
      (hostAddress === undefined ? everyAddress : [canonicalAddress(hostAddress)]).map(
        (address) => ({
          property: `publish[${index}]`,
          port,
          hostNumber: hostNumber ?? port.number,
          hostAddress: address,
        }),
      ),
    );
  }
}

function validatePublished(scope: Construct, place: string, published: PublishedPort): void {
  checkProps(scope, place, published, publishedPropNames);
  const { port, hostAddress, hostNumber } = published;
  checkPort(scope, `${place}.port`, port);
  if (hostNumber !== undefined) {
    checkKnown(scope, `${place}.hostNumber`, hostNumber);
    checkWholeNumber(scope, `${place}.hostNumber`, hostNumber, {
      minimum: 1,
      maximum: 65535,
      unit: "ports",
    });
  }
  const needsNoLook =
    hostAddress === undefined
      ? port.isForWorld
      : isUnknownText(scope, `${place}.hostAddress`, hostAddress);
  if (needsNoLook) return;
  const wildcard =
    hostAddress === undefined ||
    checkAddress(scope, `${place}.hostAddress`, hostAddress).isWildcard;
  if (wildcard && !port.isForWorld)
    refuse(scope, {
      property: `${place}.hostAddress`,
      given: hostAddress,
      allowed: `one address of the host's that only those reach who need ${port.name}`,
      remedy:
        "What the engine publishes goes past the host's own firewall, and this port is not for the world.",
    });
}
