import { CvmfsMount, VoBoxContainer, type VoBoxContainerProps, VoBoxMount } from "../../../lib";
import { useScratch } from "../../support/scratch";
import { newImage, newStack, only, refusalOf, synthesize, wrong } from "../../support/synthesis";

useScratch();

function containerWith(props: Partial<VoBoxContainerProps>) {
  const stack = newStack();
  new VoBoxContainer(stack, "box", {
    image: newImage(),
    fqdn: "vobox.cern.ch",
    cvmfs: CvmfsMount.fromHost(),
    ...props,
  });
  return only(synthesize(stack), "docker_container");
}

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

it.each(["/var/run/docker.sock", "/run/docker.sock"])("refuses the engine's socket %s", (path) =>
  expect(refused([VoBoxMount.bind(path, "/run/docker.sock")])).toContain("no engine's socket"),
);

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
  ["one over the state", { mounts: [VoBoxMount.bind("/a", "/var/lib/vobox")] }],
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
