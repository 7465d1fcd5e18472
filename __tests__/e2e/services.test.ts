import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BaseImage, VoBoxFile, VoBoxService, VoBoxServices, VoBoxSizing } from "../../lib";
import { repositoryRoot } from "../../local/settings";
import { tryRun } from "../../local/support/run";
import { waitFor } from "../../local/support/wait";
import type { SiteStatus } from "../../cli/status";
import type { VoBoxApp } from "../../stacks/app";
import { Site } from "../../stacks/site";
import { describeE2e } from "./support/parts";
import { compatibleCvmfsPackage, SiteHost } from "./support/site-host";

jest.setTimeout(120_000);

const environmentFile = "/etc/site/helper.env";
const sayAndStay = 'echo "$0: user $(id -un), colour $COLOUR"; exec sleep infinity';
const services = VoBoxServices.jalien().and(
  new VoBoxService({
    name: "helper",
    user: "helper",
    environmentFile,
    command: ["sh", "-c", sayAndStay, "helper"],
  }),
  VoBoxService.rootDaemon({
    name: "master",
    reason: "as a batch system's, it changes to each job's account",
    environmentFile,
    command: ["sh", "-c", sayAndStay, "master"],
  }),
  new VoBoxService({
    name: "flaky",
    command: [
      "sh",
      "-c",
      "test -e /tmp/flaky-may-run || { echo no licence; exit 3; }; exec sleep infinity",
    ],
  }),
  new VoBoxService({
    name: "sick",
    command: ["sleep", "infinity"],
    healthCommand: ["sh", "-c", "test -e /tmp/sick-is-well || { echo no database; exit 4; }"],
  }),
);
const flaky = /^flaky: (backoff|starting): /;
const sick = "sick: its health command ended with 4: no database";

