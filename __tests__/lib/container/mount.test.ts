import { CvmfsMount, VoBoxMount } from "../../../lib";
import { containerWith } from "../../support/container";
import { useScratch } from "../../support/scratch";
import { refusalOf, wrong } from "../../support/synthesis";

useScratch();

const refused = (mounts: unknown): string =>
  refusalOf(() => containerWith({ mounts: wrong(mounts) })).slice("site/box: ".length);

it("binds a directory of the host read-only, and writable where asked for", () =>
  expect(
    containerWith({
      mounts: [
        VoBoxMount.bind("/srv/a", "/data/a"),
        VoBoxMount.bind("/srv/b", "/data/b", { writable: true }),
        VoBoxMount.volume("box-data", "/data/c"),
      ],
    })["mounts"],
  ).toEqual(
    expect.arrayContaining([
      { type: "bind", source: "/srv/a", target: "/data/a", read_only: true },
      { type: "bind", source: "/srv/b", target: "/data/b" },
      { type: "volume", source: "box-data", target: "/data/c" },
    ]),
  ));

describe("guard 1: /cvmfs comes in by the prop cvmfs alone", () => {
  it.each([
    ["the host's /cvmfs", VoBoxMount.bind("/cvmfs", "/mnt")],
    ["a repository of the host", VoBoxMount.bind("/cvmfs/alice.cern.ch", "/mnt")],
    ["something over it", VoBoxMount.bind("/srv", "/cvmfs")],
    ["a volume in it", VoBoxMount.volume("vv", "/cvmfs/alice.cern.ch")],
  ])("refuses %s", (_name, mount) =>
    expect(refused([mount])).toContain("allowed: a directory outside of /cvmfs."),
  );

  it("takes what is only named like it", () =>
    expect(() => containerWith({ mounts: [VoBoxMount.bind("/cvmfs2", "/cvmfsx")] })).not.toThrow());
});

it("refuses what gives the host away, and what the VO-Box needs as it is", () => {
  expect(refused([VoBoxMount.bind("/var/run/docker.sock", "/mnt")])).toMatch(
    /^mounts\[0\]\.hostPath: given .*no engine's socket/,
  );
  expect(refused([VoBoxMount.bind("/var", "/mnt")])).toContain("mounts[0].hostPath: given");
  expect(refused([VoBoxMount.bind("/srv", "/home")])).toContain("mounts[0].path: given");
  expect(refused([VoBoxMount.volume("data", "/var/run")])).toContain("mounts[0].path: given");
  // The name of a volume is no path.
  expect(() => refused([VoBoxMount.volume("docker.sock", "/mnt")])).toThrow("it was taken");
});

describe("the VO-Box's own volumes", () => {
  const inContainer = { cvmfs: CvmfsMount.inContainer(), name: "box" };
  it.each(["box-state", "box-logs", "box-cvmfs-cache"])("%s is refused", (name) =>
    expect(
      refusalOf(() =>
        containerWith({ ...inContainer, mounts: [VoBoxMount.volume(name, "/mnt/x")] }),
      ),
    ).toBe(
      `site/box: mounts[0].name: given "${name}"; allowed: a volume other than the VO-Box's own, ` +
        "box-state, box-logs, box-cvmfs-cache. Its own are mounted already: give this one another name.",
    ),
  );

  it("are no other VO-Box's, and no directory", () =>
    expect(() =>
      containerWith({
        ...inContainer,
        mounts: [VoBoxMount.volume("other-state", "/mnt/x"), VoBoxMount.bind("/box-state", "/y")],
      }),
    ).not.toThrow());
});

it.each(["", "/", "srv", "/a/../b", "/a b", "/a\n"])("refuses the path %j", (path) => {
  expect(refused([VoBoxMount.bind(path, "/x")])).toMatch(/^mounts\[0\]\.hostPath: given /);
  expect(refused([VoBoxMount.bind("/x", path)])).toMatch(/^mounts\[0\]\.path: given /);
});

it.each(["", "a", "a/b", "-a"])("refuses the volume name %j", (name) =>
  expect(refused([VoBoxMount.volume(name, "/x")])).toMatch(/^mounts\[0\]\.name: given /),
);

it("refuses what is no mount, and no list", () => {
  expect(refused(["/a:/b"])).toContain('mounts[0]: given "/a:/b"; allowed: VoBoxMount.bind(');
  expect(refused("/a:/b")).toContain("allowed: a list");
});

it.each([
  ["two mounts", { mounts: [VoBoxMount.bind("/a", "/x"), VoBoxMount.volume("vv", "/x")] }],
  ["one over the logs", { mounts: [VoBoxMount.bind("/a", "/home/alicesgm/ALICE")] }],
  [
    "two spellings",
    { mounts: [VoBoxMount.bind("/a", "/run/x"), VoBoxMount.bind("/b", "/var/run/x")] },
  ],
  [
    "one and a temporary directory",
    {
      mounts: [VoBoxMount.bind("/a", "/x")],
      temporaryDirectories: [{ path: "/x", sizeMegabytes: 1 }],
    },
  ],
])("refuses %s with the same path", (_name, props) =>
  expect(refusalOf(() => containerWith(props))).toContain(
    "allowed: each path in the container once",
  ),
);
