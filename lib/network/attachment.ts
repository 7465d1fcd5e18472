import type { ContainerConfig } from "@cdktf/provider-docker/lib/container";
import type { Construct } from "constructs";
import type { NetworkClaim } from "./claims";
import type { VoBoxPort } from "./ports";

/** What the resource of a container says of its network. */
export type NetworkAttachment = Pick<ContainerConfig, "networkMode" | "networksAdvanced" | "ports">;

/** One of the ways in which a VO-Box is attached to the network. */
export interface NetworkKind {
  readonly mode: "host" | "bridge" | "macvlan";
  /**
   * What no other VO-Box can have besides. Only of what {@link validate} has taken.
   * @param servicePorts what the VO-Box's services listen on
   */
  claims(servicePorts: readonly VoBoxPort[]): readonly NetworkClaim[];
  /** @throws Refusal for what cannot be, naming the prop below `property` */
  validate(scope: Construct, property: string): void;
  /** The network's part of the container's resource. May make resources in the stack of `scope`. */
  attach(scope: Construct): NetworkAttachment;
}
