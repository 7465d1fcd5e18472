import type { ContainerMounts } from "@cdktf/provider-docker/lib/container";

/** What a part of a VO-Box (CVMFS, credentials, resolvers) asks of its container. */
export interface ContainerDemands {
  /** Environment that the image's init and health read. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Binds of the host, and volumes. */
  readonly mounts?: readonly ContainerMounts[];
  /** Volumes that the engine makes for this container alone, by purpose: their names on the engine. */
  readonly volumeNames?: Readonly<Record<string, string>>;
  /** Text of files that the engine puts into the container before its first start, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Linux capabilities, as `CAP_SYS_ADMIN`. */
  readonly capabilities?: readonly string[];
  /** Paths of devices, the same on the host and in the container. */
  readonly devices?: readonly string[];
  /** Security options of the engine, as `apparmor=unconfined`. */
  readonly securityOptions?: readonly string[];
}
