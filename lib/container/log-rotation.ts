import type { IConstruct } from "constructs";
import type { PropNames } from "../props";
import { checkWholeNumber } from "../refusal";

/** How much of the container's own log the engine keeps. */
export interface LogRotationProps {
  /** Megabytes of one file, 1 to 1000. @default 50 */
  readonly maximumFileMegabytes?: number;
  /** Number of files, 1 to 100. @default 5 */
  readonly maximumFiles?: number;
}

/** The names of all props. */
export const logRotationPropNames: PropNames<LogRotationProps> = {
  maximumFileMegabytes: true,
  maximumFiles: true,
};

/**
 * Driver and all options: what is left out the engine fills in, and the next plan would replace the container.
 * @throws Refusal for a number that is out of range
 */
export function renderLogRotation(scope: IConstruct, props: LogRotationProps) {
  const megabytes = props.maximumFileMegabytes ?? 50;
  const files = props.maximumFiles ?? 5;
  checkWholeNumber(scope, "logRotation.maximumFileMegabytes", megabytes, {
    minimum: 1,
    maximum: 1000,
    unit: "megabytes",
  });
  checkWholeNumber(scope, "logRotation.maximumFiles", files, {
    minimum: 1,
    maximum: 100,
    unit: "files",
  });
  return {
    logDriver: "json-file",
    logOpts: { "max-size": `${megabytes}m`, "max-file": String(files) },
  };
}
