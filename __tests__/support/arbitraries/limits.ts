import * as fc from "fast-check";
import type { PartArbitraries } from "./part";
import { badNumber, badObject, maybe } from "./values";

const fewestSeconds = 35;

/** Memory, stop grace and log rotation. The image that the tests give stops within 30 seconds. */
export const limits: PartArbitraries = {
  valid: fc
    .record({
      memoryMegabytes: maybe(fc.integer({ min: 512, max: 1_048_576 })),
      stopGraceSeconds: maybe(fc.integer({ min: fewestSeconds, max: 600 })),
      logRotation: maybe(
        fc.record(
          {
            maximumFileMegabytes: fc.integer({ min: 1, max: 1000 }),
            maximumFiles: fc.integer({ min: 1, max: 100 }),
          },
          { requiredKeys: [] },
        ),
      ),
    })
    .map((props) => ({
      props,
      asked: () => ({
        attributes: {
          memory: props.memoryMegabytes ?? 4096,
          memory_swap: props.memoryMegabytes ?? 4096,
          destroy_grace_seconds: props.stopGraceSeconds ?? 60,
          stop_timeout: props.stopGraceSeconds ?? 60,
          log_driver: "json-file",
          log_opts: {
            "max-size": `${props.logRotation?.maximumFileMegabytes ?? 50}m`,
            "max-file": String(props.logRotation?.maximumFiles ?? 5),
          },
        },
      }),
    })),
  invalid: fc.oneof(
    badNumber(512, 1_048_576).map((value) => ({
      props: { memoryMegabytes: value },
      property: "memoryMegabytes",
    })),
    fc.oneof(badNumber(10, 600), fc.integer({ min: 10, max: fewestSeconds - 6 })).map((value) => ({
      props: { stopGraceSeconds: value },
      property: "stopGraceSeconds",
    })),
    badObject.map((value) => ({ props: { logRotation: value }, property: "logRotation" })),
    badNumber(1, 1000).map((value) => ({
      props: { logRotation: { maximumFileMegabytes: value } },
      property: "logRotation.maximumFileMegabytes",
    })),
    badNumber(1, 100).map((value) => ({
      props: { logRotation: { maximumFiles: value } },
      property: "logRotation.maximumFiles",
    })),
  ),
};
