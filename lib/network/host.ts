import type { NetworkAttachment, NetworkKind } from "./attachment";
import type { NetworkClaim } from "./claims";
import { VoBoxPorts } from "./ports";

/** The host's own network. */
export class HostNetwork implements NetworkKind {
  readonly mode = "host";

  claims(): readonly NetworkClaim[] {
    return VoBoxPorts.jalien().list.flatMap(({ number, protocol }) =>
      ["0.0.0.0", "::"].map((hostAddress) => ({
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
