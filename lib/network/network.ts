import type {
  ContainerNetworksAdvanced,
  ContainerPorts,
} from "@cdktf/provider-docker/lib/container";

/** How the resource of a container says its network. */
export interface NetworkAttachment {
  /** Never the name of a network of `networksAdvanced`: its static addresses would be dropped in silence. */
  readonly networkMode: "host" | "bridge";
  readonly networksAdvanced?: ContainerNetworksAdvanced[];
  readonly ports?: ContainerPorts[];
}

/** How a VO-Box is attached to the network. */
export class VoBoxNetwork {
  /** The host's own network: the host's addresses and ports are the VO-Box's. The default, and what works on every cloud. */
  static host(): VoBoxNetwork {
    return new VoBoxNetwork("host");
  }

  /**
   * The engine's default bridge, behind the host's address translation. No port is published: the VO-Box
   * reaches others, and nobody outside of the host reaches its services.
   */
  static bridge(): VoBoxNetwork {
    return new VoBoxNetwork("bridge");
  }

  private constructor(
    /** The engine's network mode. */
    readonly mode: "host" | "bridge",
  ) {}

  /** The network's part of the container's resource. */
  attach(): NetworkAttachment {
    return { networkMode: this.mode };
  }

  /** Whether loopback inside the container is the host's. */
  get sharesHost(): boolean {
    return this.mode === "host";
  }
}
