import { DockerfileParser } from "dockerfile-ast";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BaseImage,
  CvmfsPackage,
  VoBoxFile,
  VoBoxImage,
  type VoBoxImageProps,
  VoBoxServices,
} from "../../../lib";
import { writeBuildContext } from "../../support/build-context";
import { useScratch } from "../../support/scratch";
import { newStack, refusalOf, wrong } from "../../support/synthesis";

const scratch = useScratch();

const imageWith = (props: VoBoxImageProps) => new VoBoxImage(newStack(), "image", props);
const refused = (props: VoBoxImageProps) => refusalOf(() => imageWith(props));

it.each([
  [CvmfsPackage.official(), true],
  [CvmfsPackage.compatible({ files: [] }), true],
  [CvmfsPackage.none(), false],
])("%j: the image knows whether it has a client", (cvmfsPackage, has) =>
  expect(imageWith({ cvmfsPackage }).hasCvmfsClient).toBe(has),
);

it("is the official one unless told otherwise", () =>
  expect(imageWith({}).reference).toBe(
    imageWith({ cvmfsPackage: CvmfsPackage.official() }).reference,
  ));

/** The commands of each RUN of the image's Dockerfile, as their words. */
function runsOf(base: BaseImage, cvmfsPackage: CvmfsPackage): readonly (readonly string[][])[] {
  const { directory } = writeBuildContext(
    {
      base,
      packages: [],
      cvmfsPackage,
      account: { name: "alicesgm", uid: 1000 },
      services: VoBoxServices.jalien().list,
      files: [],
    },
    scratch.folder,
  );
  return DockerfileParser.parse(readFileSync(join(directory, "Dockerfile"), "utf8"))
    .getInstructions()
    .filter((instruction) => instruction.getKeyword() === "RUN")
    .map((run) =>
      run
        .getArguments()
        .map((word) => word.getValue())
        .reduce<string[][]>(
          (commands, word) =>
            word === "&&"
              ? [...commands, []]
              : [...commands.slice(0, -1), [...(commands.at(-1) ?? []), word]],
          [[]],
        ),
    );
}

const dnf = ["dnf", "-y", "install"];
const apt = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes"];
const allowOthers = [
  ["(grep", "-qx", "user_allow_other", "/etc/fuse.conf", "||"],
  ["echo", "user_allow_other", ">>/etc/fuse.conf)"],
].flat();

/** The release package brings the repository's address and keys, so it comes first; `cvmfs` itself wants the configuration. */
const families = [
  {
    family: "EL 9",
    base: BaseImage.el9(),
    releasePackage: "https://cvmrepo.s3.cern.ch/cvmrepo/yum/cvmfs-release-latest.noarch.rpm",
    commandsWith: (releasePackage: string) => [
      [...dnf, releasePackage],
      [...dnf, "--setopt=install_weak_deps=False", "cvmfs", "cvmfs-fuse3"],
      allowOthers,
      ["dnf", "clean", "all"],
    ],
  },
  {
    family: "Debian",
    base: BaseImage.debian(),
    releasePackage: "https://cvmrepo.s3.cern.ch/cvmrepo/apt/cvmfs-release-latest_all.deb",
    commandsWith: (releasePackage: string) => [
      [
        ...["curl", "--fail", "--silent", "--show-error", "--location"],
        ...["--output", "/tmp/cvmfs-release.deb", releasePackage],
      ],
      ["apt-get", "update"],
      [...apt, "--no-install-recommends", "/tmp/cvmfs-release.deb"],
      ["apt-get", "update"],
      [...apt, "--no-install-recommends", "cvmfs", "cvmfs-fuse3"],
      allowOthers,
      ["rm", "-rf", "/tmp/cvmfs-release.deb", "/var/lib/apt/lists/*"],
    ],
  },
] as const;

describe.each(families)("an image of $family", ({ base, releasePackage, commandsWith }) => {
  const official = () => runsOf(base, CvmfsPackage.official());

  it("installs the official client in one step, after the packages that this takes", () => {
    const [packages, client] = official();
    for (const needed of base.requiredPackages) expect(packages.flat()).toContain(needed);
    expect(client).toEqual(commandsWith(releasePackage));
  });

  it("has no other step more than without a client", () => {
    const withClient = official();
    expect(runsOf(base, CvmfsPackage.none())).toEqual(withClient.filter((_, index) => index !== 1));
  });

  it("takes neither autofs nor the set-up for it, which the official instructions call", () =>
    expect(official().flat(2).join("\n")).not.toMatch(/autofs|automount|cvmfs_config/));

  it("takes another release package", () => {
    const other = releasePackage.replace(
      "https://cvmrepo.s3.cern.ch",
      "http://packages.example.org:8080",
    );
    expect(runsOf(base, CvmfsPackage.official({ releasePackage: other }))[1]).toEqual(
      commandsWith(other),
    );
  });
});

it("brings files and packages of another client, and changes the image with them", () => {
  const client = (text: string) =>
    CvmfsPackage.compatible({
      files: [VoBoxFile.fromText("/sbin/mount.cvmfs", text, { mode: 0o755 })],
      packages: ["fuse3"],
    });
  expect(client("a").renderInstall(BaseImage.debian())).toEqual([]);
  const references = [client("a"), client("b"), CvmfsPackage.none()].map(
    (cvmfsPackage) => imageWith({ cvmfsPackage }).reference,
  );
  expect(new Set(references).size).toBe(3);
});

it.each([
  "ftp://x/y.rpm",
  "https://x:65536/y.rpm",
  "https://x:0/y.rpm",
  "https://x/y",
  "https://x/y.rpm; reboot",
  "https://x/$(id).deb",
  "",
  5,
])("refuses the release package %j", (releasePackage) =>
  expect(
    refused({ cvmfsPackage: CvmfsPackage.official({ releasePackage: wrong(releasePackage) }) }),
  ).toContain("image: cvmfsPackage.releasePackage: given "),
);

it("refuses files and packages as it does the image's own, and what is no package", () => {
  const files = [VoBoxFile.fromText("relative", "")];
  expect(refused({ cvmfsPackage: CvmfsPackage.compatible({ files }) })).toContain(
    "cvmfsPackage.files[0].target: given",
  );
  expect(
    refused({ cvmfsPackage: CvmfsPackage.compatible({ files: [], packages: ["a b"] }) }),
  ).toContain("cvmfsPackage.packages[0]: given");
  expect(refused({ cvmfsPackage: wrong("official") })).toContain("CvmfsPackage.official()");
});

it("refuses autofs in an image", () =>
  expect(refused({ packages: ["autofs"] })).toContain(
    'packages[0]: given "autofs"; allowed: no autofs in an image.',
  ));
