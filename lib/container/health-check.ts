import type { ContainerHealthcheck } from "@cdktf/provider-docker/lib/container";
import type { IConstruct } from "constructs";
import type { PropNames } from "../props";
import { checkKnown, checkWholeNumber } from "../refusal";

/** When the VO-Box counts as unhealthy. */
export interface HealthCheckProps {
  /** Seconds between two checks, 5 to 3600. @default 30 */
  readonly intervalSeconds?: number;
  /** Seconds that one check may take, 5 to 600. @default 45 */
  readonly timeoutSeconds?: number;
  /** Failed checks in a row until the VO-Box is unhealthy, 1 to 100. @default 3 */
  readonly retries?: number;
  /** Seconds after the start in which failed checks do not count, 0 to 3600. @default 300 */
  readonly startPeriodSeconds?: number;
}

const ranges = {
  intervalSeconds: { minimum: 5, maximum: 3600, unit: "seconds" },
  timeoutSeconds: { minimum: 5, maximum: 600, unit: "seconds" },
  retries: { minimum: 1, maximum: 100, unit: "checks" },
  startPeriodSeconds: { minimum: 0, maximum: 3600, unit: "seconds" },
} as const;

/** The names of all props. */
export const healthCheckPropNames: PropNames<HealthCheckProps> = ranges;

/** The props with their defaults. */
export function completeHealthCheck(props: HealthCheckProps = {}): Required<HealthCheckProps> {
  return {
    intervalSeconds: props.intervalSeconds ?? 30,
    timeoutSeconds: props.timeoutSeconds ?? 45,
    retries: props.retries ?? 3,
    startPeriodSeconds: props.startPeriodSeconds ?? 300,
  };
}

/** @throws Refusal for a number that is out of range, or not known at synthesis. */
export function validateHealthCheck(scope: IConstruct, check: Required<HealthCheckProps>): void {
  for (const key of Object.keys(ranges) as (keyof typeof ranges)[]) {
    // The engine's form of it is computed now, and hashed.
    checkKnown(scope, `healthCheck.${key}`, check[key]);
    checkWholeNumber(scope, `healthCheck.${key}`, check[key], ranges[key]);
  }
}

/** Seconds from a start until the engine calls a VO-Box unhealthy that never was healthy: before, it may still become so. */
export function patienceSeconds(check: Required<HealthCheckProps>): number {
  return check.startPeriodSeconds + check.retries * check.intervalSeconds;
}

/** The check as the provider takes it: the image's own program decides. */
export function renderHealthCheck(check: Required<HealthCheckProps>): ContainerHealthcheck {
  return {
    test: ["CMD", "/usr/libexec/vobox/health"],
    interval: goDuration(check.intervalSeconds),
    timeout: goDuration(check.timeoutSeconds),
    startPeriod: goDuration(check.startPeriodSeconds),
    retries: check.retries,
  };
}

/** As Go prints a duration, 90 as `1m30s`: any other form differs from what the engine gives back. */
function goDuration(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const units = ["h", "m", "s"];
  const first = parts.findIndex((part) => part > 0);
  return first === -1
    ? "0s"
    : parts.map((part, index) => (index >= first ? `${part}${units[index]}` : "")).join("");
}
