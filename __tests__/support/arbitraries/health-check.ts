import * as fc from "fast-check";
import type { PartArbitraries } from "./part";
import { badNumber, badObject, maybe, misspelt } from "./values";

const ranges = {
  intervalSeconds: [5, 3600],
  timeoutSeconds: [5, 600],
  retries: [1, 100],
  startPeriodSeconds: [0, 3600],
} as const;
type Key = keyof typeof ranges;
const within = (key: Key) => fc.integer({ min: ranges[key][0], max: ranges[key][1] });

/** Seconds as Go prints a duration. */
function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds}s`;
  if (minutes < 60) return `${minutes}m${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds % 60}s`;
}

/** The engine's health check. */
export const healthCheck: PartArbitraries = {
  valid: maybe(
    fc.record(
      {
        intervalSeconds: within("intervalSeconds"),
        timeoutSeconds: within("timeoutSeconds"),
        retries: within("retries"),
        startPeriodSeconds: within("startPeriodSeconds"),
      },
      { requiredKeys: [] },
    ),
  ).map((check) => ({
    props: { healthCheck: check },
    asked: () => ({
      attributes: {
        healthcheck: {
          test: ["CMD", "/usr/libexec/vobox/health"],
          interval: duration(check?.intervalSeconds ?? 30),
          timeout: duration(check?.timeoutSeconds ?? 45),
          retries: check?.retries ?? 3,
          start_period: duration(check?.startPeriodSeconds ?? 300),
        },
      },
      environment: { VOBOX_HEALTH_SECONDS: String(check?.timeoutSeconds ?? 45) },
    }),
  })),
  invalid: fc.oneof(
    badObject.map((value) => ({ props: { healthCheck: value }, property: "healthCheck" })),
    misspelt("interval", "timeout", "intervalseconds", "test").map((one) => ({
      props: { healthCheck: { retries: 3, ...one } },
      property: "healthCheck",
    })),
    ...(Object.keys(ranges) as Key[]).map((key) =>
      badNumber(ranges[key][0], ranges[key][1]).map((value) => ({
        props: { healthCheck: { [key]: value } },
        property: `healthCheck.${key}`,
      })),
    ),
  ),
};
