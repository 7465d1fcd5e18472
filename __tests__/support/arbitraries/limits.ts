import * as fc from "fast-check";
import type { PartArbitraries } from "./part";
import { VoBoxSizing } from "../../../lib";
import { badInstance, badNumber, badObject, maybe, oneLineText } from "./values";

const fewestSeconds = 35;

const reason = oneLineText.map((text) => `for ${text}`);
/** Memory, and how much is enough. */
const size = fc.oneof(
  fc
    .record({
      memoryMegabytes: maybe(fc.integer({ min: 4096, max: 1_048_576 })),
      sizing: fc.constantFrom(undefined, VoBoxSizing.alice()),
    })
    .map((props) => ({
      props,
      environment: {
        VOBOX_MEMORY_MEGABYTES: "4096",
        VOBOX_LOG_GIGABYTES: "20",
        VOBOX_CACHE_GIGABYTES: "5",
      },
    })),
  fc.record({ memoryMegabytes: fc.integer({ min: 512, max: 1_048_576 }), reason }).map((given) => ({
    props: {
      memoryMegabytes: given.memoryMegabytes,
      sizing: VoBoxSizing.reduced({ reason: given.reason }),
    },
    environment: { VOBOX_SIZING_REDUCED: given.reason },
  })),
);

/** Memory, sizing, stop grace and log rotation. The image that the tests give stops within 30 seconds. */
export const limits: PartArbitraries = {
  valid: fc
    .record({
      size,
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
    .map(({ size: { props: sized, environment }, ...props }) => ({
      props: { ...props, ...sized },
      asked: () => ({
        environment,
        attributes: {
          memory: sized.memoryMegabytes ?? 4096,
          memory_swap: sized.memoryMegabytes ?? 4096,
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
    fc.integer({ min: 512, max: 4095 }).map((value) => ({
      props: { memoryMegabytes: value, sizing: VoBoxSizing.alice() },
      property: "memoryMegabytes",
    })),
    badInstance.map((value) => ({ props: { sizing: value }, property: "sizing" })),
    fc.constantFrom("", " ", "a\nb").map((text) => ({
      props: { sizing: VoBoxSizing.reduced({ reason: text }) },
      property: "sizing.reason",
    })),
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
