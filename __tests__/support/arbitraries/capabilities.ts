import * as fc from "fast-check";
import type { PartArbitraries } from "./part";
import { badList, badText, maybe } from "./values";

const name = fc.constantFrom("NET_ADMIN", "SYS_NICE", "SYS_PTRACE", "NET_RAW", "CHOWN", "SYSLOG");

/** Further capabilities, with or without `CAP_`. */
export const capabilities: PartArbitraries = {
  valid: maybe(
    fc.uniqueArray(fc.record({ name, prefix: fc.constantFrom("", "CAP_") }), {
      selector: (one) => one.name,
    }),
  ).map((given) => ({
    props: { capabilities: given?.map((one) => `${one.prefix}${one.name}`) },
    asked: () => ({ capabilities: given?.map((one) => `CAP_${one.name}`) }),
  })),
  invalid: fc.oneof(
    badList.map((value) => ({ props: { capabilities: value }, property: "capabilities" })),
    fc
      .oneof(
        fc.constantFrom("", "ALL", "CAP_ALL", "net_admin", "CAP_", "NET_ADMIN "),
        fc.constantFrom("SYS_MODULE", "CAP_SYS_ADMIN", "SYS_TIME", "CAP_BPF", "DAC_READ_SEARCH"),
        badText("CHOWN"),
      )
      .map((value) => ({
        props: { capabilities: ["SYSLOG", value] },
        property: "capabilities[1]",
      })),
    fc.constantFrom(["CHOWN", "CHOWN"], ["CAP_CHOWN", "CHOWN"]).map((list) => ({
      props: { capabilities: list },
      property: "capabilities[1]",
    })),
  ),
};
