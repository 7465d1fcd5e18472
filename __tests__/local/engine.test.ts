import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askEngine, assertEngineUsable } from "../../local/engine";
import { Problem } from "../../local/support/problem";

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vobox-engine-"));
});
afterEach(async () => {
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  rmSync(folder, { recursive: true });
});

/** An engine at a socket of its own that answers these two questions, as the real ones do. */
async function engine(info: object, version: object = { Version: "29.1.0", Os: "linux" }) {
  const answers = new Map<string | undefined, object>([
    ["/version", version],
    ["/info", info],
  ]);
  const socket = join(folder, "docker.sock");
  const started = createServer((asked, answer) => {
    answer.statusCode = answers.has(asked.url) ? 200 : 404;
    answer.end(JSON.stringify(answers.get(asked.url) ?? { message: "page not found" }));
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(socket, resolve));
  const found = await askEngine(`unix://${socket}`);
  if (!found) throw new Error("it did not answer");
  return found;
}

const ordinary = {
  OperatingSystem: "Debian GNU/Linux 12 (bookworm)",
  SecurityOptions: ["name=apparmor", "name=seccomp,profile=default"],
  DriverStatus: [["Backing Filesystem", "extfs"]],
};

describe("assertEngineUsable", () => {
  it("takes an ordinary engine", async () => {
    const found = await engine(ordinary);
    assertEngineUsable(found);
    expect(found.virtualMachine).toBe(false);
  });

  it("takes one that says little of how it was set up", async () => {
    assertEngineUsable(await engine({ SecurityOptions: null, DriverStatus: null }));
  });

  it.each([
    [
      { SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless"] },
      /is rootless: .*: use/,
    ],
    [
      { DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]] },
      /containerd's store.*: set "features": \{"containerd-snapshotter": false\} in .*daemon\.json/,
    ],
  ])("refuses %j and says why and what to do", async (set, sentence) => {
    const found = await engine({ ...ordinary, ...set });
    expect(() => assertEngineUsable(found)).toThrow(sentence);
    expect(() => assertEngineUsable(found)).toThrow(Problem);
  });

  it("knows an engine whose containers do not see this machine's mounts", async () => {
    const { virtualMachine } = await engine({ ...ordinary, OperatingSystem: "Docker Desktop" });
    expect(virtualMachine).toBe(true);
  });

  it("refuses containers of another kernel", async () => {
    const found = await engine(ordinary, { Version: "29.1.0", Os: "Windows" });
    expect(() => assertEngineUsable(found)).toThrow(/runs windows containers/);
  });
});

describe("askEngine", () => {
  it("knows none where nothing answers", async () => {
    expect(await askEngine(`unix://${join(folder, "none.sock")}`)).toBeUndefined();
  });
});
