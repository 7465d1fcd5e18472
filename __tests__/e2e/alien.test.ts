import { BaseImage, VoBoxService, VoBoxServices, VoBoxSizing } from "../../lib";
import { waitFor } from "../../local/support/wait";
import { Site } from "../../stacks/site";
import { describeE2e } from "./support/parts";
import { compatibleCvmfsPackage, SiteHost } from "./support/site-host";

jest.setTimeout(120_000);

const home = "/home/alicesgm";
const logs = `${home}/ALICE/alien-logs`;
const root = "/cvmfs/alice.cern.ch/x86_64-2.6-gnu-4.1.2/Packages/AliEn/v2-19-stand-in".replaceAll(
  ".",
  "\\.",
);
/** The services in order of their start, each with AliEn's name and its daemon's command line. */
const services: ReadonlyArray<readonly [name: string, alienName: string, commandLine: string]> = [
  ["monalisa", "MonaLisa", "-DMonaLisa_HOME=/cvmfs/alice\\.cern\\.ch/.*/MonaLisa/\\S+"],
  [
    "monitor",
    "ClusterMonitor",
    `${root}/httpd/bin/httpd -k start -f ${home}/\\.alien/httpd/conf\\.8084/httpd\\.conf`,
  ],
  ["ce", "CE", `${root}/scripts/CE\\.pl CE -logfile ${logs}/CE\\.log`],
  [
    "cmreport",
    "CMreport",
    `${root}/scripts/CMreport\\.pl CMreport -logfile ${logs}/CMreport\\.log`,
  ],
];
/** One of the site's own, started last; it listens, and is asked whether it does. */
const own = new VoBoxService({
  name: "site-agent",
  command: ["python3", "-m", "http.server", "--bind", "127.0.0.1", "8099"],
  healthCommand: ["curl", "--fail", "--silent", "http://127.0.0.1:8099/"],
  startSeconds: 5,
});
const names = [...services.map(([name]) => name), own.name];

