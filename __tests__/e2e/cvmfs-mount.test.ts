import { CvmfsClient, CvmfsMount, CvmfsProxy } from "../../lib";
import { waitFor } from "../../local/support/wait";
import type { VoBoxApp } from "../../stacks/app";
import { describeE2e } from "./support/parts";
import { SiteHost } from "./support/site-host";

jest.setTimeout(120_000);

const probe = "/cvmfs/alice.cern.ch/bin/alienv";
const ocdb = "/cvmfs/alice-ocdb.cern.ch";

/** The site's set-up of its host's client. */
const cvmfs = CvmfsMount.fromHost({
  client: new CvmfsClient({
    proxy: CvmfsProxy.none(),
    quotaMegabytes: 6000,
  }),
});

describeE2e("CVMFS in the container, served by the host's autofs", () => {
  let site: SiteHost;

  beforeAll(async () => {
    // Shorter than the pause between two health checks: an idle repository expires in it.
    const { defaultLocal } = cvmfs;
    site = await SiteHost.start({ name: "cvmfs-mount", idleTimeoutSeconds: 2, defaultLocal });
    const stacks = site.synthesize((app: VoBoxApp) => {
      site.nemesis(app, { cvmfs });
    });
    const image = await imageReference(stacks);
    await noRepositoryMounted();
    // What Docker does unless told otherwise, from the same moment on as the VO-Box.
    const bind = "type=bind,source=/cvmfs,target=/cvmfs,readonly,bind-propagation=rprivate";
    await site.docker(
      ...["run", "--detach", "--init", "--name=private-bind", `--mount=${bind}`],
      ...["--entrypoint=sleep", image, "infinity"],
    );
    await noRepositoryMounted();
    await site.apply(stacks[2]);
  });
  afterAll(() => site?.destroy());

  /** Builds the image, which reads nothing of CVMFS. */
  async function imageReference(stacks: readonly string[]): Promise<string> {
    await site.apply(stacks[0]);
    await site.apply(stacks[1]);
    return (await site.docker("image", "ls", "--format={{.Repository}}:{{.Tag}}", "vobox")).trim();
  }

  async function mountedRepositories(): Promise<string[]> {
    const mounts = await site.host.run("cat", ["/proc/mounts"]);
    return [...mounts.matchAll(/ (\/cvmfs\/\S+) fuse/g)].map((match) => match[1]);
  }

  async function noRepositoryMounted(): Promise<void> {
    expect(await mountedRepositories()).toEqual([]);
  }

  test("a repository that nobody had read before the container's start is read from inside", async () => {
    expect(await site.inside("nemesis", ["cat", probe], "alicesgm")).toContain("alienv");
    const listed = await site.inside("nemesis", ["ls", ocdb], "alicesgm");
    expect(listed).toContain("calibration");
  });

  test("the host's client goes by the site's default.local", async () => {
    const text = await site.host.run("cat", ["/etc/cvmfs/default.local"]);
    expect(text).toBe(cvmfs.defaultLocal);
    expect(text).toContain("CVMFS_QUOTA_LIMIT='6000'");
  });

  test("with a private bind, and all else the same, it is not", async () => {
    // On the host it is mounted, and the VO-Box beside reads it.
    await waitFor("alice.cern.ch mounted", 10_000, async () =>
      (await mountedRepositories()).includes("/cvmfs/alice.cern.ch"),
    );
    const { exitCode, stderr } = await site.tryInside("private-bind", ["cat", probe]);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("Too many levels of symbolic links");
  });

  test("an idle repository expires on the host, and is read again from inside", async () => {
    const started = await site.inspect("nemesis");
    const expired = async () => !(await mountedRepositories()).includes(ocdb);
    for (let round = 0; round < 2; round++) {
      await waitFor("expiry", 20_000, expired, 50);
      const file = "find . -type f | head -n 1 | xargs head -c 10 | wc -c";
      const read = ["sh", "-c", `cd ${ocdb} && ${file}`];
      expect((await site.inside("nemesis", read, "alicesgm")).trim()).toBe("10");
      expect(await mountedRepositories()).toContain(ocdb);
    }
    const { State, RestartCount } = await site.inspect("nemesis");
    expect({ pid: State.Pid, RestartCount }).toEqual({ pid: started.State.Pid, RestartCount: 0 });
  });

  test("started before autofs, the VO-Box waits, says for what, and goes on once CVMFS is there", async () => {
    await site.host.killEverything();
    await site.host.startEngine();
    await waitFor("unhealthy report", 20_000, async () => {
      const { reasons } = await site.report("nemesis");
      return reasons.includes("start: in step 40-cvmfs");
    });
    const waiting = await site.inspect("nemesis");
    await waitFor("the engine's check names the repository", 20_000, async () =>
      (await lastCheck()).includes("alice.cern.ch: "),
    );
    const { reasons, services } = await site.report("nemesis");
    expect(reasons).toContainEqual(
      expect.stringMatching(/^alice\.cern\.ch: .*No such file or directory/),
    );
    expect(reasons).toContainEqual(expect.stringMatching(/^alice-ocdb\.cern\.ch: /));
    expect(services.filter((service) => service.running)).toEqual([]);

    await site.cvmfs.repositories.startServer();
    await site.cvmfs.startAutofs();
    await waitFor("healthy", 30_000, async () => (await site.report("nemesis")).healthy, 200);
    const { State, RestartCount } = await site.inspect("nemesis");
    expect({ pid: State.Pid, RestartCount }).toEqual({
      pid: waiting.State.Pid,
      RestartCount: 0,
    });
    expect(await site.inside("nemesis", ["cat", probe], "alicesgm")).toContain("alienv");
  });

  async function lastCheck(): Promise<string> {
    const format = "--format={{range .State.Health.Log}}{{.Output}}{{end}}";
    return site.docker("inspect", format, "nemesis");
  }
});
