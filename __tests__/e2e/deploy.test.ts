import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../local/support/wait";
import type { VoBoxApp } from "../../stacks/app";
import { describeE2e } from "./support/parts";
import { SiteHost } from "./support/site-host";

jest.setTimeout(300_000);

// The provider's own `dns` would give the engine .2, .3, .1 of these (facts of provider 4.6, sorted by hash).
const resolvers = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];

describeE2e("Nemesis, deployed from nothing", () => {
  let site: SiteHost;
  let startupDirectory: string;
  const describeSites = (app: VoBoxApp): void => {
    site.nemesis(app, { resolvers, startupDirectory });
  };

  beforeAll(async () => {
    site = await SiteHost.start({ name: "nemesis-host" });
    startupDirectory = join(site.directory, "init.d");
    mkdirSync(startupDirectory);
    writeFileSync(join(startupDirectory, "10-note.sh"), 'echo "$VOBOX_FQDN" >/run/site-note\n');
    await site.deploy(describeSites);
  });
  afterAll(() => site?.destroy());

  test("the container nemesis runs and is healthy by the engine's own check", async () => {
    const { State, RestartCount } = await site.inspect("nemesis");
    expect(State.Status).toBe("running");
    expect(State.Health?.Status).toBe("healthy");
    expect(RestartCount).toBe(0);
  });

  test("both repositories are read as the VO account, through autofs", async () => {
    const alienv = await site.inside(
      "nemesis",
      ["cat", "/cvmfs/alice.cern.ch/bin/alienv"],
      "alicesgm",
    );
    expect(alienv).toContain("alienv");
    const files = await site.inside(
      "nemesis",
      ["sh", "-c", "find /cvmfs/alice-ocdb.cern.ch -type f | head -n 1 | xargs head -c 10 | wc -c"],
      "alicesgm",
    );
    expect(Number(files)).toBe(10);
    const mounts = await site.inside("nemesis", ["cat", "/proc/self/mountinfo"]);
    expect(mounts).toMatch(/ \/cvmfs ro.* - autofs /);
    expect(mounts).toMatch(/ \/cvmfs\/alice\.cern\.ch .* - fuse/);
  });

  test("ce and monalisa run as the VO account", async () => {
    const processes = await site.inside("nemesis", ["ps", "-eo", "user:20,args"]);
    expect(processes).toMatch(/^alicesgm .*alien\.site\.ComputingElement/m);
    expect(processes).toMatch(/^alicesgm .*-DMonaLisa_HOME=/m);
    expect(processes).not.toMatch(/^root .*(ComputingElement|MonaLisa_HOME)/m);
  });

  test("PID 1 is the engine's init, with init.sh as its child, and reaps an orphan", async () => {
    const tree = await site.inside("nemesis", ["ps", "-eo", "pid=,ppid=,args="]);
    expect(tree).toMatch(/^ *1 +0 .*(docker-init|tini)/m);
    const init = /^ *(\d+) +1 .*\/etc\/init\.sh/m.exec(tree)?.[1];
    expect(tree).toMatch(new RegExp(`^ *\\d+ +${init} .*supervisord`, "m"));
    // The middle process ends at once; what it leaves behind becomes PID 1's and ends too.
    const orphan = await site.inside("nemesis", ["sh", "-c", "sh -c 'sleep 0.2 & echo $!'"]);
    await waitFor("orphan reaped", 10_000, async () => {
      const { stdout } = await site.tryInside("nemesis", [
        "ps",
        "-p",
        orphan.trim(),
        "-o",
        "stat=",
      ]);
      return stdout.trim() === "";
    });
  });

  test("hostname -f is the FQDN", async () => {
    expect((await site.inside("nemesis", ["hostname", "-f"])).trim()).toBe("nemesis.cern.ch");
  });

  test("resolv.conf holds the site's resolvers in the site's order, and no others", async () => {
    expect(await resolvConf()).toEqual(resolvers);
  });

  test("resolv.conf is written again when something overwrites it", async () => {
    await site.inside("nemesis", ["sh", "-c", "echo nameserver 127.0.0.11 >/etc/resolv.conf"]);
    expect(await resolvConf()).toEqual(["127.0.0.11"]);
    await waitFor("resolvers back", 20_000, async () => (await resolvConf()).length === 3);
    expect(await resolvConf()).toEqual(resolvers);
  });

  test("the site's startup commands ran before the services, from a read-only bind", async () => {
    expect((await site.inside("nemesis", ["cat", "/run/site-note"])).trim()).toBe(
      "nemesis.cern.ch",
    );
    const mounts = await site.inside("nemesis", ["cat", "/proc/self/mountinfo"]);
    expect(mounts).toMatch(/ \/etc\/vobox\/init\.d ro/);
    const log = await site.docker("logs", "nemesis");
    expect(log.indexOf("site command 10-note.sh")).toBeGreaterThan(log.indexOf("step 40-cvmfs"));
    expect(log.indexOf("starts supervisord")).toBeGreaterThan(
      log.indexOf("site command 10-note.sh"),
    );
  });

  test("a second deployment changes nothing", async () => {
    const before = await site.inspect("nemesis");
    for (const stack of site.synthesize(describeSites))
      expect({ stack, exitCode: (await site.plan(stack)).exitCode }).toEqual({
        stack,
        exitCode: 0,
      });
    await site.deploy(describeSites);
    const after = await site.inspect("nemesis");
    expect(after.Id).toBe(before.Id);
    expect(after.State.StartedAt).toBe(before.State.StartedAt);
  });

  test("a plan shows the resolvers in order", async () => {
    site.synthesize((app) => site.nemesis(app, { resolvers: ["10.9.0.2", "10.9.0.1"] }));
    const { exitCode, output } = await site.plan("nemesis-vobox");
    expect(exitCode).toBe(2);
    expect(output).toMatch(/\+ +"VOBOX_DNS_SERVERS=10\.9\.0\.2 10\.9\.0\.1"/);
  });

  test("a stop ends the services in order and with exit code 0", async () => {
    await site.docker("stop", "nemesis");
    const log = await site.docker("logs", "nemesis");
    expect(log).toContain("supervisord ended with exit code 0");
    expect(log).toContain("ends with exit code 0");
    await site.docker("start", "nemesis");
    await waitFor(
      "healthy again",
      60_000,
      async () => (await site.health("nemesis")) === "healthy",
    );
  });

  test("a destroy removes the container and keeps the state volume", async () => {
    await site.inside("nemesis", ["sh", "-c", "echo kept >/home/alicesgm/.alien/note"], "alicesgm");
    site.synthesize(describeSites);
    await site.terraform("nemesis-vobox", "destroy", "-input=false", "-auto-approve");
    expect(await site.docker("ps", "--all", "--format", "{{.Names}}")).toBe("");
    expect((await volumes()).sort()).toEqual(["nemesis-logs", "nemesis-state"]);
    await site.deploy(describeSites);
    expect(await site.inside("nemesis", ["cat", "/home/alicesgm/.alien/note"])).toBe("kept\n");
  });

  async function resolvConf(): Promise<string[]> {
    const text = await site.inside("nemesis", ["cat", "/etc/resolv.conf"]);
    return [...text.matchAll(/^nameserver (\S+)$/gm)].map((match) => match[1]);
  }

  async function volumes(): Promise<string[]> {
    return (await site.docker("volume", "ls", "--quiet")).split("\n").filter((name) => name !== "");
  }
});
