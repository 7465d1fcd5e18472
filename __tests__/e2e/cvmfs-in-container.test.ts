import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CvmfsClient, CvmfsMount, CvmfsProxy } from "../../lib";
import { configRepository } from "../../local/cvmfs/repositories";
import { waitFor } from "../../local/support/wait";
import type { VoBoxApp } from "../../stacks/app";
import { describeE2e } from "./support/parts";
import { SiteHost } from "./support/site-host";

jest.setTimeout(180_000);

const alice = "/cvmfs/alice.cern.ch";
const ocdb = "/cvmfs/alice-ocdb.cern.ch";
const cvmfs = CvmfsMount.inContainer({
  client: new CvmfsClient({ proxy: CvmfsProxy.none(), quotaMegabytes: 6000 }),
});

describeE2e("CVMFS mounted by the VO-Box itself", () => {
  let site: SiteHost;
  const inContainer = (app: VoBoxApp) => site.nemesis(app, { cvmfs });

  beforeAll(async () => {
    site = await SiteHost.start({ name: "cvmfs-in-container" });
    // The host has the server of the repositories alone.
    await site.cvmfs.stopAutofs();
    await site.deploy(inContainer);
  });
  afterAll(() => site?.destroy());

  test("both repositories are read as the VO account, and the VO-Box is healthy", async () => {
    expect(await site.inside("nemesis", ["cat", `${alice}/bin/alienv`], "alicesgm")).toContain(
      "alienv",
    );
    const read = `find ${ocdb} -type f | head -n 1 | xargs head -c 10 | wc -c`;
    expect((await site.inside("nemesis", ["sh", "-c", read], "alicesgm")).trim()).toBe("10");
    expect((await site.report("nemesis")).reasons).toEqual([]);
  });

  test("it is not privileged: one capability and one device, and the engine's other limits hold", async () => {
    const { HostConfig } = JSON.parse(
      await site.docker("inspect", "--format={{json .}}", "nemesis"),
    ) as {
      readonly HostConfig: Readonly<Record<string, unknown>>;
    };
    expect(HostConfig).toMatchObject({
      Privileged: false,
      CapAdd: ["CAP_SYS_ADMIN"],
      Devices: [
        { PathOnHost: "/dev/fuse", PathInContainer: "/dev/fuse", CgroupPermissions: "rwm" },
      ],
      SecurityOpt: ["apparmor=unconfined"],
    });
    const { exitCode } = await site.tryInside("nemesis", [
      "sh",
      "-c",
      "echo 1 >/proc/sys/vm/swappiness",
    ]);
    expect(exitCode).not.toBe(0);
  });

  test("the configuration repository is mounted first, and without it the others are not", async () => {
    expect(await mountedRepositories()).toEqual([`/cvmfs/${configRepository}`, alice, ocdb]);
    await site.inside("nemesis", ["umount", "--lazy", alice, `/cvmfs/${configRepository}`]);
    const { exitCode, stderr } = await mount("alice.cern.ch");
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(`the configuration repository ${configRepository}`);
    for (const repository of [configRepository, "alice.cern.ch"])
      expect((await mount(repository)).exitCode).toBe(0);
    expect((await site.report("nemesis")).reasons).toEqual([]);
  });

  test("autofs does not run inside, and nothing of the host's /cvmfs is there", async () => {
    expect(await site.inside("nemesis", ["ps", "-eo", "comm="])).not.toContain("automount");
    const mounts = await site.inside("nemesis", ["cat", "/proc/mounts"]);
    expect(mounts).not.toContain("autofs");
    expect(await fuseMountsOfHost()).toEqual([]);
  });

  test("the client's default.local is the one that was described, and its cache is a volume of its own", async () => {
    expect(await site.inside("nemesis", ["cat", "/etc/cvmfs/default.local"])).toBe(
      cvmfs.defaultLocal,
    );
    expect(cvmfs.defaultLocal).toContain("CVMFS_QUOTA_LIMIT='6000'");
    const cached = await site.inside("nemesis", [
      ...["sh", "-c", "find /var/lib/cvmfs/alice.cern.ch -type f | head -n 1"],
    ]);
    expect(cached.trim()).not.toBe("");
    expect(await site.docker("volume", "ls", "--quiet")).toContain("nemesis-cvmfs-cache");
  });

  test("a second plan is empty", async () => {
    site.synthesize(inContainer);
    expect((await site.plan("nemesis-vobox")).exitCode).toBe(0);
  });

  test("killed while it is mounted, and started again, it reads as before, from its cache", async () => {
    const requests = requestedObjects();
    expect(requests).toBeGreaterThan(0);
    await site.docker("kill", "nemesis");
    expect(await fuseMountsOfHost()).toEqual([]);
    await site.docker("start", "nemesis");
    await waitUntilHealthy();
    expect(await site.inside("nemesis", ["cat", `${alice}/bin/alienv`], "alicesgm")).toContain(
      "alienv",
    );
    // Manifests are asked for anew; what is named by its content is not.
    expect(requestedObjects()).toBe(requests);
  });

  test("the engine killed under it, it comes back by itself", async () => {
    await site.host.stopEngine("SIGKILL");
    await site.host.startEngine();
    await waitUntilHealthy();
  });

  test("a client that died is named, and its mount cleared and made anew by what the start does", async () => {
    await site.inside("nemesis", [
      "pkill",
      "-KILL",
      "-f",
      "cvmfs-compatible-client.* alice.cern.ch",
    ]);
    const { reasons } = await site.report("nemesis");
    expect(reasons).toContainEqual(
      expect.stringMatching(/^alice\.cern\.ch: .*Transport endpoint is not connected/),
    );
    const { exitCode, stdout } = await mount("alice.cern.ch");
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining("its dead mount is cleared") as string,
    });
    await waitUntilHealthy();
  });

  test("a stop releases the mounts, the last one first, and leaves nothing on the host", async () => {
    await site.docker("stop", "nemesis");
    const log = await site.docker("logs", "nemesis");
    const released = [...log.matchAll(/ cvmfs: released (\S+)$/gm)].map(([, point]) => point);
    // alice.cern.ch was mounted anew after the others.
    expect(released.slice(-3)).toEqual([alice, ocdb, `/cvmfs/${configRepository}`]);
    expect(log.trimEnd()).toMatch(/ends with exit code 0$/);
    expect(await fuseMountsOfHost()).toEqual([]);
    expect(await site.host.run("ps", ["-eo", "args="])).not.toContain("cvmfs-compatible-client");
  });

  test("the same image serves the other form, with the host's autofs", async () => {
    const { image } = siteOf(site);
    await site.cvmfs.startAutofs();
    await site.deploy((app) => site.nemesis(app));
    expect(siteOf(site).image).toBe(image);
    expect((await site.inspect("nemesis")).Config.Image).toBe(image);
    expect((await site.report("nemesis")).reasons).toEqual([]);
    expect(await site.inside("nemesis", ["cat", "/proc/mounts"])).toMatch(/ \/cvmfs autofs /);
    const { HostConfig } = JSON.parse(
      await site.docker("inspect", "--format={{json .}}", "nemesis"),
    ) as { readonly HostConfig: { readonly CapAdd: unknown } };
    expect(HostConfig.CapAdd).toBeNull();
  });

  /** In the order in which they were mounted. */
  async function mountedRepositories(): Promise<string[]> {
    const mounts = await site.inside("nemesis", ["cat", "/proc/mounts"]);
    return [...mounts.matchAll(/ (\/cvmfs\/\S+) fuse/g)].map(([, point]) => point);
  }

  async function fuseMountsOfHost(): Promise<string[]> {
    const mounts = await site.host.run("cat", ["/proc/mounts"]);
    return [...mounts.matchAll(/ (\S+) fuse/g)].map(([, point]) => point);
  }

  function mount(repository: string) {
    return site.tryInside("nemesis", ["/usr/libexec/vobox/cvmfs", "mount", repository]);
  }

  async function waitUntilHealthy(): Promise<void> {
    await waitFor(
      "healthy",
      60_000,
      async () => {
        const { stdout } = await site.tryInside("nemesis", ["/usr/libexec/vobox/health"]);
        return stdout === "healthy\n";
      },
      200,
    );
  }

  /** How many objects of alice.cern.ch the server has been asked for. */
  function requestedObjects(): number {
    const log = readFileSync(site.cvmfs.repositories.server.logFile, "utf8");
    return [...log.matchAll(/ GET \/cvmfs\/alice\.cern\.ch\/data\//g)].length;
  }
});

/** The site as the last synthesis described it. */
function siteOf(site: SiteHost): { readonly image: string } {
  const manifest = join(site.directory, "cdktf.out", "vobox-sites.json");
  const { sites } = JSON.parse(readFileSync(manifest, "utf8")) as {
    readonly sites: ReadonlyArray<{ readonly image: string }>;
  };
  return sites[0];
}
