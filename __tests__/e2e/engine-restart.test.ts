import { waitFor } from "../../local/support/wait";
import type { VoBoxApp } from "../../stacks/app";
import { describeE2e } from "./support/parts";
import { SiteHost } from "./support/site-host";

jest.setTimeout(180_000);

// The provider's own `dns` would give the engine .2, .3, .1 of these.
const resolvers = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];

describeE2e("a VO-Box whose engine goes away and comes back", () => {
  let site: SiteHost;
  const describeSites = (app: VoBoxApp): void => {
    site.nemesis(app, { resolvers });
  };

  beforeAll(async () => {
    site = await SiteHost.start({ name: "engine-restart" });
    await site.deploy(describeSites);
  });
  afterAll(() => site?.destroy());

  /** Nobody has touched the VO-Box: what the engine alone makes of it. */
  async function isBack(): Promise<void> {
    await waitFor(
      "VO-Box healthy by its own report",
      45_000,
      async () => (await site.report("nemesis")).healthy,
      200,
    );
    await isWhole();
  }

  async function isWhole(): Promise<void> {
    const { repositories, services, resolvers: inEffect } = await site.report("nemesis");
    expect(inEffect).toEqual(resolvers);
    expect(services.map(({ name, running, user }) => ({ name, running, user }))).toEqual([
      { name: "monalisa", running: true, user: "alicesgm" },
      { name: "ce", running: true, user: "alicesgm" },
    ]);
    expect(repositories.map(({ name, readable }) => ({ name, readable }))).toEqual([
      { name: "alice.cern.ch", readable: true },
      { name: "alice-ocdb.cern.ch", readable: true },
    ]);
    const ocdbFile = "calibration/data/2017/OCDB/GRP/Geometry/Data/README.stand-in";
    for (const file of ["alice.cern.ch/bin/alienv", `alice-ocdb.cern.ch/${ocdbFile}`])
      expect(await site.inside("nemesis", ["cat", `/cvmfs/${file}`], "alicesgm")).not.toBe("");
    expect(await plans()).toEqual([0, 0, 0]);
  }

  async function plans(): Promise<number[]> {
    const codes: number[] = [];
    for (const stack of site.synthesize(describeSites))
      codes.push((await site.plan(stack)).exitCode);
    return codes;
  }

  /** The container's first process in the host's own count. */
  async function startTime(pid: number): Promise<string> {
    const stat = await site.host.run("cat", [`/proc/${pid}/stat`]);
    return stat.slice(stat.lastIndexOf(")")).split(" ")[20];
  }

  test("guard 2: the engine stopped and started", async () => {
    const before = await site.inspect("nemesis");
    await site.host.stopEngine();
    await site.host.startEngine();
    await isBack();
    const after = await site.inspect("nemesis");
    expect(after.Id).toBe(before.Id);
    expect(after.State.StartedAt).not.toBe(before.State.StartedAt);
  });

  test.each([1, 2])("guard 2: the engine killed and started, time %i", async () => {
    const { Id } = await site.inspect("nemesis");
    await site.host.stopEngine("SIGKILL");
    await site.host.startEngine();
    await isBack();
    expect((await site.inspect("nemesis")).Id).toBe(Id);
  });

  test.each([1, 2])("the power lost, time %i", async () => {
    const { Id } = await site.inspect("nemesis");
    await site.host.killEverything();
    await site.cvmfs.repositories.startServer();
    await site.cvmfs.startAutofs();
    await site.host.startEngine();
    await isBack();
    expect((await site.inspect("nemesis")).Id).toBe(Id);
  });

  test("guard 10: stopped by hand: the plan says so, apply starts it, and nothing is deleted", async () => {
    const { Id } = await site.inspect("nemesis");
    await site.docker("stop", "nemesis");
    expect(await plans()).toEqual([0, 0, 2]);
    const { output } = await site.plan("nemesis-vobox");
    expect(output).toContain("0 to add, 1 to change, 0 to destroy");
    expect(output).toMatch(/must_run +(= )?false -> true/);
    expect((await site.inspect("nemesis")).State.Status).toBe("exited");
    await site.apply("nemesis-vobox");
    await isBack();
    expect((await site.inspect("nemesis")).Id).toBe(Id);
  });

  describe("with live-restore", () => {
    beforeAll(async () => {
      await site.host.stopEngine();
      await site.host.startEngine({ liveRestore: true });
      await isBack();
    });

    test.each(["SIGTERM", "SIGKILL"] as const)("it serves on through a %s", async (signal) => {
      const before = await site.inspect("nemesis");
      const { Pid } = before.State;
      const started = await startTime(Pid);
      await site.host.stopEngine(signal);
      // No engine is there to ask, so from the host, in the container's namespaces.
      const inside = ["--target", String(Pid), "--mount", "--pid", "--uts", "--ipc"];
      const processes = await site.host.run("nsenter", [...inside, "ps", "-eo", "args"]);
      expect(processes).toMatch(/alien\.site\.ComputingElement/);
      expect(processes).toMatch(/-DMonaLisa_HOME=/);
      const read = await site.host.run("nsenter", [
        ...[...inside, "setpriv", "--reuid=alicesgm", "--regid=alicesgm", "--clear-groups"],
        ...["cat", "/cvmfs/alice.cern.ch/bin/alienv"],
      ]);
      expect(read).toContain("alienv");
      await site.host.startEngine({ liveRestore: true });
      await isWhole();
      const { Id, State, RestartCount } = await site.inspect("nemesis");
      expect({ Id, RestartCount, pid: State.Pid, startedAt: State.StartedAt }).toEqual({
        Id: before.Id,
        RestartCount: before.RestartCount,
        pid: Pid,
        startedAt: before.State.StartedAt,
      });
      expect(await startTime(Pid)).toBe(started);
    });
  });
});
