import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { providerVersions } from "../../stacks/site-stack";
import { describeE2e } from "./support/parts";
import { SiteHost } from "./support/site-host";

jest.setTimeout(180_000);

const stack = "bare";
const loop = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"];

/** Containers as Terraform takes them: each is written as the constructs never write it. */
const written = {
  as_little_as_possible: {},
  memory_without_swap: { memory: 64 },
  capability_without_prefix: { capabilities: { add: ["NET_ADMIN"] } },
  duration_in_seconds: { healthcheck: { test: ["CMD", "true"], interval: "60s" } },
  device_by_its_path_alone: { devices: [{ host_path: "/dev/null" }] },
  some_limits: { ulimit: [{ name: "core", soft: 0, hard: 0 }] },
  some_log_options: { log_driver: "json-file", log_opts: { "max-size": "5m" } },
  other_log_driver: { log_driver: "local", log_opts: { "max-size": "5m" } },
  unmasked_paths: { security_opts: ["seccomp=unconfined", "systempaths=unconfined"] },
  cpus: { cpus: "1.5" },
  memory_reservation: { memory: 64, memory_swap: 64, memory_reservation: 32 },
  resolvers: { dns: ["10.0.0.1", "10.0.0.2", "10.0.0.3"] },
  stopped: {},
  edited: edited({ interval: "5s", init: true, size: "8m", quota: 50_000, readOnly: true }),
  ended_with_grace: { destroy_grace_seconds: 20 },
  ended_without: {},
};
type Name = keyof typeof written;
/** What an engine of API 1.41 cannot do: the provider says so when it applies it, no sooner. */
const notOnOldEngines: readonly [string, object, RegExp][] = [
  [
    "start_interval",
    { healthcheck: { test: ["CMD", "true"], start_interval: "5s" } },
    /health-check start interval" requires API version 1\.44/,
  ],
  [
    "volume_options",
    { mounts: [{ type: "volume", source: "v", target: "/v", volume_options: { no_copy: false } }] },
    /VolumeOptions\.Subpath requires docker version 1\.45/,
  ],
];

function edited(to: {
  interval: string;
  init: boolean;
  size: string;
  quota: number;
  readOnly: boolean;
}): Record<string, unknown> {
  return {
    healthcheck: { test: ["CMD", "true"], interval: to.interval },
    init: to.init,
    tmpfs: { "/scratch": `size=${to.size}` },
    cpu_period: 100_000,
    cpu_quota: to.quota,
    mounts: [{ type: "volume", source: "edited", target: "/volume", read_only: to.readOnly }],
  };
}

