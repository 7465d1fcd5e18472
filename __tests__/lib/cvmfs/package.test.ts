import { BaseImage, CvmfsPackage, VoBoxFile, VoBoxImage, type VoBoxImageProps } from "../../../lib";
import { useScratch } from "../../support/scratch";
import { newStack, refusalOf, wrong } from "../../support/synthesis";

useScratch();

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

it.each([
  [
    BaseImage.el9(),
    /^RUN dnf -y install https:\/\/\S+\.rpm \\\n && dnf -y install .*cvmfs cvmfs-fuse3/,
  ],
  [
    BaseImage.debian(),
    /^RUN curl --fail .* https:\/\/\S+\.deb \\\n(.*\n)+.*install .*cvmfs cvmfs-fuse3/,
  ],
])("installs the official package of %j's family", (base, pattern) => {
  const [run, ...others] = CvmfsPackage.official().renderInstall(base);
  expect(run).toMatch(pattern);
  expect(others).toEqual([]);
});

it.each([BaseImage.el9(), BaseImage.debian()])("takes another release package for %j", (base) => {
  const releasePackage = "http://mirror.example.org:8080/cvmfs-release.deb";
  const [run] = CvmfsPackage.official({ releasePackage }).renderInstall(base);
  expect(run).toContain(` ${releasePackage} `);
  expect(run).not.toContain("cern.ch");
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

it.each(["ftp://x/y.rpm", "https://x/y", "https://x/y.rpm; reboot", "https://x/$(id).deb", "", 5])(
  "refuses the release package %j",
  (releasePackage) =>
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
