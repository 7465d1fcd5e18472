import * as fc from "fast-check";
import { VoBoxMount } from "../../../lib";
import type { PartArbitraries } from "./part";
import { badInstance, badList, badPath, badText, guardedTarget, maybe, pathBelow } from "./values";

const volumeName = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,40}$/);
const writable = fc.constantFrom(undefined, true, false);

/** Directories of the host and volumes, each at a path of its own. */
export const mounts: PartArbitraries = {
  valid: maybe(
    fc.uniqueArray(
      fc.oneof(
        fc.record({ kind: fc.constant("volume"), source: volumeName, path: pathBelow("/mnt") }),
        fc.record({
          kind: fc.constant("bind"),
          source: pathBelow("/srv"),
          path: pathBelow("/mnt"),
          writable,
        }),
      ),
      { maxLength: 4, selector: ({ path }) => path },
    ),
  ).map((given) => ({
    props: {
      mounts: given?.map(({ kind, source, path, ...options }) =>
        kind === "volume"
          ? VoBoxMount.volume(source, path)
          : VoBoxMount.bind(source, path, options),
      ),
    },
    asked: () => ({
      mounts: (given ?? []).map((mount) => ({
        type: mount.kind,
        source: mount.source,
        target: mount.path,
        ...(mount.kind === "bind" &&
          !("writable" in mount && mount.writable === true) && { read_only: true }),
      })),
    }),
  })),
  invalid: fc.oneof(
    badList.map((value) => ({ props: { mounts: value }, property: "mounts" })),
    badInstance.map((value) => ({ props: { mounts: [value] }, property: "mounts[0]" })),
    badPath.map((path) => one(VoBoxMount.bind("/srv", path as string), "path")),
    badPath.map((path) => one(VoBoxMount.bind(path as string, "/mnt/a"), "hostPath")),
    badPath.map((path) => one(VoBoxMount.volume("data", path as string), "path")),
    fc
      .oneof(fc.constantFrom("", "a", "/srv", "a b", "-a", "a".repeat(256)), badText("data"))
      .map((name) => one(VoBoxMount.volume(name as string, "/mnt/a"), "name")),
    fc
      .constantFrom("/cvmfs", "/cvmfs/alice.cern.ch", "/cvmfs/a/b")
      .chain((path) =>
        fc.constantFrom(
          one(VoBoxMount.bind("/srv", path), "path"),
          one(VoBoxMount.bind(path, "/mnt/a"), "hostPath"),
          one(VoBoxMount.volume("data", path), "path"),
        ),
      ),
    fc
      .constantFrom("/var/run/docker.sock", "/x/podman.sock", "/run", "/var", "/proc/1", "/etc")
      .map((path) => one(VoBoxMount.bind(path, "/mnt/a"), "hostPath")),
    fc
      .constantFrom(["/home/alicesgm/ALICE"], ["/mnt/a", "/mnt/a"], ["/run/a", "/var/run/a"])
      .map((paths) => ({
        props: { mounts: paths.map((path) => VoBoxMount.volume("data", path)) },
        property: "mounts",
      })),
    guardedTarget.chain((path) =>
      fc.constantFrom(
        one(VoBoxMount.bind("/srv", path), "path"),
        one(VoBoxMount.volume("data", path), "path"),
      ),
    ),
    fc.constantFrom("named-state", "named-logs").map((name) => ({
      props: { name: "named", mounts: [VoBoxMount.volume(name, "/mnt/a")] },
      property: "mounts[0].name",
    })),
    pathBelow("/mnt").map((path) => ({
      props: {
        mounts: [VoBoxMount.volume("data", path)],
        temporaryDirectories: [{ path, sizeMegabytes: 1 }],
      },
      property: "mounts",
    })),
  ),
};

function one(mount: VoBoxMount, property: string) {
  return { props: { mounts: [mount] }, property: `mounts[0].${property}` };
}
