import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  BaseImage,
  type VoBox,
  VoBoxMount,
  type VoBoxProps,
  VoBoxService,
  VoBoxServices,
  VoBoxSizing,
} from "../../lib";
import { waitFor } from "../../local/support/wait";
import { Site } from "../../stacks/site";
import { describeE2e } from "./support/parts";
import { compatibleCvmfsPackage, type ContainerInspection, SiteHost } from "./support/site-host";

jest.setTimeout(180_000);

const name = "edited";
const stack = `${name}-vobox`;
/** One that stops at once: a grace of seconds is enough. */
const services = VoBoxServices.of(
  new VoBoxService({ name: "batch", command: ["sleep", "infinity"], stopSeconds: 1 }),
);

/** What a plan does with the container, as far as a test is about it. */
interface PlannedEdit {
  readonly actions: readonly string[];
  /** The attributes whose change forces the replacement. */
  readonly replacedFor: readonly string[];
  /** The edited attributes. */
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

const inPlace = { actions: ["update"], replacedFor: [] };
const replacedFor = (attribute: string) => ({
  actions: ["delete", "create"],
  replacedFor: [attribute],
});
/**
 * The provider would update the attribute in place without doing so, or the resource ignores its changes: the hash
 * of lib/container/applied-by-replacement.ts is what forces the replacement, on purpose, and nothing else does.
 */
const replacedForLabel = replacedFor("labels");

describeE2e("a running VO-Box whose description is edited", () => {
  let site: SiteHost;
  /** What the VO-Box is at present: each test edits one thing of it. */
  let props: Partial<VoBoxProps>;
  /** Whether PID 1 is the engine's init, which no prop can change. */
  let init = true;

  beforeAll(async () => {
    // Options and limits of the engine's own are mixed into what it says of each container.
    site = await SiteHost.start({
      name: "edits-host",
      engineArguments: ["--log-opt=labels=site", "--default-ulimit=nofile=4096:8192"],
    });
    for (const directory of ["first", "second"]) {
      mkdirSync(join(site.directory, directory));
      writeFileSync(join(site.directory, directory, "name"), directory);
    }
    props = {
      memoryMegabytes: 1024,
      sizing: VoBoxSizing.reduced({ reason: "a test" }),
      stopGraceSeconds: 12,
      healthCheck: { intervalSeconds: 5 },
      logRotation: { maximumFileMegabytes: 10, maximumFiles: 3 },
      temporaryDirectories: [{ path: "/scratch", sizeMegabytes: 16 }],
      capabilities: ["NET_ADMIN"],
      mounts: [VoBoxMount.bind(join(site.directory, "first"), "/site")],
    };
    await site.deploy(describeSites);
  });
  afterAll(() => site?.destroy());

  test("is not changed by its first plan, nor by its tenth", async () => {
    const before = await site.inspect(name);
    for (let run = 1; run <= 10; run++)
      expect({ run, ...(await site.plan(stack)) }).toMatchObject({ run, exitCode: 0 });
    expect((await site.inspect(name)).State.StartedAt).toBe(before.State.StartedAt);
  });

  test("healthcheck: the engine checks as often as the edit says", async () => {
    await edit(
      { healthCheck: { intervalSeconds: 9 } },
      {
        ...replacedForLabel,
        before: { healthcheck: [{ interval: "5s" }] },
        after: { healthcheck: [{ interval: "9s" }] },
      },
    );
    const pause = async (): Promise<number | undefined> => {
      const log = (await site.inspect(name)).State.Health?.Log ?? [];
      if (log.length < 2) return undefined;
      return (Date.parse(log[1].Start) - Date.parse(log[0].End)) / 1000;
    };
    await waitFor("two checks", 60_000, async () => (await pause()) !== undefined);
    expect(await pause()).toBeGreaterThan(8);
    expect((await site.inspect(name)).Config.Healthcheck.Interval).toBe(9e9);
  });

  test("memory: changed in place, without a restart", async () => {
    const before = await site.inspect(name);
    await edit(
      { memoryMegabytes: 1100 },
      {
        ...inPlace,
        before: { memory: 1024, memory_swap: 1024 },
        after: { memory: 1100, memory_swap: 1100 },
      },
    );
    const after = await site.inspect(name);
    expect(after.State.StartedAt).toBe(before.State.StartedAt);
    expect(await memoryLimit(after)).toBe(1100 * 1024 * 1024);
  });

  test("init: PID 1 is init.sh, and the engine's init again", async () => {
    const [on, off] = [{ init: true }, { init: false }];
    init = false;
    await edit({}, { ...replacedForLabel, before: on, after: off });
    expect(await site.inside(name, ["cat", "/proc/1/cmdline"])).toContain("init.sh");
    init = true;
    await edit({}, { ...replacedForLabel, before: off, after: on });
    expect(await site.inside(name, ["cat", "/proc/1/cmdline"])).toMatch(/docker-init|tini/);
  });

  test("tmpfs: size and options are those of the edit", async () => {
    expect(await mountLine("/scratch")).toMatch(/noexec.*size=16384k/);
    const temporaryDirectories = [{ path: "/scratch", sizeMegabytes: 24, executable: true }];
    await edit(
      { temporaryDirectories },
      {
        ...replacedForLabel,
        before: { tmpfs: { "/scratch": "rw,nosuid,nodev,noexec,size=16m" } },
        after: { tmpfs: { "/scratch": "rw,nosuid,nodev,exec,size=24m" } },
      },
    );
    expect(await mountLine("/scratch")).toMatch(/size=24576k/);
    expect(await mountLine("/scratch")).not.toMatch(/noexec/);
  });

  test("capabilities: PID 1 has those of the edit", async () => {
    expect(await capabilities()).toEqual({ netAdmin: true, sysNice: false });
    await edit(
      { capabilities: ["SYS_NICE"] },
      {
        ...replacedFor("capabilities"),
        before: { capabilities: [{ add: ["CAP_NET_ADMIN"] }] },
        after: { capabilities: [{ add: ["CAP_SYS_NICE"] }] },
      },
    );
    expect(await capabilities()).toEqual({ netAdmin: false, sysNice: true });
  });

  test("mounts: another directory of the host, and then the same one writable", async () => {
    const [first, second] = ["first", "second"].map((one) => join(site.directory, one));
    const planned = (source: string, readOnly: boolean | null) => ({
      mounts: expect.arrayContaining([
        expect.objectContaining({ source, target: "/site", read_only: readOnly }),
      ]) as unknown,
    });
    expect(await site.inside(name, ["cat", "/site/name"])).toBe("first");
    await edit(
      { mounts: [VoBoxMount.bind(second, "/site")] },
      { ...replacedForLabel, before: planned(first, true), after: planned(second, true) },
    );
    expect(await site.inside(name, ["cat", "/site/name"])).toBe("second");
    expect((await site.tryInside(name, ["touch", "/site/new"])).exitCode).not.toBe(0);
    await edit(
      { mounts: [VoBoxMount.bind(second, "/site", { writable: true })] },
      { ...replacedForLabel, before: planned(second, true), after: planned(second, null) },
    );
    await site.inside(name, ["touch", "/site/new"]);
  });

  test("log options: the engine rotates as the edit says", async () => {
    await edit(
      { logRotation: { maximumFileMegabytes: 1, maximumFiles: 2 } },
      {
        // Ignored while the container stays, for the engine's own options are mixed in (here `labels`).
        ...replacedForLabel,
        before: { log_opts: { "max-size": "10m", "max-file": "3", labels: "site" } },
        after: { log_opts: { "max-size": "1m", "max-file": "2" } },
      },
    );
    const { LogConfig } = (await site.inspect(name)).HostConfig;
    expect(LogConfig.Type).toBe("json-file");
    expect(LogConfig.Config).toMatchObject({ "max-size": "1m", "max-file": "2" });
    // Through the container's own output: 3 MB, of which two files of one keep the end.
    await site.inside(name, [
      "sh",
      "-c",
      "head -c 2000000 /dev/zero | tr '\\0' x | fold -w 99 >/proc/1/fd/1",
    ]);
    await site.inside(name, [
      "sh",
      "-c",
      "head -c 1000000 /dev/zero | tr '\\0' y | fold -w 99 >/proc/1/fd/1",
    ]);
    await waitFor("the end of it", 20_000, async () =>
      /y{99}\s*$/.test(await site.docker("logs", "--tail=1", name)),
    );
    expect(await site.docker("logs", name)).not.toContain("init: starts");
  });

  test("stop grace: guard 8: neither the engine's stop nor a destroy kills it before", async () => {
    await edit(
      { stopGraceSeconds: 14 },
      {
        ...replacedFor("stop_timeout"),
        before: { destroy_grace_seconds: 12, stop_timeout: 12 },
        after: { destroy_grace_seconds: 14, stop_timeout: 14 },
      },
    );
    await hang();
    expect(await secondsOf(() => site.docker("stop", name))).toBeGreaterThan(13);
    expect((await site.inspect(name)).State.ExitCode).toBe(137);
    await site.docker("start", name);
    await waitFor("healthy", 60_000, async () => (await site.health(name)) === "healthy");
    await hang();
    expect(
      await secondsOf(() => site.terraform(stack, "destroy", "-input=false", "-auto-approve")),
    ).toBeGreaterThan(13);
    expect(await site.docker("ps", "--all", "--quiet")).toBe("");
  });

  function describeSites(app: ConstructorParameters<typeof Site>[0]): void {
    const { vobox } = new Site(app, name, {
      engine: site.engine,
      image: {
        base: BaseImage.debian(),
        cvmfsPackage: compatibleCvmfsPackage(),
        services,
      },
      vobox: { fqdn: `${name}.cern.ch`, ...props },
    });
    const { container } = vobox.node.findChild("vobox") as VoBox;
    container.resource.init = init;
  }

  /** The one edit: planned, deployed, and no longer in the next plan. */
  async function edit(change: Partial<VoBoxProps>, planned: PlannedEdit): Promise<void> {
    props = { ...props, ...change };
    site.synthesize(describeSites);
    expect(await plannedEdit()).toMatchObject(planned);
    await site.apply(stack);
    expect(await site.plan(stack)).toMatchObject({ exitCode: 0 });
  }

  async function plannedEdit(): Promise<PlannedEdit> {
    const containers = (await site.changes(stack)).filter(
      ({ type }) => type === "docker_container",
    );
    expect(containers).toHaveLength(1);
    const { actions, before, after, replace_paths: paths = [] } = containers[0].change;
    return {
      actions,
      replacedFor: paths.map(([attribute]) => String(attribute)),
      before: before ?? {},
      after: after ?? {},
    };
  }

  async function memoryLimit({ Id }: ContainerInspection): Promise<number> {
    const paths = [`/sys/fs/cgroup/memory.max`, "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    const read = `cat ${paths.join(" ")} 2>/dev/null || true`;
    return Number((await site.inside(Id, ["sh", "-c", read])).trim());
  }

  async function mountLine(path: string): Promise<string> {
    const mounts = await site.inside(name, ["cat", "/proc/self/mounts"]);
    return mounts.split("\n").find((line) => line.includes(` ${path} `)) ?? "";
  }

  /** CAP_NET_ADMIN is 12, CAP_SYS_NICE 23 (capabilities(7), linux/capability.h). */
  async function capabilities(): Promise<{ netAdmin: boolean; sysNice: boolean }> {
    const status = await site.inside(name, ["cat", "/proc/1/status"]);
    const bounding = BigInt(`0x${/^CapBnd:\s*(\S+)/m.exec(status)?.[1]}`);
    const has = (bit: bigint): boolean => ((bounding >> bit) & 1n) === 1n;
    return { netAdmin: has(12n), sysNice: has(23n) };
  }

  /** What runs in it no longer reacts to anything but SIGKILL. */
  async function hang(): Promise<void> {
    await site.inside(name, ["pkill", "-STOP", "-f", "/etc/init.sh"]);
  }

  async function secondsOf(action: () => Promise<unknown>): Promise<number> {
    const began = Date.now();
    await action();
    return (Date.now() - began) / 1000;
  }
});