describeE2e("a VO-Box with the services of 2017 and one of its own", () => {
  let site: SiteHost;
  beforeAll(async () => {
    site = await SiteHost.start({ name: "alien" });
    await site.deploy((app) => {
      new Site(app, "alien", {
        engine: site.engine,
        image: {
          cvmfsPackage: compatibleCvmfsPackage(),
          base: BaseImage.debian(),
          services: VoBoxServices.alien().and(own),
        },
        vobox: {
          fqdn: "vobox.site.test",
          memoryMegabytes: 2048,
          sizing: VoBoxSizing.reduced({ reason: "a test" }),
        },
      });
    });
  });
  afterAll(() => site?.destroy());

  test("is healthy: all run as the VO account, and AliEn's say that they are stand-ins", async () => {
    const report = await site.report("vobox");
    expect(report).toMatchObject({ healthy: true, reasons: [] });
    expect(report.services.map(({ name, user, standIn }) => [name, user, standIn])).toEqual(
      names.map((name) => [name, "alicesgm", name !== own.name]),
    );
    const processes = await site.inside("vobox", ["ps", "-eo", "user:20,args"]);
    for (const [, , commandLine] of services) {
      expect(processes).toMatch(new RegExp(`^alicesgm .*python3 .*${commandLine}$`, "m"));
      expect(processes).not.toMatch(new RegExp(`^root .*${commandLine}$`, "m"));
    }
  });

  test("ClusterMonitor and MonALISA answer on their ports", async () => {
    const ask = (port: number) => `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`;
    expect(await site.inside("vobox", ["bash", "-c", ask(8084)])).toContain("ClusterMonitor");
    expect(await site.inside("vobox", ["bash", "-c", ask(1093)])).toBe("");
  });

  test("the own one, killed, is named by the health report until it runs again", async () => {
    const since = await lengthOfLog();
    const pid = (await supervisorctl("pid", own.name)).trim();
    await site.inside("vobox", ["kill", "-KILL", pid]);
    await waitFor("its name", 10_000, async () => {
      const { healthy, reasons } = await site.report("vobox");
      return !healthy && reasons.some((reason) => /^site-agent: (starting|exited): /.test(reason));
    });
    await healthy();
    expect((await supervisorctl("pid", own.name)).trim()).not.toBe(pid);
    expect((await site.docker("logs", "vobox")).slice(since)).not.toContain("spawned: 'ce'");
  });

  test("each one, killed, is missed and runs again; what it left is gone", async () => {
    const before = await daemons();
    const since = await lengthOfLog();
    // Of ClusterMonitor's httpd a process remains, which holds the port.
    await site.inside("vobox", ["kill", "-KILL", ...before.values()]);
    const missed = new Set<string>();
    await waitFor("others", 30_000, async () => {
      for (const reason of (await site.report("vobox")).reasons) missed.add(reason.split(":")[0]);
      const now = await daemons();
      return services.every(
        ([name, alienName]) => missed.has(name) && now.get(alienName) !== before.get(alienName),
      );
    });
    await healthy();
    const log = (await site.docker("logs", "vobox")).slice(since);
    for (const [, alienName] of services)
      expect(log).toContain(`${alienName} (process ${before.get(alienName)}) is gone`);
    expect((await site.inspect("vobox")).RestartCount).toBe(0);
    await runEachOnce();
  });

  test("a wrapper ends what an earlier one left", async () => {
    const before = await daemons();
    const since = await lengthOfLog();
    await site.inside("vobox", ["pkill", "-KILL", "-f", "libexec/vobox/services/alien"]);
    await waitFor("others", 60_000, async () => {
      const log = (await site.docker("logs", "vobox")).slice(since);
      return services.every(([, alienName]) =>
        new RegExp(`ending the ${alienName} of .* ${before.get(alienName)} [^]*runs as`).test(log),
      );
    });
    await healthy();
    await runEachOnce();
  });

  test("numbers that an earlier container's files hold harm no other process, and keep none from starting", async () => {
    await supervisorctl("stop", "ce", "monitor");
    const before = await daemons();
    // AliEn's own stop would kill all whose number contains a 1; httpd would find itself running.
    const write = `echo 1 >${logs}/CE.pid; cp ${logs}/MonaLisa.pid ${logs}/httpdClusterMonitor.pid`;
    await site.inside("vobox", ["sh", "-c", write], "alicesgm");
    await Promise.all(["monitor", "ce"].map((name) => supervisorctl("start", name)));
    await healthy();
    const now = await daemons();
    for (const name of ["MonaLisa", "CMreport"]) expect(now.get(name)).toBe(before.get(name));
    await runEachOnce();
  });

  test("the site's AliEnCommand is used, with the site's environment", async () => {
    const other = `${home}/.alien/other-alien`;
    const command = `#!/bin/sh\\necho "$COLOUR alien $*" >>${logs}/asked\\nexec /cvmfs/alice.cern.ch/bin/alien "$@"\\n`;
    const write = [
      `printf '${command}' >${other}; chmod +x ${other}`,
      `mkdir -p ${home}/.alien/etc/aliend/ALICE; echo COLOUR=green >${home}/.alien/Environment`,
      `echo AliEnCommand=${other} >${home}/.alien/etc/aliend/ALICE/startup.conf`,
    ];
    await site.inside("vobox", ["sh", "-c", write.join("\n")], "alicesgm");
    await supervisorctl("restart", "ce");
    const asked = await site.inside("vobox", ["cat", `${logs}/asked`]);
    expect(asked).toMatch(/^green alien --org ALICE StartCE -silent alienServiceNOKILL$/m);
  });

  test("a stop ends them in the opposite order, and itself with exit code 0", async () => {
    const since = await lengthOfLog();
    await site.docker("stop", "--time=60", "vobox");
    const log = (await site.docker("logs", "vobox")).slice(since);
    const stopped = [...log.matchAll(/stopped: ([\w-]+) \(/g)].map(([, name]) => name);
    expect(stopped.slice(0, names.length)).toEqual([...names].reverse());
    for (const [name] of services) expect(log).toContain(`stopped: ${name} (exit status 0)`);
    expect(log).not.toMatch(/SIGKILL/);
    expect((await site.inspect("vobox")).State.ExitCode).toBe(0);
  });

  test("stopped, they leave no process behind, and MonALISA got its signals", async () => {
    await site.docker("start", "vobox");
    await healthy();
    await supervisorctl("stop", ...[...names].reverse());
    expect((await site.tryInside("vobox", ["pgrep", "-u", "alicesgm"])).stdout).toBe("");
    const ml = await site.inside("vobox", ["cat", `${logs}/MonaLisa/ML.log`]);
    expect(ml.match(/SIG[A-Z]+(?= received)/g)?.slice(-3)).toEqual(["SIGHUP", "SIGHUP", "SIGTERM"]);
  });

  /** Process numbers of the daemons, by AliEn's names, from AliEn's own files. */
  async function daemons(): Promise<ReadonlyMap<string, string>> {
    const files = services.map(([, alienName]) => `${logs}/${alienName}.pid`);
    const { stdout } = await site.tryInside("vobox", ["grep", "-H", "", ...files]);
    const lines = stdout.split("\n").filter((line) => line !== "");
    return new Map(
      lines.map((line) => /([^/]+)\.pid:(\d+)/.exec(line)!.slice(1) as [string, string]),
    );
  }

  async function healthy(): Promise<void> {
    await waitFor("healthy", 45_000, async () => (await site.report("vobox")).healthy);
  }

  async function lengthOfLog(): Promise<number> {
    return (await site.docker("logs", "vobox")).length;
  }

  /** One process a service, and one more of httpd. */
  async function runEachOnce(): Promise<void> {
    const processes = await site.inside("vobox", ["ps", "-eo", "args"]);
    const counted = services.map(
      ([name, , commandLine]) =>
        [name, processes.match(new RegExp(`--stand-in.*${commandLine}$`, "gm"))?.length] as const,
    );
    expect(counted).toEqual(services.map(([name]) => [name, name === "monitor" ? 2 : 1]));
  }

  function supervisorctl(...args: readonly string[]): Promise<string> {
    const configuration = "/etc/vobox/supervisord.conf";
    return site.inside("vobox", ["supervisorctl", "-c", configuration, ...args]);
  }
});