// What docs/provider.md says of the provider. A release that mends one of these fails here: then its guard can go.
describeE2e("the docker provider, without the constructs' guards", () => {
  let site: SiteHost;
  let folder: string;
  let actions: Readonly<Record<string, string>>;

  beforeAll(async () => {
    site = await SiteHost.start({
      name: "provider-host",
      engineArguments: ["--log-opt=labels=site", "--default-ulimit=nofile=4096:8192"],
    });
    folder = join(site.directory, "cdktf.out", "stacks", stack);
    mkdirSync(folder, { recursive: true });
    write(written);
    await site.apply(stack);
    await site.docker("stop", "stopped");
    actions = await planned();
  });
  afterAll(() => site?.destroy());

  test.each<[string, Name]>([
    ["guard 7: memory without memory_swap", "memory_without_swap"],
    ["guard 7: a capability without CAP_", "capability_without_prefix"],
    ["guard 7: a duration that is not Go's form of it", "duration_in_seconds"],
    ["guard 7: log options, where the engine has others", "some_log_options"],
    ["guard 7: ulimits, where the engine has others", "some_limits"],
    ["guard 11: systempaths=unconfined", "unmasked_paths"],
  ])("%s: each plan shows a change", (_, name) => {
    expect(actions[name]).toMatch(/^(update|delete create)$/);
  });

  test.each<[string, Name]>([
    ["what says nothing of it", "as_little_as_possible"],
    ["guard 7: a device by its path on the host alone", "device_by_its_path_alone"],
    ["guard 7: a log driver that is not the engine's, with options", "other_log_driver"],
    ["guard 11: cpus", "cpus"],
    ["guard 11: memory_reservation", "memory_reservation"],
  ])("%s: needless, no plan shows a change", (_, name) => {
    expect(actions[name]).toBe("no-op");
  });

  test("guard 11: cpus are applied", async () => {
    expect(await read("cpus", "{{.HostConfig.NanoCpus}}")).toBe("1500000000");
  });

  test("guard 5: the engine does not get resolvers in the order that was given", async () => {
    expect(await read("resolvers", "{{.HostConfig.Dns}}")).toBe("[10.0.0.2 10.0.0.3 10.0.0.1]");
  });

  test("guard 10: needless, a plan deletes no stopped container; it will be started", async () => {
    expect(actions["stopped"]).toBe("update");
    expect(await read("stopped", "{{.State.Status}}")).toBe("exited");
  });

  test("guard 3: edits are reported as applied, and are not", async () => {
    const id = await read("edited", "{{.Id}}");
    const before = await valuesOf("edited");
    const to = { interval: "9s", init: false, size: "16m", quota: 70_000, readOnly: false };
    write({ ...written, edited: edited(to) });
    expect((await planned())["edited"]).toBe("update");
    await site.apply(stack);
    expect(await read("edited", "{{.Id}}")).toBe(id);
    expect(await valuesOf("edited")).toEqual(before);
  });

  test.each(notOnOldEngines)(
    "guard 12: %s is planned and then fails where the engine is old",
    async (name, properties, failure) => {
      write({ ...written, [name]: properties });
      expect((await planned())[name]).toBe("create");
      expect((await site.tryApply(stack)).stderr).toMatch(failure);
      write(written);
    },
  );

  test("guard 8: without a grace a destroy kills at once", async () => {
    const rest: Record<string, Record<string, unknown>> = { ...written };
    delete rest["ended_with_grace"];
    delete rest["ended_without"];
    write(rest);
    const since = Math.floor(Date.now() / 1000);
    await site.apply(stack);
    const signals = await site.docker(
      ...["events", `--since=${since}`, `--until=${Math.ceil(Date.now() / 1000)}`],
      ...[
        "--filter=event=kill",
        "--format={{.Actor.Attributes.name}} {{.Actor.Attributes.signal}}",
      ],
    );
    expect(signals).toMatch(/^ended_with_grace 15$/m);
    expect(signals).not.toMatch(/^ended_with_grace 9$/m);
    expect(signals).toMatch(/^ended_without 9$/m);
  });

  function write(containers: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void {
    const resources = Object.entries(containers).map(([name, properties]) => [
      name,
      { name, image: "debian:12-slim", command: loop, network_mode: "host", ...properties },
    ]);
    const source = "kreuzwerker/docker";
    const required = { docker: { source, version: providerVersions.docker } };
    const program = {
      terraform: { required_providers: required },
      provider: { docker: { host: site.engine, context: "" } },
      resource: { docker_container: Object.fromEntries(resources) as object },
    };
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify(program, null, 1));
  }

  /** What the next plan does with each container. */
  async function planned(): Promise<Readonly<Record<string, string>>> {
    return Object.fromEntries(
      (await site.changes(stack)).map(({ name, change }) => [name, change.actions.join(" ")]),
    );
  }

  async function read(container: Name, format: string): Promise<string> {
    return (await site.docker("container", "inspect", `--format=${format}`, container)).trim();
  }

  async function valuesOf(container: Name): Promise<unknown> {
    const inspection = JSON.parse(await read(container, "{{json .}}")) as {
      readonly Config: { readonly Healthcheck: unknown };
      readonly HostConfig: Readonly<Record<string, unknown>>;
    };
    const { Init, Tmpfs, CpuPeriod, CpuQuota, Mounts } = inspection.HostConfig;
    return { Init, Tmpfs, CpuPeriod, CpuQuota, Mounts, check: inspection.Config.Healthcheck };
  }
});
