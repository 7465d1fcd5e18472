import { Dockerfile, DockerfileParser } from "dockerfile-ast";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BaseImage, CvmfsPackage, VoBoxService, VoBoxServices } from "../../../lib";
import { writeBuildContext } from "../../support/build-context";
import { useScratch } from "../../support/scratch";
import { newStack, refusalOf, wrong } from "../../support/synthesis";

const scratch = useScratch();

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe.each([
  ["el9", BaseImage.el9(), "almalinux:9.6", "dnf"],
  ["debian", BaseImage.debian(), "debian:12-slim", "apt-get"],
] as const)("the Dockerfile of %s", (_name, base, reference, manager) => {
  let text: string;
  let dockerfile: Dockerfile;
  beforeAll(() => {
    const batch = new VoBoxService({ name: "batch", command: ["/usr/sbin/batchd"], user: "batch" });
    const { directory } = writeBuildContext(
      {
        base,
        packages: ["extra-package"],
        cvmfsPackage: CvmfsPackage.official(),
        account: { name: "alicesgm", uid: 1234 },
        services: VoBoxServices.jalien().and(batch).list,
        files: [],
      },
      scratch.folder,
    );
    text = readFileSync(join(directory, "Dockerfile"), "utf8");
    dockerfile = DockerfileParser.parse(text);
  });

  const runs = (): string =>
    dockerfile
      .getInstructions()
      .filter((instruction) => instruction.getKeyword() === "RUN")
      .map((instruction) => instruction.getTextContent())
      .join("\n");

  it("is made from the base alone, with no other frontend", () => {
    expect(dockerfile.getFROMs().map((from) => from.getImage())).toEqual([reference]);
    expect(dockerfile.getDirectives()).toEqual([]);
    expect(text).not.toMatch(/#\s*syntax\s*=/i);
    expect(text).not.toMatch(/:latest/i);
  });

  it("knows its instructions", () =>
    expect(dockerfile.getInstructions().map((instruction) => instruction.getKeyword())).toEqual([
      "FROM",
      "LABEL",
      "RUN",
      "RUN",
      "RUN",
      "ENTRYPOINT",
      "COPY",
      "RUN",
    ]));

  it("installs what the VO-Box and the caller need", () => {
    expect(base.requiredPackages).toContain("supervisor");
    for (const name of [...base.requiredPackages, "extra-package"])
      expect(runs()).toMatch(new RegExp(`^ +${name}( \\\\)?$`, "m"));
    expect(runs()).toContain(`${manager} `);
  });

  it("makes the accounts and locks root's password", () => {
    expect(runs()).toContain("groupadd --gid 1234 alicesgm");
    expect(runs()).toContain("useradd --uid 1234 --gid 1234");
    expect(runs()).toContain("useradd --system --shell /sbin/nologin batch");
    expect(runs()).toContain("usermod --lock root");
  });

  it("starts init without a shell between", () => {
    const entrypoint = dockerfile.getENTRYPOINTs()[0];
    expect(entrypoint.getOpeningBracket()).not.toBeNull();
    expect(entrypoint.getJSONStrings().map((one) => one.getValue())).toEqual(['"/etc/init.sh"']);
  });

  it("gives each file its mode", () => {
    expect(runs()).toContain("install -D -m 0755 ./etc/init.sh /etc/init.sh");
    expect(runs()).toContain(
      "install -D -m 0644 ./etc/vobox/supervisord.conf /etc/vobox/supervisord.conf",
    );
  });

  it("takes nothing from the machine and holds no secret", () => {
    const keywords = dockerfile.getInstructions().map((instruction) => instruction.getKeyword());
    for (const keyword of ["ARG", "ENV", "ADD"]) expect(keywords).not.toContain(keyword);
    expect(text).not.toMatch(/password|secret|token|PRIVATE KEY/i);
  });
});

describe("validate", () => {
  const validate = (reference: unknown): void =>
    BaseImage.el9({ reference: wrong(reference) }).validate(newStack(), "base");

  it.each([
    "almalinux:9.6",
    "debian:12-slim",
    "registry.cern.ch/alice/el9:v1.2_x",
    "localhost:5000/base:1",
    "localhost:65535/base:1",
    "almalinux@" + digest,
    "almalinux:9.6@" + digest,
    "a__b/c--d.e:x",
  ])("takes %s", (reference) => expect(() => validate(reference)).not.toThrow());

  it.each([
    "almalinux",
    "almalinux:latest",
    "localhost:0/base:1",
    "localhost:65536/base:1",
    "registry.cern.ch/alice/el9:latest",
    "localhost:5000/base",
    "almalinux:",
    "almalinux:9.6\nRUN id",
    "almalinux:9.6 AS x",
    "AlmaLinux:9",
    "debian:12:13",
    "a//b:1",
    "/a:1",
    "-a:1",
    "almalinux@sha256:abc",
    "",
    undefined,
    null,
    9.6,
  ])("refuses %j", (reference) =>
    expect(refusalOf(() => validate(reference))).toContain(
      `site: base.reference: given ${reference === undefined ? "undefined" : JSON.stringify(reference)}; allowed: ` +
        "name:tag with a version as the tag (not latest), or name@sha256:digest. " +
        "Without a fixed version the same sources would give different images.",
    ),
  );

  it("refuses a reference that stands alone", () =>
    expect(refusalOf(() => BaseImage.el9(wrong("almalinux:9.6")))).toContain(
      'BaseImage: props: given "almalinux:9.6"; allowed: an object with named values.',
    ));

  it("names the default references", () => {
    expect(BaseImage.el9().reference).toBe(BaseImage.el9Reference);
    expect(BaseImage.debian().reference).toBe(BaseImage.debianReference);
  });

  it("refuses a base of a caller's own that names nothing", () =>
    expect(refusalOf(() => BaseImage.debian(wrong({})).validate(newStack(), "base"))).toContain(
      "base.reference: given undefined",
    ));
});
