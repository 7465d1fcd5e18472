import { hasForeignAutofs, ownMountPoints, parseMounts } from "../../../local/cvmfs/mounts";

const map = "/srv/my site/auto.cvmfs";
const root = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw";
const own =
  "40 22 0:50 / /cvmfs rw,relatime shared:9 - autofs /srv/my\\040site/auto.cvmfs rw,fd=6,pgrp=77,timeout=600";
const client =
  "41 40 0:51 / /cvmfs/alice.cern.ch ro,nosuid shared:10 - fuse cvmfs-compatible-client ro,user_id=0";
const official =
  "30 22 0:40 / /cvmfs rw,relatime - autofs /etc/auto.cvmfs rw,fd=6,pgrp=12,timeout=600";
const officialClient = "31 30 0:41 / /cvmfs/atlas.cern.ch ro,nosuid - fuse cvmfs2 ro,user_id=0";

function ofOwn(...lines: string[]): string[] {
  return ownMountPoints(parseMounts(`${lines.join("\n")}\n`), map);
}

describe("ownMountPoints", () => {
  it("names the automount's own mounts, repositories first", () => {
    expect(ofOwn(root, own, client)).toEqual(["/cvmfs/alice.cern.ch", "/cvmfs"]);
  });

  it("leaves a site's own CVMFS alone", () => {
    expect(ofOwn(root, official, officialClient)).toEqual([]);
    const direct = "42 22 0:52 / /cvmfs/atlas.cern.ch ro - fuse cvmfs-compatible-client ro";
    expect(ofOwn(root, direct)).toEqual([]);
  });

  it("unmounts both of two that lie over each other, after a crash of the first", () => {
    expect(ofOwn(root, own, own.replace("40 22", "43 40"))).toEqual(["/cvmfs", "/cvmfs"]);
  });

  it("does not unmount what another automount has put over it since", () => {
    expect(ofOwn(root, own, client, official.replace("30 22", "44 40"))).toEqual([
      "/cvmfs/alice.cern.ch",
    ]);
  });
});

describe("hasForeignAutofs", () => {
  it("tells a site's own automount on /cvmfs from ours and from those elsewhere", () => {
    const elsewhere = official.replace("/cvmfs rw", "/misc rw");
    expect(hasForeignAutofs(parseMounts([root, own, client, elsewhere].join("\n")), map)).toBe(
      false,
    );
    expect(hasForeignAutofs(parseMounts([root, official].join("\n")), map)).toBe(true);
  });
});
