import * as fc from "fast-check";
import { VoBoxNetwork } from "../../../lib";
import type { PartArbitraries } from "./part";
import { badInstance } from "./values";

/** How the container is attached to the network. */
export const network: PartArbitraries = {
  valid: fc.constantFrom(undefined, VoBoxNetwork.host(), VoBoxNetwork.bridge()).map((given) => ({
    props: { network: given },
    asked: () => ({ attributes: { network_mode: given?.mode ?? "host" } }),
  })),
  invalid: badInstance.map((value) => ({ props: { network: value }, property: "network" })),
};
