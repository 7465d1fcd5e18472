import { Lazy } from "cdktf";
import {
  CvmfsClient,
  type CvmfsFromHostProps,
  type CvmfsInContainerProps,
  CvmfsMount,
  CvmfsPackage,
  CvmfsProxy,
  CvmfsRepository,
  type IVoBoxImage,
  VoBoxImage,
} from "../../../lib";
import { useScratch } from "../../support/scratch";
import { newImage, newStack, refusalOf, wrong } from "../../support/synthesis";

useScratch();

let image: IVoBoxImage;
let bare: IVoBoxImage;
beforeAll(() => {
  image = newImage();
  bare = new VoBoxImage(newStack(), "bare", { cvmfsPackage: CvmfsPackage.none() });
});

function validate(props: CvmfsFromHostProps): void {
  CvmfsMount.fromHost(props).validate(newStack(), "cvmfs", bare);
}

describe("CvmfsMount.fromHost", () => {
  it("binds /cvmfs read-only, and so that later mounts of autofs are seen inside", () => {
    expect(CvmfsMount.fromHost().demands("box").mounts).toEqual([
      {
        type: "bind",
        source: "/cvmfs",
        target: "/cvmfs",
        readOnly: true,
        bindOptions: { propagation: "rslave" },
      },
    ]);
  });

  it("takes another path of the host, and one repository alone", () => {
    const repositories = [CvmfsRepository.alice()];
    const props = { mountPoint: "/cvmfs/alice.cern.ch", hostPath: "/srv/alice", repositories };
    expect(() => validate(props)).not.toThrow();
    expect(CvmfsMount.fromHost(props).demands("box").mounts?.[0]).toMatchObject({
      source: "/srv/alice",
      target: "/cvmfs/alice.cern.ch",
      readOnly: true,
      bindOptions: { propagation: "rslave" },
    });
  });

  it("tells init and health the repositories and their probe files", () => {
    expect(CvmfsMount.fromHost().demands("box").environment).toEqual({
      VOBOX_CVMFS_REPOSITORIES: "alice.cern.ch alice-ocdb.cern.ch",
      VOBOX_CVMFS_PROBE_FILES: "alice.cern.ch=bin/alienv",
    });
    const repositories = [CvmfsRepository.aliceOcdb()];
    expect(CvmfsMount.fromHost({ repositories }).demands("box").environment).toEqual({
      VOBOX_CVMFS_REPOSITORIES: "alice-ocdb.cern.ch",
    });
  });
});

describe("CvmfsMount.inContainer", () => {
  const demands = (props?: CvmfsInContainerProps) => CvmfsMount.inContainer(props).demands("box");

  it("asks for what mounting takes, and not to be privileged", () => {
    const { capabilities, devices, securityOptions } = demands();
    expect({ capabilities, devices, securityOptions }).toEqual({
      capabilities: ["SYS_ADMIN"],
      devices: ["/dev/fuse"],
      securityOptions: ["apparmor=unconfined"],
    });
  });

  it("has a cache of its own, and nothing of the host's", () => {
    const { mounts, volumeNames } = demands();
    expect(mounts).toEqual([
      { type: "volume", source: "box-cvmfs-cache", target: "/var/lib/cvmfs" },
    ]);
    expect(volumeNames).toEqual({ cvmfsCache: "box-cvmfs-cache" });
  });

  it("tells init the repositories, and which one is mounted first", () => {
    expect(demands().environment).toEqual({
      VOBOX_CVMFS_CONFIG_REPOSITORY: "cvmfs-config.cern.ch",
      VOBOX_CVMFS_REPOSITORIES: "alice.cern.ch alice-ocdb.cern.ch",
      VOBOX_CVMFS_PROBE_FILES: "alice.cern.ch=bin/alienv",
    });
    expect(
      demands({ configRepository: "config-osg.opensciencegrid.org" }).environment,
    ).toMatchObject({ VOBOX_CVMFS_CONFIG_REPOSITORY: "config-osg.opensciencegrid.org" });
  });

  it("puts the client's default.local into the container", () => {
    const mount = CvmfsMount.inContainer({
      client: new CvmfsClient({ proxy: CvmfsProxy.through("http://squid:3128") }),
    });
    expect(mount.demands("box").files).toEqual({ "/etc/cvmfs/default.local": mount.defaultLocal });
    expect(mount.defaultLocal).toContain("CVMFS_HTTP_PROXY='http://squid:3128'");
  });

  const refused = (props: CvmfsInContainerProps, of: IVoBoxImage = image) =>
    refusalOf(() => CvmfsMount.inContainer(props).validate(newStack(), "cvmfs", of));

  it("needs an image with a client", () =>
    expect(refused({}, bare)).toContain(
      'site: cvmfs: given "CvmfsMount.inContainer()"; allowed: CvmfsMount.fromHost() with this image, which ' +
        "holds no CVMFS client. Give the image a client: cvmfsPackage: CvmfsPackage.official().",
    ));

  it("refuses a configuration repository that is none, bad repositories and bad settings", () => {
    expect(refused({ configRepository: "cern" })).toContain(
      'cvmfs.configRepository.name: given "cern"',
    );
    expect(refused({ repositories: [] })).toContain("cvmfs.repositories: given []");
    expect(refused({ client: wrong({}) })).toContain("allowed: new CvmfsClient({ … })");
    expect(refused({ client: new CvmfsClient({ quotaMegabytes: 1 }) })).toContain(
      "cvmfs.client.quotaMegabytes: given 1",
    );
    expect(refusalOf(() => CvmfsMount.inContainer(wrong("x")))).toContain("an object");
  });
});

