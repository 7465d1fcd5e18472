import { delimiter, join } from "node:path";
import type { SiteEntry } from "../../cli/manifest";
import { siteStatus, type SiteStatus } from "../../cli/status";
import { FakeDocker, healthyReport, unhealthyReport, wellReport } from "../support/fake-docker";
import { useScratch } from "../support/scratch";
import { statusProblems } from "../support/status-schema";

const scratch = useScratch();
const before = { ...process.env };
let docker: FakeDocker;
beforeAll(() => {
  docker = new FakeDocker(join(scratch.folder, "bin"));
  process.env["PATH"] = `${docker.folder}${delimiter}${before["PATH"]}`;
  process.env["DOCKER_HOST"] = "unix:///elsewhere.sock";
  process.env["DOCKER_CONTEXT"] = "elsewhere";
});
afterAll(() => {
  process.env = before;
});

function entry(container: string, engine = "unix:///run/a.sock"): SiteEntry {
  return {
    site: "a",
    engine,
    container,
    image: "vobox:1111111111111111",
    fqdn: "a.cern.ch",
    volumes: [],
    stacks: [],
  };
}

/** The status of a site, after a look at the schema. */
async function statusOf(container: string): Promise<SiteStatus> {
  const status = await siteStatus(entry(container));
  expect(statusProblems({ sites: [status] })).toEqual([]);
  return status;
}

describe("a site's status", () => {
  it("is healthy when the engine and the VO-Box itself say so", async () => {
    docker.add("well", { health: "healthy", restarts: 2 }, healthyReport);
    const { hostName, ...inside } = wellReport;
    expect(await statusOf("well")).toEqual({
      ...inside,
      site: "a",
      engine: "unix:///run/a.sock",
      fqdn: hostName,
      container: {
        id: "0123456789abcdef".repeat(4),
        name: "well",
        state: "running",
        health: "healthy",
        restarts: 2,
        startedAt: "2026-11-01T00:00:00.123456789Z",
      },
      image: "vobox:0000000000000000",
    });
  });

  it("asks the site's engine, whatever the caller's environment says", () => {
    expect(docker.calls.slice(0, 2)).toEqual([
      "--host unix:///run/a.sock container inspect well||",
      "--host unix:///run/a.sock exec well /usr/libexec/vobox/health --json||",
    ]);
  });

  it("is absent without a container, and names the image that should run", async () => {
    expect(await statusOf("none")).toMatchObject({
      healthy: false,
      reasons: ["container: absent"],
      container: {
        id: null,
        name: "none",
        state: "absent",
        health: null,
        restarts: 0,
        startedAt: null,
      },
      image: "vobox:1111111111111111",
      repositories: [],
      services: [],
      healthCommands: [],
      credentials: [],
      resolvers: [],
      warnings: [],
      reducedSizing: null,
    });
  });

  it.each(["exited", "created", "paused", "restarting", "dead"])(
    "is not healthy when %s",
    async (state) => {
      docker.add("stopped", { status: state, health: "healthy" }, healthyReport);
      expect(await statusOf("stopped")).toMatchObject({
        healthy: false,
        reasons: [`container: ${state}`],
        container: { state },
      });
    },
  );

  it("has the reasons of the VO-Box", async () => {
    docker.add("ill", { health: "unhealthy" }, unhealthyReport);
    expect(await statusOf("ill")).toMatchObject({
      healthy: false,
      reasons: ["alice.cern.ch: a read did not end within 15 s", "ce: backoff: exited too quickly"],
      repositories: [{ readable: false, mount: null }],
    });
  });

  it("lacks what an older image knows nothing of", async () => {
    docker.add("old", { health: "unhealthy" }, unhealthyReport);
    expect(await statusOf("old")).toMatchObject({
      warnings: [],
      healthCommands: [],
      credentials: [],
      reducedSizing: null,
    });
  });

  it.each([
    ["starting", "starting"],
    ["unhealthy", "unhealthy"],
    [undefined, "unknown"],
  ])("is not healthy while the engine's checks say %s", async (health, shown) => {
    docker.add("late", { health }, healthyReport);
    expect(await statusOf("late")).toMatchObject({
      healthy: false,
      reasons: [`container: health is ${shown} by the engine's checks`],
    });
  });

  it("is not healthy when the VO-Box gives no report", async () => {
    docker.add("mute", { health: "healthy" });
    expect(await statusOf("mute")).toMatchObject({
      healthy: false,
      reasons: ["container: gives no report (OCI runtime exec failed: no such file)"],
    });
    docker.add("garbled", { health: "healthy" }, "");
    expect(await statusOf("garbled")).toMatchObject({
      healthy: false,
      reasons: ["container: gives no report (nothing printed)"],
    });
  });
});

describe("an engine that does not answer", () => {
  it("is a reason of not being healthy, as any other", async () => {
    expect(await siteStatus(entry("well", "ssh://root@down"))).toMatchObject({
      healthy: false,
      reasons: [expect.stringMatching(/^engine: does not answer \(Cannot connect/)],
      container: { id: null, state: "unknown" },
    });
  });

  it("is told from a docker command that is not there", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = join(scratch.folder, "nothing");
    try {
      expect((await siteStatus(entry("well"))).reasons).toEqual([
        "engine: does not answer (the docker command is not installed on this machine)",
      ]);
    } finally {
      process.env["PATH"] = path;
    }
  });
});

describe("the schema", () => {
  it.each<[string, unknown]>([
    ["a site without a state", { sites: [{ site: "a", healthy: true }] }],
    ["further fields", { sites: [], more: 1 }],
    ["no sites", {}],
  ])("does not take %s", (_name, document) => expect(statusProblems(document)).not.toEqual([]));
});
