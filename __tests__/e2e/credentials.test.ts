import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { BaseImage, GridCredentials, VoBoxService, VoBoxServices, VoBoxSizing } from "../../lib";
import { tryRun } from "../../local/support/run";
import { waitFor } from "../../local/support/wait";
import type { VoBoxApp } from "../../stacks/app";
import { Site } from "../../stacks/site";
import { type KeyPair, makeKeyPair } from "../support/certificates";
import { describeE2e } from "./support/parts";
import { compatibleCvmfsPackage, SiteHost } from "./support/site-host";

jest.setTimeout(120_000);

const account = "alicesgm";
const proxies = "/var/lib/vobox/alice/proxy_repository";
/** Fails for want of nothing but the file that a test makes, and says as whom. */
const licence = 'test ! -e /tmp/no-licence || { echo "none for $(id -un) ${0%x}"; exit 3; }';
const year = 365 * 24;

describeE2e("a VO-Box with credentials from its host", () => {
  let site: SiteHost;
  let certificateDirectory: string;
  let proxyDirectory: string;
  let deployment: string;
  let healthCommand = ["sh", "-c", licence, "licencex"];
  const good = makeKeyPair(-1, year);
  const expired = makeKeyPair(-year, -1);
  const proxy = makeKeyPair(-1, 47.5);

  const describeSites = (app: VoBoxApp): void => {
    new Site(app, "credentials", {
      engine: site.engine,
      image: {
        base: BaseImage.debian(),
        cvmfsPackage: compatibleCvmfsPackage(),
        services: VoBoxServices.of(
          new VoBoxService({ name: "idle", command: ["sleep", "infinity"], stopSeconds: 1 }),
        ),
      },
      vobox: {
        fqdn: "vobox.site.test",
        credentials: new GridCredentials({
          hostCertificateDirectory: certificateDirectory,
          proxyDirectory,
        }),
        healthCommands: [{ name: "licence", command: healthCommand }],
        sizing: VoBoxSizing.alice(),
        healthCheck: { intervalSeconds: 5, retries: 1 },
      },
      healthLimitSeconds: 60,
    });
  };

  /** Puts a file in place as renewals do: written beside it, then renamed over it. */
  function install(directory: string, name: string, text: string, mode = 0o600): void {
    const fresh = join(directory, `.${name}.new`);
    writeFileSync(fresh, text);
    chmodSync(fresh, mode);
    // The VO account's number, as the renewal service leaves proxies.
    if (directory === proxyDirectory) chownSync(fresh, 1000, 1000);
    renameSync(fresh, join(directory, name));
  }

  function installHostCertificate({ certificate, key }: KeyPair): void {
    install(certificateDirectory, "hostcert.pem", certificate, 0o644);
    install(certificateDirectory, "hostkey.pem", key, 0o400);
  }

  async function reasons(): Promise<readonly string[]> {
    return (await site.report("vobox")).reasons;
  }

  beforeAll(async () => {
    site = await SiteHost.start({ name: "credentials" });
    certificateDirectory = join(site.directory, "grid-security");
    proxyDirectory = join(site.directory, "proxies");
    mkdirSync(certificateDirectory);
    mkdirSync(proxyDirectory);
    installHostCertificate(good);
    deployment = "";
    for (const stack of site.synthesize(describeSites)) {
      await site.terraform(stack, "init", "-input=false");
      deployment += await site.terraform(stack, "apply", "-input=false", "-auto-approve");
    }
  });
  afterAll(() => site?.destroy());

  test("is healthy without a proxy at its first deployment, which says so", async () => {
    expect(await site.health("vobox")).toBe("healthy");
    const none = `proxy: none yet in ${proxies}: register one`;
    expect(deployment).toContain("vobox is healthy");
    expect(deployment).toContain(`warning: ${none}`);
    const { healthy, warnings } = await site.report("vobox");
    expect(healthy).toBe(true);
    expect(warnings).toContain(none);
  });

  test("sees both directories read-only, the proxies above the volume with its state", async () => {
    install(proxyDirectory, "+2fCN+3dsite+20lcgadmin", proxy.certificate + proxy.key);
    const [file] = readdirSync(proxyDirectory);
    expect(await site.inside("vobox", ["ls", proxies], account)).toBe(`${file}\n`);
    const mounts = await site.inside("vobox", ["cat", "/proc/self/mountinfo"]);
    const points = mounts.split("\n").map((line) => line.split(" ")[4]);
    expect(points.indexOf("/var/lib/vobox")).toBeGreaterThan(-1);
    expect(points.indexOf(proxies)).toBeGreaterThan(points.indexOf("/var/lib/vobox"));
    for (const directory of ["/etc/grid-security", proxies])
      for (const user of [account, "root"]) {
        const written = await site.tryInside("vobox", ["touch", `${directory}/x`], user);
        expect(written.stderr).toMatch(user === "root" ? /Read-only/ : /Read-only|Permission/);
      }
    const proxyRead = await site.tryInside("vobox", ["cat", `${proxies}/${file}`], account);
    expect(proxyRead.stdout).toBe(proxy.certificate + proxy.key);
    const keyRead = ["cat", "/etc/grid-security/hostkey.pem"];
    expect((await site.tryInside("vobox", keyRead, account)).stderr).toContain("Permission denied");
    expect((await site.report("vobox")).warnings.join()).not.toContain("proxy");
  });

  test("sees a certificate at once that is put in the place of another by a rename", async () => {
    const next = makeKeyPair(-1, 10 * 24);
    const expiry = async (): Promise<unknown> =>
      (await site.report("vobox")).credentials[0].expiresAt;
    const before = await expiry();
    installHostCertificate(next);
    expect(await site.inside("vobox", ["cat", "/etc/grid-security/hostcert.pem"])).toBe(
      next.certificate,
    );
    const { healthy, warnings } = await site.report("vobox");
    const after = await expiry();
    expect(after).not.toBe(before);
    expect(healthy).toBe(true);
    expect(warnings).toContain(`host certificate: hostcert.pem expires at ${String(after)}`);
    installHostCertificate(good);
    expect(await expiry()).toBe(before);
  });

  describe("names what is wrong, one after the other, without a restart", () => {
    afterEach(() => {
      installHostCertificate(good);
      for (const name of readdirSync(proxyDirectory)) rmSync(join(proxyDirectory, name));
    });
    afterAll(async () => {
      expect((await site.inspect("vobox")).RestartCount).toBe(0);
      await waitFor("healthy", 30_000, async () => (await site.health("vobox")) === "healthy");
    });

    test("a host certificate that is missing, with its key", async () => {
      for (const name of ["hostcert.pem", "hostkey.pem"]) rmSync(join(certificateDirectory, name));
      expect(await reasons()).toEqual([
        "host certificate: hostcert.pem is missing",
        "host certificate: hostkey.pem is missing",
      ]);
    });

    test("a host certificate that has expired, also to the engine and to the status", async () => {
      installHostCertificate(expired);
      expect(await reasons()).toEqual([
        expect.stringMatching(/^host certificate: hostcert\.pem expired at \d{4}-.*Z$/),
      ]);
      await waitFor("unhealthy", 30_000, async () => (await site.health("vobox")) === "unhealthy");
      const { stdout, exitCode } = await status();
      expect(exitCode).toBe(2);
      expect(stdout).toMatch(/! host certificate: hostcert\.pem expired at/);
      expect(stdout).toMatch(/host certificate +NO +\d{4}-.*Z +none$/m);
    });

    test("what is not a certificate, and another one's key", async () => {
      install(certificateDirectory, "hostcert.pem", "to be ordered\n", 0o644);
      expect(await reasons()).toEqual(["host certificate: hostcert.pem is not a certificate"]);
      install(certificateDirectory, "hostcert.pem", proxy.certificate, 0o644);
      expect(await reasons()).toEqual([
        "host certificate: hostkey.pem is not the key of hostcert.pem",
      ]);
    });

    test("a key that others may read, and one that is not root's", async () => {
      const key = join(certificateDirectory, "hostkey.pem");
      chmodSync(key, 0o440);
      chownSync(key, 1000, 1000);
      expect(await reasons()).toEqual([
        "host certificate: hostkey.pem has mode 440 instead of 400 or 600",
        "host certificate: hostkey.pem belongs to user 1000 instead of root",
      ]);
    });

    test("a proxy that has expired, once it is the newest", async () => {
      install(proxyDirectory, "a+20lcgadmin", proxy.certificate + proxy.key);
      expect(await reasons()).toEqual([]);
      install(proxyDirectory, "b+20lcgadmin", expired.certificate + expired.key);
      expect(await reasons()).toEqual([
        expect.stringMatching(/^proxy: b\+20lcgadmin expired at \d{4}-.*Z$/),
      ]);
    });

    test("a proxy that others may read, and one that the VO account may not", async () => {
      install(proxyDirectory, "a+20lcgadmin", proxy.certificate + proxy.key, 0o644);
      expect(await reasons()).toEqual(["proxy: a+20lcgadmin has mode 644 instead of 400 or 600"]);
      install(proxyDirectory, "a+20lcgadmin", proxy.certificate + proxy.key);
      chownSync(join(proxyDirectory, "a+20lcgadmin"), 0, 0);
      expect(await reasons()).toEqual([`proxy: a+20lcgadmin cannot be read by ${account}`]);
    });
  });

  test("keeps the keys to itself: none in state, plan, image, container or logs", async () => {
    install(proxyDirectory, "a+20lcgadmin", proxy.certificate + proxy.key);
    await site.report("vobox");
    // The second line of a key in PEM: the first says what it is.
    const keys = [good.key, proxy.key].map((key) => key.split("\n")[1]);
    const output = join(site.directory, "cdktf.out");
    const stack = "credentials-vobox";
    await site.terraform(stack, "plan", "-input=false", "-out=plan.bin");
    const { Config } = await site.inspect("vobox");
    const image = join(site.directory, "image.tar");
    await site.docker("save", "--output", image, Config.Image);
    const texts = {
      plan: await site.terraform(stack, "show", "-json", "plan.bin"),
      state: await site.terraform(stack, "show", "-json"),
      inspect: await site.docker("inspect", "vobox"),
      history: await site.docker("history", "--no-trunc", Config.Image),
      logs: await site.docker("logs", "vobox"),
      report: JSON.stringify(await site.report("vobox")),
    };
    for (const key of keys) {
      for (const [name, text] of Object.entries(texts)) {
        expect([name, text.length > 100]).toEqual([name, true]);
        expect([name, text.includes(key)]).toEqual([name, false]);
      }
      for (const place of [image, output, join(site.directory, "state")])
        expect([place, (await findIn(place, key)).stdout]).toEqual([place, ""]);
    }
    // The search finds what there is, here and in an image.
    expect((await findIn(certificateDirectory, keys[0])).stdout).toContain("hostkey.pem");
    expect((await findIn(image, "What the VO-Box can do at this moment")).stdout).toContain(image);
  });

  test("names a health command that fails, run as the VO account, and no other", async () => {
    await site.inside("vobox", ["touch", "/tmp/no-licence"]);
    expect(await reasons()).toEqual([
      `health command licence: ended with 3: none for ${account} licence`,
    ]);
    await site.inside("vobox", ["rm", "/tmp/no-licence"]);
    expect(await reasons()).toEqual([]);
  });

  test("needs no deployment for all this", async () => {
    for (const stack of site.synthesize(describeSites))
      expect({ stack, exitCode: (await site.plan(stack)).exitCode }).toEqual({
        stack,
        exitCode: 0,
      });
  });

  test("gets another health command by a new container, without a build", async () => {
    const before = await site.inspect("vobox");
    const images = await site.images();
    healthCommand = ["test", "-d", "/"];
    const [host, image, vobox] = site.synthesize(describeSites);
    expect((await site.plan(host)).exitCode).toBe(0);
    expect((await site.plan(image)).exitCode).toBe(0);
    expect((await site.plan(vobox)).output).toMatch(/VOBOX_HEALTH_COMMANDS.*forces replacement/s);
    await site.apply(vobox);
    const after = await site.inspect("vobox");
    expect(after.Id).not.toBe(before.Id);
    expect(after.Image).toBe(before.Image);
    expect(new Set((await site.images()).values())).toEqual(new Set(images.values()));
    await site.inside("vobox", ["touch", "/tmp/no-licence"]);
    expect((await site.report("vobox")).healthCommands).toEqual([
      { name: "licence", user: account, problem: null },
    ]);
  });

  test("warns of memory, logs and cache that are smaller than ALICE asks for, and is healthy", async () => {
    await site.runLike(
      ...["vobox", "small", "--network=none", "--memory=2g", "--memory-swap=2g"],
      ...[`--tmpfs=/home/${account}/ALICE:size=1g`, "--tmpfs=/var/lib/cvmfs:size=1500m"],
      ...[`--mount=type=bind,source=${certificateDirectory},target=/etc/grid-security,readonly`],
    );
    await waitFor("started", 30_000, async () => (await site.report("small")).healthy);
    const { warnings } = await site.report("small");
    expect(warnings.filter((one) => !one.startsWith("proxy: "))).toEqual([
      "memory: the limit is 2048 MB; ALICE asks for 4096 MB",
      `logs: the file system of /home/${account}/ALICE has 1.0 GB; ALICE asks for 20 GB`,
      "cache: the file system of /var/lib/cvmfs has 1.5 GB; ALICE asks for 5 GB",
    ]);
  });

  /** Files in or at a place that hold the text. */
  function findIn(place: string, text: string) {
    return tryRun("grep", ["-rlaF", "-e", text, place]);
  }

  function status() {
    const command = join(__dirname, "../../dist/cli/main.js");
    const output = join(site.directory, "cdktf.out");
    return tryRun(process.execPath, [command, "status", "--output", output]);
  }
});
