import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  BaseImage,
  VoBoxFile,
  VoBoxService,
  VoBoxServices,
  VoBoxSizing,
  type VoBoxImageProps,
} from "../../lib";
import { waitFor } from "../../local/support/wait";
import { Site } from "../../stacks/site";
import { describeE2e } from "./support/parts";
import { compatibleCvmfsPackage, SiteHost, type ContainerInspection } from "./support/site-host";

jest.setTimeout(180_000);

const container = "nemesis";
/** Longer than any test: a build step that only the test ends. */
const endless = "sleep 86399";

/** Debian, but installing the packages takes until the test ends it. */
class SlowDebian extends BaseImage {
  private readonly debian = BaseImage.debian();
  readonly requiredPackages = this.debian.requiredPackages;

  constructor() {
    super("debian:12-slim");
  }

  override renderInstall(packages: readonly string[]): string {
    return `${this.debian.renderInstall(packages)}\nRUN ${endless} || true`;
  }

  override renderCvmfsInstall(): string {
    return this.debian.renderCvmfsInstall();
  }
}

describeE2e("a changed image", () => {
  let site: SiteHost;
  /** Names and tags of the images of the versions so far, by version. */
  const references: Record<string, string> = {};

  beforeAll(async () => {
    site = await SiteHost.start({ name: "rollout-host" });
    await deploy("1");
  });
  afterAll(() => site?.destroy());

  test("is built while the VO-Box goes on serving, and then replaces it within stop and start", async () => {
    const before = await site.inspect(container);
    describeVersion("2", { base: new SlowDebian() });

    const building = site.apply("nemesis-image");
    // Awaited below; until then its failure is not unhandled.
    building.catch(() => undefined);
    await waitFor("build step", 30_000, () => processOfHost("pgrep"));
    const sinceBuild = Date.now();
    try {
      const duringBuild = await whileAsking(async () => {
        await waitFor("a check in the build", 30_000, () => wasCheckedAfter(sinceBuild));
        const now = await site.inspect(container);
        expect(lifeOf(now)).toEqual(lifeOf(before));
        expect(now.State.Health?.Status).toBe("healthy");
        expect(await processOfHost("pgrep")).toBe(true);
      });
      expect(duringBuild.length).toBeGreaterThan(3);
      expect(duringBuild.filter(({ answered }) => !answered)).toEqual([]);
    } finally {
      await processOfHost("pkill");
    }
    await building;
    // Complete before the old container is touched.
    const built = (await site.images()).get(references["2"]);
    expect(built).toBeDefined();
    expect(lifeOf(await site.inspect(container))).toEqual(lifeOf(before));

    const since = Date.now();
    const replacement = outageIn(
      await whileAsking(async () => {
        await site.apply("nemesis-vobox");
      }),
    );
    const after = await site.inspect(container);
    expect(after.Id).not.toBe(before.Id);
    expect(after.Image).toBe(built);
    const [killed, died] = await eventsOf(before.Id, since, "kill", "die");
    const [started] = await eventsOf(after.Id, since, "start");
    expect(killed).toBeLessThan(died);
    expect(died).toBeLessThan(started);

    const restart = outageIn(
      await whileAsking(async () => {
        await site.docker("stop", container);
        await site.docker("start", container);
        await waitFor("ce answers", 60_000, ceAnswers);
      }),
    );
    console.log(
      [
        `ce was away for ${seconds(replacement.milliseconds)} in the replacement:`,
        `  stop ${seconds(died - killed)}, to the new start ${seconds(started - died)}, ` +
          `from there until it answered ${seconds(replacement.end - started)}`,
        `and for ${seconds(restart.milliseconds)} in a docker stop and a docker start`,
      ].join("\n"),
    );
    await waitFor("healthy", 60_000, async () => (await site.health(container)) === "healthy");
  });

  test("that cannot be built leaves the VO-Box and the state as they were", async () => {
    const before = await site.inspect(container);
    const images = await site.images();
    describeVersion("broken", { packages: ["no-such-package"] });

    const { exitCode, stderr } = await site.tryApply("nemesis-image");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("no-such-package");

    expect(lifeOf(await site.inspect(container))).toEqual(lifeOf(before));
    expect(await site.health(container)).toBe("healthy");
    expect(await site.images()).toEqual(images);
    expect(await site.docker("ps", "--all", "--format", "{{.Names}}")).toBe(`${container}\n`);
    expect(await imagesInState()).toEqual([references["2"]]);
    for (const stack of describeVersion("2", { base: new SlowDebian() }))
      expect((await site.plan(stack)).exitCode).toBe(0);
  });

  test("takes the place of the older ones, but for the one before", async () => {
    expect(await keptVersions()).toEqual(["1", "2"]);
    await deploy("3");
    expect(await keptVersions()).toEqual(["2", "3"]);
    expect((await site.inspect(container)).Image).toBe((await site.images()).get(references["3"]));
  });

  describe("that does not become healthy", () => {
    const batch = new VoBoxService({
      name: "batch",
      command: ["sleep", "infinity"],
      healthCommand: ["test", "-e", "/tmp/batch-is-up"],
    });
    const services = VoBoxServices.jalien().and(batch);
    let left: ContainerInspection;

    test("fails with the reasons by name, leaves the container running and removes no image", async () => {
      describeVersion("4", { services });
      await site.apply("nemesis-image");
      const { exitCode, stdout, stderr } = await site.tryApply("nemesis-vobox");
      expect(exitCode).toBe(1);
      expect(stdout + stderr).toMatch(/nemesis is not healthy after 12 s \(running starting\):/);
      expect(stdout + stderr).toMatch(/batch: its health command ended with 1/);

      left = await site.inspect(container);
      expect(left.State.Status).toBe("running");
      expect(left.Image).toBe((await site.images()).get(references["4"]));
      expect(await ceAnswers()).toBe(true);
      expect(await keptVersions()).toEqual(["2", "3", "4"]);
    });

    test("is waited for again, not replaced, by the next deployment", async () => {
      // What another container uses stays too.
      await site.docker("create", "--name", "other", "--network", "none", references["2"]);
      describeVersion("4", { services });
      expect((await site.plan("nemesis-vobox")).output).toContain(
        "Plan: 1 to add, 0 to change, 1 to destroy.",
      );
      const deployment = site.apply("nemesis-vobox");
      await site.inside(container, ["touch", "/tmp/batch-is-up"]);
      await deployment;
      expect(lifeOf(await site.inspect(container))).toEqual(lifeOf(left));
      expect(await site.health(container)).toBe("healthy");
      expect(await keptVersions()).toEqual(["2", "3", "4"]);
    });
  });

  test("is rolled back to the one before without a new image", async () => {
    await site.docker("rm", "other");
    const ids = new Set((await site.images()).values());
    await deploy("3");
    const images = await site.images();
    expect([...images.values()].filter((id) => !ids.has(id))).toEqual([]);
    expect((await site.inspect(container)).Image).toBe(images.get(references["3"]));
    expect(await keptVersions()).toEqual(["3", "4"]);
  });

  async function deploy(version: string): Promise<void> {
    for (const stack of describeVersion(version)) await site.apply(stack);
  }

  /** Synthesizes Nemesis with a file that tells the version; returns the stacks in order. */
  function describeVersion(version: string, image: VoBoxImageProps = {}): readonly string[] {
    const stacks = site.synthesize(
      (app) =>
        new Site(app, container, {
          engine: site.engine,
          image: {
            cvmfsPackage: compatibleCvmfsPackage(),
            base: BaseImage.debian(),
            files: [VoBoxFile.fromText("/etc/vobox-release", `${version}\n`)],
            ...image,
          },
          vobox: {
            fqdn: "nemesis.cern.ch",
            memoryMegabytes: 2048,
            sizing: VoBoxSizing.reduced({ reason: "a test" }),
            healthCheck: { intervalSeconds: 5 },
          },
          healthLimitSeconds: version === "4" ? 12 : 60,
        }),
    );
    const manifest = join(site.directory, "cdktf.out", "vobox-sites.json");
    const { sites } = JSON.parse(readFileSync(manifest, "utf8")) as {
      readonly sites: ReadonlyArray<{ readonly image: string }>;
    };
    references[version] = sites[0].image;
    return stacks;
  }

  /** The versions whose images are on the engine under their own tags. */
  async function keptVersions(): Promise<string[]> {
    const images = await site.images();
    expect([...images.keys()].filter((name) => name.includes("<none>"))).toEqual([]);
    return Object.keys(references).filter((version) => images.has(references[version]));
  }

  async function imagesInState(): Promise<string[]> {
    const { values } = JSON.parse(await site.terraform("nemesis-image", "show", "-json")) as State;
    return values?.root_module.resources.map((resource) => resource.values.name) ?? [];
  }

  /** Whether the build step was found, or ended. */
  async function processOfHost(command: "pgrep" | "pkill"): Promise<boolean> {
    const result = await site.host.tryRun(command, ["--full", "--exact", endless]);
    return result.exitCode === 0;
  }

  /** Whether the engine began a health check after that time and found the VO-Box healthy. */
  async function wasCheckedAfter(milliseconds: number): Promise<boolean> {
    const format = "{{json .State.Health.Log}}";
    const checks = JSON.parse(
      await site.docker("container", "inspect", "--format", format, container),
    ) as ReadonlyArray<{ readonly Start: string; readonly ExitCode: number }>;
    return checks.some((one) => Date.parse(one.Start) > milliseconds && one.ExitCode === 0);
  }

  /** Asks for an answer of ce's port, in the host's network. */
  async function ceAnswers(): Promise<boolean> {
    const ask = "exec 3<>/dev/tcp/127.0.0.1/10000 && head --bytes=1 <&3";
    const { stdout } = await site.host.tryRun("timeout", ["2", "bash", "-c", ask]);
    return stdout !== "";
  }

  /** Asks ce again and again from outside while the work lasts and until it answers afterwards. */
  async function whileAsking(work: () => Promise<void>): Promise<Answer[]> {
    const answers: Answer[] = [];
    const working = { done: false };
    const asking = async (): Promise<void> => {
      while (!working.done || !answers.at(-1)?.answered) {
        const answered = await ceAnswers();
        answers.push({ at: Date.now(), answered });
        await delay(50);
      }
    };
    await Promise.all([asking(), work().finally(() => (working.done = true))]);
    return answers;
  }

  /** Times, in milliseconds since 1970, of the first event of each kind. */
  async function eventsOf(
    id: string,
    since: number,
    ...kinds: readonly string[]
  ): Promise<number[]> {
    const format = "{{.Action}} {{.TimeNano}}";
    const limits = [`--since=${since / 1000}`, `--until=${Date.now() / 1000}`];
    const lines = await site.docker(
      "events",
      ...limits,
      `--filter=container=${id}`,
      "--format",
      format,
    );
    const events = lines.split("\n").map((line) => line.split(" "));
    return kinds.map((kind) => Number(events.find(([action]) => action === kind)?.[1]) / 1e6);
  }
});

/** What Terraform shows of a state. */
interface State {
  /** Missing in an empty one. */
  readonly values?: {
    readonly root_module: {
      readonly resources: ReadonlyArray<{ readonly values: { readonly name: string } }>;
    };
  };
}

interface Answer {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly answered: boolean;
}

/** From the last answer before the gap to the first one after it. Throws unless there is exactly one gap. */
function outageIn(answers: readonly Answer[]): {
  readonly milliseconds: number;
  readonly end: number;
} {
  const first = answers.findIndex(({ answered }) => !answered);
  const end = answers.findIndex(({ answered }, index) => index > first && answered);
  if (first < 1 || end < 0 || answers.slice(end).some(({ answered }) => !answered))
    throw new Error(
      `no single gap: ${answers.map(({ answered }) => (answered ? "+" : "-")).join("")}`,
    );
  return { milliseconds: answers[end].at - answers[first - 1].at, end: answers[end].at };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** What a container keeps as long as nobody stops it. */
function lifeOf({ Id, Image, State }: ContainerInspection) {
  return { Id, Image, pid: State.Pid, startedAt: State.StartedAt };
}
