import * as fc from "fast-check";
import type { PartArbitraries } from "./part";
import {
  badList,
  badNumber,
  badObject,
  badPath,
  guardedTarget,
  maybe,
  misspelt,
  pathBelow,
} from "./values";

/** Directories in memory. */
export const temporaryDirectories: PartArbitraries = {
  valid: maybe(
    fc.uniqueArray(
      fc.record(
        {
          path: pathBelow("/memory"),
          sizeMegabytes: fc.integer({ min: 1, max: 65536 }),
          executable: fc.boolean(),
        },
        { requiredKeys: ["path", "sizeMegabytes"] },
      ),
      { maxLength: 3, selector: ({ path }) => path },
    ),
  ).map((given) => ({
    props: { temporaryDirectories: given },
    asked: () => ({
      temporaryDirectories: Object.fromEntries(
        (given ?? []).map(({ path, sizeMegabytes, executable }) => [
          path,
          `rw,nosuid,nodev,${executable === true ? "exec" : "noexec"},size=${sizeMegabytes}m`,
        ]),
      ),
    }),
  })),
  invalid: fc.oneof(
    badList.map((value) => ({
      props: { temporaryDirectories: value },
      property: "temporaryDirectories",
    })),
    badObject.map((value) => invalid([value], "[0]")),
    fc
      .constantFrom("/cvmfs", "/cvmfs/alice.cern.ch")
      .map((path) => invalid([{ path, sizeMegabytes: 1 }], "[0].path")),
    fc
      .oneof(badPath, guardedTarget)
      .map((path) => invalid([{ path, sizeMegabytes: 1 }], "[0].path")),
    misspelt("size", "sizeMegaBytes", "exec").map((one) =>
      invalid([{ path: "/memory/a", sizeMegabytes: 1, ...one }], "[0]"),
    ),
    badNumber(1, 65536).map((sizeMegabytes) =>
      invalid([{ path: "/memory/a", sizeMegabytes }], "[0].sizeMegabytes"),
    ),
    pathBelow("/memory").map((path) =>
      invalid(
        [
          { path, sizeMegabytes: 1 },
          { path, sizeMegabytes: 2 },
        ],
        "[1]",
      ),
    ),
  ),
};

function invalid(directories: readonly unknown[], place: string) {
  return {
    props: { temporaryDirectories: directories },
    property: `temporaryDirectories${place}`,
  };
}
