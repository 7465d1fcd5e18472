import { everyAddress } from "./addresses";
import type { NetworkAttachment, NetworkKind } from "./attachment";
import type { NetworkClaim } from "./claims";
import type { VoBoxPort } from "./ports";

/** The host's own network. */
export class HostNetwork implements NetworkKind {
  readonly mode = "host";

  claims(servicePorts: readonly VoBoxPort[]): readonly NetworkClaim[] {
    return servicePorts.flatMap(({ number, protocol }) =>
      everyAddress.map((hostAddress) => ({
        kind: "port" as const,
        property: "",
        number,
        protocol,
        hostAddress,
      })),
    );
  }

  validate(): void {
    // Nothing is given.
  }

  attach(): NetworkAttachment {
    return { networkMode: "host" };
  }
}
