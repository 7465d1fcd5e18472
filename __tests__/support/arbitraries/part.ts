import type * as fc from "fast-check";
import type { VoBoxContainerProps } from "../../../lib";

/** Props as a caller gives them; in what is invalid they may have any type. */
export type GivenProps = Readonly<Partial<Record<keyof VoBoxContainerProps, unknown>>>;

/** What has to stand in the container's resource for what was given, as Terraform reads it. */
export interface Asked {
  /** Attributes by the provider's names. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly mounts?: readonly Readonly<Record<string, unknown>>[];
  readonly files?: Readonly<Record<string, string>>;
  readonly temporaryDirectories?: Readonly<Record<string, string>>;
  readonly capabilities?: readonly string[];
  readonly devices?: readonly string[];
  readonly securityOptions?: readonly string[];
  /** The resource of a network that is made for it. */
  readonly network?: Readonly<Record<string, unknown>>;
}

/** Valid props of one part of a container, and what they ask of it. */
export interface ValidPart {
  readonly props: GivenProps;
  /** @param containerName name on the engine, which volumes are named after */
  asked(containerName: string): Asked;
}

/** Props that are refused for one reason, beside whatever else is valid. */
export interface InvalidPart {
  readonly props: GivenProps;
  /** The property that the refusal names. */
  readonly property: string;
}

/** What generates one part of a container's props. A new part is one such file, and one line in container.ts. */
export interface PartArbitraries {
  /** Valid by construction. */
  readonly valid: fc.Arbitrary<ValidPart>;
  /** Invalid by exactly one thing. */
  readonly invalid: fc.Arbitrary<InvalidPart>;
}
