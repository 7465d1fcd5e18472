import { App, Lazy, TerraformStack, Testing, Token } from "cdktf";
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  BaseImage,
  VoBoxFile,
  VoBoxImage,
  type VoBoxImageProps,
  VoBoxService,
  type VoBoxServiceProps,
  VoBoxServices,
} from "../../../lib";
import { compiledEnvironment, compileTo } from "../../support/compiled";
import { useScratch } from "../../support/scratch";
import {
  badNumbers,
  newStack,
  only,
  pemKey,
  refusalOf,
  type Synthesized,
  synthesize,
  wrong,
} from "../../support/synthesis";
import { run } from "../../support/tools";

const scratch = useScratch();

function tagWith(props: VoBoxImageProps = {}): string {
  return new VoBoxImage(newStack(), "image", props).reference;
}

describe("an image", () => {
  let stack: TerraformStack;
  let image: VoBoxImage;
  let synthesized: Synthesized;
  beforeAll(() => {
    stack = newStack();
    image = new VoBoxImage(stack, "image");
    synthesized = synthesize(stack);
  });

  it("is named by its content", () => {
    expect(image.reference).toMatch(/^vobox:[0-9a-f]{16}$/);
  });

  it("tells how long its services take to stop, one after the other", () => {
    const seconds = VoBoxServices.jalien().list.map(({ stopSeconds }) => stopSeconds);
    expect(image.stopSeconds).toBe(seconds[0] + seconds[1]);
  });

  it("guard 4: is built before the old one is dropped, which stays on the engine", () => {
    const { triggers, build, ...rest } = only(synthesized, "docker_image");
    expect(rest).toEqual({
      name: image.reference,
      keep_locally: true,
      lifecycle: { create_before_destroy: true },
      timeouts: { create: "20m" },
    });
    const hash = (triggers as { content: string }).content;
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(image.reference).toBe(`vobox:${hash.slice(0, 16)}`);
    expect(build).toEqual({
      context: expect.stringMatching(/^assets\/[^/]+\/[0-9A-Fa-f]+$/) as string,
      dockerfile: "Dockerfile",
      network_mode: "host",
      use_legacy_builder: true,
    });
  });

  it("is made from EL 9 by default", () => {
    expect(image.reference).toBe(tagWith({ base: BaseImage.el9() }));
    expect(image.reference).not.toBe(tagWith({ base: BaseImage.debian() }));
  });
});

describe("its tag", () => {
  const a = VoBoxFile.fromText("/etc/a", "a");
  const b = VoBoxFile.fromText("/etc/b", "b");
  const base: VoBoxImageProps = { packages: ["tmux", "vim"], files: [a, b] };
  let tag: string;
  beforeAll(() => {
    tag = tagWith(base);
  });

  it.each<[string, VoBoxImageProps]>([
    ["the same again", {}],
    ["packages in another order", { packages: ["vim", "tmux"] }],
    [
      "a package twice, and one that is needed in any case",
      { packages: ["vim", "tmux", "vim", "tar"] },
    ],
    ["files in another order", { files: [b, a] }],
    [
      "the defaults by name",
      { services: VoBoxServices.jalien(), base: BaseImage.el9(), accountUid: 1000 },
    ],
  ])("stays with %s", (_name, props) => expect(tagWith({ ...base, ...props })).toBe(tag));

  it("changes with each of these to another", () => {
    const extra = (props: object = {}): VoBoxServices =>
      VoBoxServices.jalien().and(new VoBoxService({ name: "x", command: ["/x"], ...props }));
    const changes: VoBoxImageProps[] = [
      { files: [VoBoxFile.fromText("/etc/a", "A"), b] },
      { files: [VoBoxFile.fromText("/etc/a", "a", { mode: 0o600 }), b] },
      { files: [VoBoxFile.fromText("/etc/c", "a"), b] },
      { files: [a] },
      { packages: ["tmux"] },
      { packages: ["tmux", "vim", "zsh"] },
      { base: BaseImage.debian() },
      { base: BaseImage.el9({ reference: "almalinux:9.7" }) },
      { accountUid: 1001 },
      { services: VoBoxServices.jalien().only("ce") },
      { services: extra() },
      { services: extra({ command: ["/x", "-v"] }) },
      { services: extra({ user: "batch" }) },
      { services: extra({ environmentFile: "/etc/x.env" }) },
      { services: extra({ stopSignal: "INT" }) },
      { services: extra({ stopSeconds: 11 }) },
      { services: extra({ priority: 501 }) },
      { services: extra({ healthCommand: ["/x", "--check"] }) },
    ];
    const tags = changes.map((props) => tagWith({ ...base, ...props }));
    expect(new Set([tag, ...tags]).size).toBe(changes.length + 1);
  });

  it("does not depend on the image's name", () =>
    expect(tagWith({ ...base, name: "alice/vobox" })).toBe(tag.replace("vobox", "alice/vobox")));
});