it("says what belongs into the default.local of a host, where that is not the host's own affair", () => {
  expect(CvmfsMount.fromHost().defaultLocal).toBeUndefined();
  const client = new CvmfsClient();
  const mount = CvmfsMount.fromHost({ client });
  expect(mount.defaultLocal).toBe(client.renderDefaultLocal(mount.repositories));
  expect(mount.demands("box")).not.toHaveProperty("files");
});

describe("validate", () => {
  it("refuses repositories and props of another kind", () => {
    expect(refusalOf(() => validate({ repositories: wrong(["alice.cern.ch"]) }))).toContain(
      'site: cvmfs.repositories[0]: given "alice.cern.ch"; allowed: CvmfsRepository.alice(), ' +
        'CvmfsRepository.aliceOcdb() or new CvmfsRepository("<name>.<domain>").',
    );
    expect(refusalOf(() => CvmfsMount.fromHost(wrong("/cvmfs")))).toContain(
      'CvmfsMount: props: given "/cvmfs"; allowed: an object with named values.',
    );
    expect(refusalOf(() => new CvmfsRepository("a.cern.ch", wrong("bin/x")))).toContain(
      'CvmfsRepository: options: given "bin/x"; allowed: an object with named values.',
    );
  });

  it("takes the defaults", () => expect(() => validate({})).not.toThrow());

  it("lets unresolved tokens through", () => {
    const token = Lazy.stringValue({ produce: () => "later" });
    expect(() => validate({ mountPoint: token })).not.toThrow();
    expect(() => validate({ hostPath: token })).not.toThrow();
    expect(() => validate({ repositories: [new CvmfsRepository(token)] })).not.toThrow();
  });

  const mountPointAllowed =
    "/cvmfs, or one repository's directory in it. The software on CVMFS is built";
  it.each([
    "/mnt/cvmfs",
    "/cvmfs/",
    "/cvmfsx",
    "/cvmfs/..",
    "/cvmfs/a/b",
    "cvmfs",
    "",
    "/",
    "/cvmfs\n",
  ])("refuses the mount point %j", (mountPoint) =>
    expect(refusalOf(() => validate({ mountPoint }))).toContain(
      `site: cvmfs.mountPoint: given ${JSON.stringify(mountPoint)}; allowed: ${mountPointAllowed}`,
    ),
  );

  it.each(["/", "srv/cvmfs", "/srv/../etc", "/srv/cvmfs:rw /x", "", "/a\nb"])(
    "refuses the host path %j",
    (hostPath) =>
      expect(refusalOf(() => validate({ hostPath }))).toContain(
        `site: cvmfs.hostPath: given ${JSON.stringify(hostPath)}; allowed: an absolute path on the host`,
      ),
  );

  it.each([5, true, {}])("refuses %j where a path belongs", (value) => {
    expect(refusalOf(() => validate({ mountPoint: wrong(value) }))).toContain(
      "cvmfs.mountPoint: given",
    );
    const props = { mountPoint: "/cvmfs", hostPath: wrong<string>(value) };
    expect(refusalOf(() => validate(props))).toContain("cvmfs.hostPath: given");
  });

  it.each([
    "alice",
    "Alice.cern.ch",
    "alice.cern.ch.",
    ".cern.ch",
    "a b.ch",
    "alice..ch",
    "../etc.x",
    "",
    "a.b\n",
  ])("refuses the repository %j", (name) =>
    expect(refusalOf(() => validate({ repositories: [new CvmfsRepository(name)] }))).toContain(
      `site: cvmfs.repositories[0].name: given ${JSON.stringify(name)}; allowed: <name>.<domain> in lower case, such as alice.cern.ch.`,
    ),
  );

  it.each([undefined, null, 5])("refuses %j for a repository's name", (name) =>
    expect(
      refusalOf(() => validate({ repositories: [new CvmfsRepository(wrong(name))] })),
    ).toContain("cvmfs.repositories[0].name: given"),
  );

  it.each(["/bin/x", "../x", "a/../../x", "a b", "a=b", "", "a\nb"])(
    "refuses the probe file %j",
    (probeFile) => {
      const repositories = [new CvmfsRepository("alice.cern.ch", { probeFile })];
      expect(refusalOf(() => validate({ repositories }))).toContain(
        `cvmfs.repositories[0].probeFile: given ${JSON.stringify(probeFile)}; allowed: a path below the repository's top`,
      );
    },
  );

  it("refuses an empty set, a text for a list, and a repository that is named twice", () => {
    expect(refusalOf(() => validate({ repositories: [] }))).toContain(
      "site: cvmfs.repositories: given []; allowed: at least one repository. JAliEn itself comes from alice.cern.ch.",
    );
    expect(refusalOf(() => validate({ repositories: wrong("alice.cern.ch") }))).toContain(
      'site: cvmfs.repositories: given "alice.cern.ch"; allowed: a list.',
    );
    const twice = [CvmfsRepository.alice(), new CvmfsRepository("alice.cern.ch")];
    expect(refusalOf(() => validate({ repositories: twice }))).toContain(
      'cvmfs.repositories[1]: given "alice.cern.ch"; allowed: each one once. Remove',
    );
  });

  it("refuses a repository that the mount point does not hold", () => {
    const props = { mountPoint: "/cvmfs/alice.cern.ch" };
    expect(refusalOf(() => validate(props))).toContain(
      'site: cvmfs.repositories[1]: given "alice-ocdb.cern.ch"; allowed: repositories below /cvmfs/alice.cern.ch. Bind /cvmfs as a whole.',
    );
  });
});
