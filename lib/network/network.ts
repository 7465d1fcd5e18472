import type { Construct } from "constructs";
import type { NetworkAttachment, NetworkKind } from "./attachment";
import { BridgeNetwork, type BridgeProps } from "./bridge";
import { claimNetwork, type NetworkClaim } from "./claims";
import { HostNetwork } from "./host";
import { MacvlanNetwork, type MacvlanProps } from "./macvlan";
import type { VoBoxPort } from "./ports";

/** How a VO-Box is attached to the network. */
export class VoBoxNetwork {
  /**
   * The host's own network: the host's addresses and ports are the VO-Box's. The default, and what works on
   * every cloud. Its services' ports are the host's then: of two VO-Boxes with a port in common one alone can have it.
   */
  static host(): VoBoxNetwork {
    return new VoBoxNetwork(new HostNetwork());
  }

  /**
   * The engine's default bridge, behind the host's address translation: the VO-Box reaches others, and
   * others reach the ports of it that are published.
   * @throws Refusal when the props are no object or misnamed; everything else is refused by the container that gets it.
   */
  static bridge(props: BridgeProps = {}): VoBoxNetwork {
    return new VoBoxNetwork(new BridgeNetwork(props));
  }

  /**
   * Addresses of the VO-Box's own in the site's network, with a MAC of its own on one of the host's interfaces.
   * Host and VO-Box cannot reach each other then; others reach both. Most public clouds let no such MAC through.
   * @throws Refusal when the props are no object or misnamed; everything else is refused by the container that gets it.
   */
  static macvlan(props: MacvlanProps): VoBoxNetwork {
    return new VoBoxNetwork(new MacvlanNetwork(props));
  }

  private constructor(private readonly network: NetworkKind) {}

  /** Which of the ways it is. */
  get mode(): "host" | "bridge" | "macvlan" {
    return this.network.mode;
  }

  /** Whether loopback inside the container is the host's. */
  get sharesHost(): boolean {
    return this.mode === "host";
  }

  /** Whether macvlan was asked for although the cloud lets none through. */
  get forceOnPublicCloud(): boolean {
    return this.network instanceof MacvlanNetwork && this.network.forceOnPublicCloud;
  }

  /**
   * What no other VO-Box can have besides; of a network that a container has taken.
   * @param servicePorts what the VO-Box's services listen on: `ports` of its image
   */
  claims(servicePorts: readonly VoBoxPort[]): readonly NetworkClaim[] {
    return this.network.claims(servicePorts);
  }

  /**
   * The network's part of the container's resource.
   * @param scope the container's construct
   * @param servicePorts as for {@link claims}
   * @throws Refusal for what cannot be; what another VO-Box of the stack has is refused at synthesis
   */
  attach(
    scope: Construct,
    property: string,
    servicePorts: readonly VoBoxPort[],
  ): NetworkAttachment {
    this.network.validate(scope, property);
    claimNetwork(scope, property, this.claims(servicePorts));
    return this.network.attach(scope);
  }
}