describeE2e("the services of a VO-Box", () => {
  let site: SiteHost;
  let deployment: string;
  const describeSites = (app: VoBoxApp): void => {
    new Site(app, "services", {
      engine: site.engine,
      image: {
        cvmfsPackage: compatibleCvmfsPackage(),
        base: BaseImage.debian(),
        services,
        files: [VoBoxFile.fromText(environmentFile, "COLOUR=green\n")],
      },
      vobox: {
        fqdn: "vobox.site.test",
        memoryMegabytes: 2048,
        sizing: VoBoxSizing.reduced({ reason: "a test" }),
        stopGraceSeconds: 80, // six services
        healthCheck: { intervalSeconds: 5, startPeriodSeconds: 0, retries: 1 },
      },
      healthLimitSeconds: 25,
    });
  };

  beforeAll(async () => {
    site = await SiteHost.start({ name: "services" });
    // Two services do not work yet.
    deployment = await site.deploy(describeSites).then(
      () => "succeeded",
      (error: Error) => error.message,
    );
  });
  afterAll(() => site?.destroy());

  test("the deployment's failure names those that do not work, and no others", () => {
    expect(deployment).toContain("vobox is not healthy after 25 s (running unhealthy)");
    expect(deployment).toMatch(/flaky: backoff: Exited too quickly/);
    expect(deployment).toContain(sick);
    expect(deployment).not.toMatch(/(ce|monalisa|helper|master|cern\.ch): /);
  });

  test("health and the status name them too; the status ends with 2", async () => {
    const { healthy, reasons } = await site.report("vobox");
    expect(healthy).toBe(false);
    expect(reasons).toEqual([expect.stringMatching(flaky), sick]);

    const { exitCode, sites } = await status();
    expect(exitCode).toBe(2);
    expect(sites[0]).toMatchObject({
      healthy: false,
      reasons: [expect.stringMatching(flaky), sick],
      container: { state: "running", health: "unhealthy", restarts: 0 },
    });
  });

  test("a service that ends at once is tried for ever, and works once its cause is mended", async () => {
    // supervisord's own default gives up after four.
    await waitFor("six tries", 60_000, async () => {
      const log = await site.docker("logs", "vobox");
      return log.match(/^no licence$/gm)!.length >= 6;
    });
    await site.inside("vobox", ["touch", "/tmp/flaky-may-run", "/tmp/sick-is-well"]);
    const { Id, RestartCount } = await site.inspect("vobox");
    await site.apply("services-vobox"); // ends when healthy
    expect(await site.report("vobox")).toMatchObject({ healthy: true, reasons: [] });
    expect(await site.inspect("vobox")).toMatchObject({ Id, RestartCount });
    expect((await status()).exitCode).toBe(0);
  });

  test("services run as their users, with their environment files", async () => {
    const running = (await site.report("vobox")).services.map(({ name, user }) => [name, user]);
    expect(Object.fromEntries(running)).toEqual({
      ...{ ce: "alicesgm", monalisa: "alicesgm", helper: "helper", master: "root" },
      ...{ flaky: "alicesgm", sick: "alicesgm" },
    });
    const standIns = (await site.report("vobox")).services.filter(({ standIn }) => standIn);
    expect(standIns.map(({ name }) => name)).toEqual(["monalisa", "ce"]);
    const log = await site.docker("logs", "vobox");
    expect(log).toContain("helper: user helper, colour green\n");
    expect(log).toContain("master: user root, colour green\n");
  });

  test("ce and monalisa log where the control script says, with the configuration that it wrote", async () => {
    const logs = "/home/alicesgm/ALICE/alien-logs";
    expect(await site.inside("vobox", ["cat", `${logs}/CE/CE.log.0`])).toContain("started");
    expect(await site.inside("vobox", ["cat", `${logs}/MonaLisa/myFarm/ml_env`])).toContain(
      'FARM_NAME="vobox.site.test"\n',
    );
  });

  test("a stop of monalisa is its own two HUPs and TERM", async () => {
    await site.inside("vobox", [
      "supervisorctl",
      "-c",
      "/etc/vobox/supervisord.conf",
      "restart",
      "monalisa",
    ]);
    const log = await site.inside("vobox", [
      "cat",
      "/home/alicesgm/ALICE/alien-logs/MonaLisa/ML.log",
    ]);
    expect(log.match(/SIG[A-Z]+(?= received)/g)).toEqual(["SIGHUP", "SIGHUP", "SIGTERM"]);
  });

  test("a repository without files near its top is read, and the file is remembered", async () => {
    const path = "/run/vobox/probe-alice-ocdb.cern.ch";
    expect(await site.inside("vobox", ["cat", path])).toMatch(/^\/cvmfs\/alice-ocdb\..*\.root$/);
    // What was taken out of the repository since is looked for again.
    await site.inside("vobox", ["sh", "-c", `echo /cvmfs/alice-ocdb.cern.ch/gone >${path}`]);
    const { repositories } = await site.report("vobox");
    expect(repositories.map(({ readable }) => readable)).toEqual([true, true]);
    expect(await site.inside("vobox", ["cat", path])).toMatch(/\.root$/);
  });

  test.each([
    ["ce", "alien.site.ComputingElement"],
    // It daemonises; its wrapper in the foreground has to notice.
    ["monalisa", "-DMonaLisa_HOME="],
  ])("%s, killed, runs again", async (_, pattern) => {
    const processes = async (): Promise<string> =>
      (await site.tryInside("vobox", ["pgrep", "-f", "--", pattern])).stdout.trim();
    const before = await processes();
    expect(before).not.toBe("");
    await site.inside("vobox", ["pkill", "-KILL", "-f", "--", pattern]);
    await waitFor("another process", 15_000, async () => {
      const now = await processes();
      return now !== "" && now !== before;
    });
    await waitFor("healthy", 30_000, async () => (await site.report("vobox")).healthy);
    expect((await site.inspect("vobox")).RestartCount).toBe(0);
  });

  describe("started by hand, without restarts", () => {
    /** Starts a container with these startup commands, and nothing to reach. */
    async function start(
      name: string,
      commands: Readonly<Record<string, string>>,
      ...options: readonly string[]
    ): Promise<void> {
      const directory = join(site.directory, name);
      mkdirSync(directory);
      for (const [file, text] of Object.entries(commands))
        writeFileSync(join(directory, file), text);
      const bind = `type=bind,source=${directory},target=/etc/vobox/init.d,readonly`;
      await site.runLike("vobox", name, "--network=none", `--mount=${bind}`, ...options);
    }

    /** Waits for lines of the container's log. */
    async function logged(name: string, ...texts: readonly string[]): Promise<void> {
      await waitFor(`${name} logs ${texts.join(", ")}`, 30_000, async () => {
        const log = await site.docker("logs", name);
        return texts.every((text) => log.includes(text));
      });
    }

    async function exitCode(name: string): Promise<number> {
      return Number(await site.docker("wait", name));
    }

    test("a startup command that fails ends the start with its name and its exit code", async () => {
      await start("startup", {
        "10-fine.sh": "echo fine",
        "20-broken.sh": "exit 7",
        "30-never.sh": "echo never",
      });
      expect(await exitCode("startup")).toBe(7);
      const log = await site.docker("logs", "startup");
      expect(log).toContain("site command 20-broken.sh failed with exit code 7");
      expect(log).toMatch(/^fine$/m);
      expect(log).not.toMatch(/^never$|starts supervisord/m);
    });

    test("a stop while it waits for CVMFS ends it at once, with 143", async () => {
      await start("waiting", {}, "--env=VOBOX_CVMFS_REPOSITORIES=absent.cern.ch");
      await logged("waiting", "waiting for CVMFS: absent.cern.ch: ");
      await endsAtOnce("waiting");
    });

    test("the same with INT, which a step in the background ignores", async () => {
      await start("interrupted", {}, "--env=VOBOX_CVMFS_REPOSITORIES=absent.cern.ch");
      await logged("interrupted", "waiting for CVMFS: absent.cern.ch: ");
      await site.docker("kill", "--signal=INT", "interrupted");
      expect(await exitCode("interrupted")).toBe(143);
    });

    test("with the host's process numbers it ends nothing of the host's", async () => {
      await start("visible", {}, "--pid=host");
      await logged("visible", "helper: user");
      await site.docker("stop", "--time=30", "visible");
      expect(await site.docker("logs", "visible")).toContain("ends with exit code");
      expect((await site.inspect("vobox")).RestartCount).toBe(0);
      expect((await site.inspect("vobox")).State.Status).toBe("running");
    });

    test("a link that the account planted in its volume makes nothing else its own", async () => {
      const { Config } = await site.inspect("vobox");
      const volume = "--mount=type=volume,source=planted,target=/home/alicesgm/ALICE";
      const plant = "ln -s /etc/vobox /home/alicesgm/ALICE/alien-logs";
      await site.docker("run", "--rm", volume, "--entrypoint=sh", Config.Image, "-c", plant);
      await start("planted", {}, volume);
      await logged("planted", "step 40-cvmfs");
      expect(await site.inside("planted", ["stat", "-c", "%U", "/etc/vobox"])).toBe("root\n");
      expect(
        await site.inside("planted", ["stat", "-c", "%U", "/home/alicesgm/ALICE/alien-logs"]),
      ).toBe("alicesgm\n");
    });

    test("the same while a read of CVMFS hangs", async () => {
      const autofs = site.cvmfs.autofs.pid;
      process.kill(autofs, "SIGSTOP");
      try {
        await start("hanging", {}, "--env=VOBOX_CVMFS_REPOSITORIES=silent.cern.ch");
        await logged("hanging", "step 40-cvmfs");
        await waitFor("a read", 10_000, async () =>
          (await site.docker("top", "hanging", "-eo", "pid,args")).includes(
            "--read silent.cern.ch",
          ),
        );
        await endsAtOnce("hanging");
      } finally {
        process.kill(autofs, "SIGCONT");
      }
    });

    async function endsAtOnce(name: string): Promise<void> {
      const started = Date.now();
      await site.docker("stop", "--time=30", name);
      expect(Date.now() - started).toBeLessThan(5_000);
      expect((await site.inspect(name)).State.ExitCode).toBe(143);
      expect(await site.docker("logs", name)).toContain("ended by TERM in step 40-cvmfs");
    }

    test("QUIT and INT are passed on to supervisord", async () => {
      const signalled = async (signal: string): Promise<void> => {
        const name = `on-${signal.toLowerCase()}`;
        await start(name, {});
        await logged(name, "helper: user");
        await site.docker("kill", `--signal=${signal}`, name);
        expect(await exitCode(name)).toBe(0);
        const log = await site.docker("logs", name);
        expect(log).toContain(`received SIG${signal} indicating exit request`);
        expect(log).toContain("supervisord ended with exit code 0");
      };
      await Promise.all(["QUIT", "INT"].map(signalled));
    });

    test("when supervisord dies, the VO-Box ends with its exit code, and what it left with TERM", async () => {
      const daemon = [
        "trap 'echo left-over got TERM; exit' TERM",
        "while :; do sleep 1 & wait $!; done",
      ].join("\n");
      await start("left", { "10-daemon.sh": `setsid bash -c "${daemon.replace("$", "\\$")}" &\n` });
      await logged("left", "helper: user");
      await site.inside("left", ["pkill", "-KILL", "-x", "supervisord"]);
      expect(await exitCode("left")).toBe(137);
      const log = await site.docker("logs", "left");
      expect(log).toContain("supervisord ended with exit code 137");
      expect(log).toMatch(/^left-over got TERM$/m);
    });
  });

  async function status() {
    const command = join(repositoryRoot(), "dist", "cli", "main.js");
    const output = join(site.directory, "cdktf.out");
    const result = await tryRun(process.execPath, [
      command,
      "status",
      "--json",
      "--output",
      output,
    ]);
    const { sites } = JSON.parse(result.stdout) as { readonly sites: readonly SiteStatus[] };
    return { exitCode: result.exitCode, sites };
  }
});
