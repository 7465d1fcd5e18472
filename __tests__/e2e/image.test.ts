import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  BaseImage,
  DnsSettings,
  VoBoxFile,
  VoBoxService,
  VoBoxServices,
  type VoBoxImageProps,
} from "../../lib";
import { run } from "../../local/support/run";
import type { VoBoxApp } from "../../stacks/app";
import { Site, type SiteProps } from "../../stacks/site";
import { compiledEnvironment, top } from "../support/compiled";
import { describeE2e, e2eParts } from "./support/parts";
import { compatibleCvmfsPackage, SiteHost } from "./support/site-host";

jest.setTimeout(120_000);

const shippedRootfs = join(top, "lib/image/rootfs");
const stack = "nemesis-image";

describeE2e("the image", () => {
  let site: SiteHost;
  /** Name and tag of the image that the first deployment built, from another checkout and under umask 077. */
  let first: string;

  beforeAll(async () => {
    site = await SiteHost.start({ name: "image-host" });
    await synthesizeElsewhere("077");
    const before = await imageIds();
    await site.apply(stack);
    const [id, ...others] = (await imageIds()).filter((one) => !before.includes(one));
    expect(others).toEqual([]);
    first = [...(await site.images())].find(([, one]) => one === id)![0];
  });
  afterAll(() => site?.destroy());

  describe("built from a checkout and a synthesis under umask 077", () => {
    test("has all files with their modes, root's, in directories that everyone may read", async () => {
      const shipped = readdirSync(shippedRootfs, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(shippedRootfs.length));
      const rendered = ["ce", "monalisa"].map((name) => `/etc/vobox/supervisor.d/50-${name}.conf`);
      const expected = [
        ...shipped.map((path) => [path, executable(path) ? "755" : "644"]),
        ...[...rendered, "/etc/vobox/image.json", "/etc/vobox/image.sh"].map((path) => [
          path,
          "644",
        ]),
      ];
      const found = await inImage(
        first,
        "stat",
        "--format=%n %a %U:%G",
        ...expected.map(([path]) => path),
      );
      expect(found.trim().split("\n")).toEqual(
        expected.map(([path, mode]) => `${path} ${mode} root:root`),
      );
      const directories = ["/etc", "/usr", "/usr/libexec", "/etc/vobox", "/usr/libexec/vobox"];
      const modes = await inImage(first, "stat", "--format=%a", ...directories);
      expect(modes.trim().split("\n")).toEqual(directories.map(() => "755"));
      const below = ["/etc/vobox", "/usr/libexec/vobox", "-type", "d", "!", "-perm", "755"];
      expect(await inImage(first, "find", ...below)).toBe("");
    });

    test("leaves nothing of the build in /tmp", async () => {
      expect(await inImage(first, "ls", "-A", "/tmp")).toBe("");
    });

    test("has a configuration that its own supervisord reads", async () => {
      const reader = readFileSync(join(top, "__tests__/support/supervisor-programs.py"), "utf8");
      const configuration = "/etc/vobox/supervisord.conf";
      // The directory that init.sh makes.
      const output = await inImage(
        first,
        ...["sh", "-c", 'mkdir /run/vobox && exec python3 -c "$0" "$1"', reader, configuration],
      );
      const programs = JSON.parse(output) as Record<string, { readonly uid: number | null }>;
      expect(Object.keys(programs).sort()).toEqual(["ce", "monalisa", "resolv-conf-keeper"]);
      const account = await inImage(first, "id", "--user", "alicesgm");
      expect(programs["ce"]?.uid).toBe(Number(account));
      expect(programs["monalisa"]?.uid).toBe(Number(account));
    });
  });

  describe("is not built again for", () => {
    afterEach(async () => {
      const images = await site.images();
      await site.apply(stack);
      expect(await site.images()).toEqual(images);
    });

    test("this checkout, with another umask", async () => {
      site.synthesize((app) => site.nemesis(app));
      expect((await site.plan(stack)).exitCode).toBe(0);
    });

    test("yet another checkout", async () => {
      await synthesizeElsewhere("022");
      expect((await site.plan(stack)).exitCode).toBe(0);
    });

    test("a site's startup commands or resolvers", async () => {
      const dns = new DnsSettings({ servers: ["10.0.0.3", "10.0.0.1"] });
      describeImage({}, { dns, startupDirectory: site.directory });
      expect((await site.plan(stack)).exitCode).toBe(0);
    });
  });

  test("is not built again for a touched file", async () => {
    const source = join(site.directory, "note");
    writeFileSync(source, "note\n");
    describeImage({ files: [VoBoxFile.fromPath(source, "/etc/note")] });
    await site.apply(stack);
    const images = await site.images();

    utimesSync(source, 0, 0);
    // Of its mode only whether it may be executed counts.
    chmodSync(source, 0o600);
    describeImage({ files: [VoBoxFile.fromPath(source, "/etc/note")] });
    expect((await site.plan(stack)).exitCode).toBe(0);
    await site.apply(stack);
    expect(await site.images()).toEqual(images);
  });

  test("is built once for a file, and once more for its other mode", async () => {
    const text = ["/etc/release-note", "1\n"] as const;
    await expectOneNewImage({ files: [VoBoxFile.fromText(...text)] });
    await expectOneNewImage({ files: [VoBoxFile.fromText(...text, { mode: 0o600 })] });
    await expectOneNewImage({ files: [VoBoxFile.fromText("/etc/release-note", "2\n")] });
  });

  test("is built once for a service", async () => {
    const batch = new VoBoxService({ name: "batch", command: ["sleep", "infinity"] });
    await expectOneNewImage({ services: VoBoxServices.jalien().and(batch) });
  });

  test("is built once for another base, and locks the password that its root has", async () => {
    // It has the packages already: the step that installs them runs again, with little to do.
    const reference = "debian-with-packages:1";
    const change = "userdel --remove alicesgm && echo root:known | chpasswd";
    const options = ["run", "--name", "base", "--network", "none", "--entrypoint", "sh"];
    await site.docker(...options, first, "-c", change);
    await site.docker("commit", "base", reference);
    await site.docker("rm", "base");
    expect(await inImage(reference, "passwd", "--status", "root")).toMatch(/^root P /);

    const built = await expectOneNewImage({ base: BaseImage.debian({ reference }) });
    expect(await inImage(built, "passwd", "--status", "root")).toMatch(/^root L /);
  });

  /** Describes the site in this process. */
  function describeImage(image: VoBoxImageProps, vobox: Partial<SiteProps["vobox"]> = {}): void {
    site.synthesize(
      (app: VoBoxApp) =>
        new Site(app, "nemesis", {
          engine: site.engine,
          image: {
            base: BaseImage.debian(),
            cvmfsPackage: compatibleCvmfsPackage(),
            ...image,
          },
          vobox: { fqdn: "nemesis.cern.ch", ...vobox },
        }),
    );
  }

  /** Synthesizes the compiled app, from a new copy of it elsewhere, in a process with that umask. */
  async function synthesizeElsewhere(umask: string): Promise<void> {
    const checkout = join(site.directory, `checkout-${umask}`);
    mkdirSync(checkout);
    const sources = ["main.js", "lib", "stacks"].map((name) => join(top, "dist", name));
    // cp without --preserve: new times, and modes as a clone under that umask has them.
    await run("sh", ["-c", 'umask "$0" && cp -R "$@" . && exec node main.js', umask, ...sources], {
      cwd: checkout,
      env: {
        ...compiledEnvironment(),
        DOCKER_HOST: site.engine,
        VOBOX_NEMESIS_RESOLVERS: "10.0.0.1",
        VOBOX_NEMESIS_CVMFS_CLIENT: e2eParts().containerClient,
        CDKTF_OUTDIR: join(site.directory, "cdktf.out"),
      },
    });
  }

  /** Deploys the change and returns the id of the new image. */
  async function expectOneNewImage(image: VoBoxImageProps): Promise<string> {
    const before = await imageIds();
    describeImage(image);
    await site.apply(stack);
    const after = await imageIds();
    const built = after.filter((id) => !before.includes(id));
    expect(built).toHaveLength(1);
    expect((await site.plan(stack)).exitCode).toBe(0);
    // The images before stay: a container may run one of them.
    expect(after).toEqual(expect.arrayContaining(before));
    return built[0];
  }

  async function imageIds(): Promise<string[]> {
    return [...new Set((await site.images()).values())];
  }

  /** Runs a command, instead of init, in an image. */
  function inImage(image: string, command: string, ...args: readonly string[]): Promise<string> {
    const options = ["run", "--rm", "--network", "none", "--entrypoint", command];
    return site.docker(...options, image, ...args);
  }

  function executable(path: string): boolean {
    const interpreted = readFileSync(join(shippedRootfs, path), "utf8").startsWith("#!");
    // Read by other scripts, and not run.
    return interpreted && !path.endsWith("functions.sh");
  }
});
