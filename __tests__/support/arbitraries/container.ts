import * as fc from "fast-check";
import { capabilities } from "./capabilities";
import { credentials } from "./credentials";
import { cvmfs } from "./cvmfs";
import { environment } from "./environment";
import { healthCheck } from "./health-check";
import { healthCommands } from "./health-commands";
import { limits } from "./limits";
import { mounts } from "./mounts";
import { names } from "./names";
import { network } from "./network";
import type { Asked, GivenProps, InvalidPart, PartArbitraries, ValidPart } from "./part";
import { temporaryDirectories } from "./temporary-directories";

/** All parts of a container's props. No two give the same prop. */
const parts: Readonly<Record<string, PartArbitraries>> = {
  names,
  limits,
  healthCheck,
  network,
  cvmfs,
  credentials,
  healthCommands,
  environment,
  mounts,
  temporaryDirectories,
  capabilities,
};

/** Props of a container, all but its image, and all that they ask of the container's resource. */
export interface ValidContainer {
  readonly props: GivenProps;
  readonly containerName: string;
  readonly asked: readonly Asked[];
}

/** Props that are valid by construction. */
export const validContainer: fc.Arbitrary<ValidContainer> = fc
  .tuple(...Object.values(parts).map(({ valid }) => valid))
  .map(together);

/** Props that are valid, but for one thing. */
export const invalidContainer: fc.Arbitrary<InvalidPart> = fc.oneof(
  ...Object.values(parts).map(({ invalid }) =>
    fc.tuple(validContainer, invalid).map(([{ props }, { props: broken, property }]) => ({
      props: { ...props, ...broken },
      property,
    })),
  ),
);

function together(given: readonly ValidPart[]): ValidContainer {
  const props = Object.assign({}, ...given.map((part) => part.props)) as {
    readonly fqdn: string;
    readonly name?: string;
  };
  const containerName = props.name ?? props.fqdn.split(".")[0];
  return { props, containerName, asked: given.map((part) => part.asked(containerName)) };
}