/** The library in a folder of its own. */
function checkOut(name: string): string {
  const folder = join(scratch.folder, name);
  compileTo(folder, "lib");
  return folder;
}

function shippedIn(folder: string): string[] {
  const rootfs = join(folder, "lib/image/rootfs");
  return readdirSync(rootfs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The tag that a process of its own computes there. */
function tagIn(folder: string, umask: string): string {
  const script = `
    process.umask(0o${umask});
    const { App, TerraformStack } = require("cdktf");
    const { VoBoxImage } = require("./lib");
    const stack = new TerraformStack(new App({ outdir: "out" }), "site");
    console.log(new VoBoxImage(stack, "image").reference);`;
  const env = { ...compiledEnvironment(), TMPDIR: scratch.folder };
  const { code, stdout, stderr } = run(process.execPath, ["-e", script], { cwd: folder, env });
  expect([code, stderr]).toEqual([0, ""]);
  return stdout.trim();
}

describe("its tag in another checkout", () => {
  let here: string;
  let folder: string;
  beforeAll(() => {
    here = tagWith();
    folder = checkOut("checkout");
  });

  it("is the same, with other times and the modes of another umask", () => {
    for (const path of shippedIn(folder)) {
      const executable = (statSync(path).mode & 0o100) !== 0;
      chmodSync(path, executable ? 0o700 : 0o600);
      utimesSync(path, 1, 1);
    }
    expect(tagIn(folder, "077")).toBe(here);
  });

  it("is another when a shipped file changes by a byte, or becomes executable", () => {
    const changed = join(folder, "lib/image/rootfs/etc/vobox/supervisord.conf");
    const before = readFileSync(changed);
    appendFileSync(changed, "\n");
    const byByte = tagIn(folder, "022");
    writeFileSync(changed, before);
    chmodSync(changed, 0o755);
    const byMode = tagIn(folder, "022");
    expect(new Set([here, byByte, byMode]).size).toBe(3);
  });
});

describe("its context on disk", () => {
  it("guard 16: lies in a folder of its own in the output of its stack: the one of an earlier synthesis goes", () => {
    const contexts = (outdir: string): string[] =>
      readdirSync(join(outdir, "stacks/s/assets/image"));
    const outdir = join(scratch.folder, "output");
    const references = ["", "changed"].map((text) => {
      const app = Testing.stubVersion(new App({ outdir }));
      const image = new VoBoxImage(new TerraformStack(app, "s"), "image", {
        files: [VoBoxFile.fromText("/etc/a", text)],
      });
      // Terraform runs there, and up to 3.x the provider takes a Dockerfile of that folder first.
      expect(readdirSync(join(outdir, "stacks/s"))).not.toContain("Dockerfile");
      expect(contexts(outdir)).toEqual([expect.stringContaining(image.reference.split(":")[1])]);
      return image.reference;
    });
    expect(new Set(references).size).toBe(2);
  });
});

describe("refusals", () => {
  const refused = (props: unknown): string => {
    const message = refusalOf(
      () => new VoBoxImage(newStack(), "image", wrong<VoBoxImageProps>(props)),
    );
    expect(message.startsWith("site/image: ")).toBe(true);
    return message.slice("site/image: ".length);
  };
  const shown = (value: unknown): string => JSON.stringify(value) ?? "undefined";

  it.each([
    "vobox:latest",
    "vobox:1",
    "",
    "VoBox",
    "/vobox",
    "vobox/",
    "a b",
    "vobox\n",
    "a@sha256:x",
    5,
  ])("the name %j", (name) =>
    expect(refused({ name })).toContain(
      `name: given ${shown(name)}; allowed: lower-case letters, digits, and . _ - / between them, without a tag. The tag is the hash of the content.`,
    ),
  );

  it.each(["", "-y", "a b", "a;id", "a\nb", "$(id)", "a && b", undefined, null, 5])(
    "the package %j",
    (name) =>
      expect(refused({ packages: ["vim", name] })).toContain(
        `packages[1]: given ${shown(name)}; allowed: the name of a package.`,
      ),
  );

  it.each(["packages", "files"])("%s that are no list", (property) =>
    expect(refused({ [property]: "vim" })).toContain(`${property}: given "vim"; allowed: a list.`),
  );

  it("an account number out of range", () => {
    for (const accountUid of badNumbers(1, 60000))
      expect(refused({ accountUid })).toContain(
        `; allowed: a whole number of user numbers from 1 to 60000.`,
      );
  });

  it("two files of one path, and a path that is none", () => {
    const file = VoBoxFile.fromText("/etc/a", "");
    expect(refused({ files: [file, file] })).toContain(
      'files[1]: given "/etc/a"; allowed: each one once. Remove the second /etc/a.',
    );
    expect(refused({ files: [VoBoxFile.fromText("../a", "")] })).toContain(
      'files[0].target: given "../a"',
    );
  });

  it("a file below another file, a shipped one included", () => {
    expect(refused({ files: [VoBoxFile.fromText("/etc/init.sh/a", "")] })).toContain(
      'files: given "/etc/init.sh/a"; allowed: no file below /etc/init.sh, which is a file itself. Give one of the two another path.',
    );
  });

  const profiles =
    "VoBoxServices.jalien(), VoBoxServices.alien() or VoBoxServices.of(new VoBoxService({ … }))";
  const ways = "VoBoxFile.fromPath(source, target) or VoBoxFile.fromText(target, text)";
  it.each<[place: string, given: unknown, allowed: string, props: unknown]>([
    ["base", "debian:12", "BaseImage.el9() or BaseImage.debian()", { base: "debian:12" }],
    ["services", ["ce"], profiles, { services: ["ce"] }],
    ["services[0]", "ce", "new VoBoxService({ … })", { services: VoBoxServices.of(wrong("ce")) }],
    ["files[0]", "x", ways, { files: ["x"] }],
    ["files[0]", null, ways, { files: [null] }],
    ["props", "debian", "an object with named values", "debian"],
  ])("%s of another kind, %j", (place, given, allowed, props) =>
    expect(refused(props)).toContain(
      `${place}: given ${JSON.stringify(given)}; allowed: ${allowed}.`,
    ),
  );

  it("a base without a fixed version, a service that daemonises", () => {
    expect(refused({ base: BaseImage.el9({ reference: "almalinux:latest" }) })).toContain(
      'base.reference: given "almalinux:latest"',
    );
    const service = new VoBoxService({ name: "x", command: ["nohup", "x"] });
    expect(refused({ services: VoBoxServices.of(service) })).toContain(
      "services[0].command: given",
    );
  });

  it.each<[string, unknown]>([
    ["files[0].content", { files: [VoBoxFile.fromText("/etc/key", `x\n${pemKey}`)] }],
    ["packages[0]", { packages: [pemKey] }],
    ["name", { name: pemKey }],
    [
      "services.list[0].command[1]",
      { services: VoBoxServices.of(new VoBoxService({ name: "x", command: ["x", pemKey] })) },
    ],
    ["base.reference", { base: BaseImage.el9({ reference: pemKey }) }],
  ])("a private key in %s, unseen in the message", (place, props) => {
    const message = refused(props);
    expect(message).toMatch(
      /: given a private key; allowed: no private key\. .* bind a directory of the host/,
    );
    expect(message.startsWith(`${place}: `)).toBe(true);
    expect(message).not.toContain("MIIB");
  });

  it("values that are not known at synthesis, for they would be hashed and written as they stand", () => {
    const text = Lazy.stringValue({ produce: () => "later" });
    const message =
      "given a value that only Terraform will know; allowed: values that are known at synthesis. What is known later belongs to the container.";
    expect(refused({ packages: [text] })).toBe(`packages[0]: ${message}`);
    expect(refused({ accountUid: Token.asNumber("${var.uid}") })).toBe(`accountUid: ${message}`);
  });

  const late = Lazy.stringValue({ produce: () => "later" });
  const lateNumber = Token.asNumber("${var.late}");
  it.each<[place: string, props: Partial<VoBoxServiceProps>]>([
    ["name", { name: late }],
    ["command[1]", { command: ["x", late] }],
    ["user", { user: late }],
    ["environmentFile", { environmentFile: late }],
    ["startSeconds", { startSeconds: lateNumber }],
    ["stopSeconds", { stopSeconds: lateNumber }],
    ["priority", { priority: lateNumber }],
    ["healthCommand[0]", { healthCommand: [late] }],
  ])("a service's %s that is not known at synthesis, beside a profile's", (place, props) => {
    const service = new VoBoxService({ name: "own", command: ["x"], ...props });
    expect(refused({ services: VoBoxServices.alien().and(service) })).toContain(
      `services.list[4].${place}: given a value that only Terraform will know; allowed: values that are known at synthesis. ` +
        "What is known later belongs to the container.",
    );
  });
});
