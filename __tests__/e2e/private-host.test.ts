import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findEngine } from "../../local/engine";
import { HostState } from "../../local/private-host/state";
import { PrivateHost, type PrivateHostOptions } from "../../local/private-host";
import { run } from "../../local/support/run";
import { waitFor } from "../../local/support/wait";

jest.setTimeout(120_000);

const top = join(__dirname, "..", "..");
let scratch: string;
const hosts: PrivateHost[] = [];
/** Of all hosts made here; others on the machine may have their own at the same time. */
const directories = new Set<string>();

beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), "private-host-")));
});

afterAll(async () => {
  for (const host of hosts) await host.destroy();
  rmSync(scratch, { recursive: true, force: true });
});

async function startHost(
  name: string,
  options: Partial<PrivateHostOptions> = {},
): Promise<PrivateHost> {
  const directory = options.directory ?? join(scratch, "hosts", name);
  directories.add(directory);
  const host = await PrivateHost.start({
    name,
    directory,
    network: "private",
    sharedDirectories: [top, scratch],
    lifetime: "caller",
    engineStorage: "memory",
    ...options,
  });
  hosts.push(host);
  return host;
}

/** An image of this machine's bash and a few programs, for there may be no registry. */
async function importImage(host: PrivateHost): Promise<void> {
  const tree = join(scratch, "image");
  if (!existsSync(tree)) {
    for (const program of ["bash", "cat", "ls", "sleep"]) {
      const libraries = await run("ldd", [`/bin/${program}`]);
      const files = [`/bin/${program}`, ...(libraries.match(/\/\S+/g) ?? [])];
      for (const file of files) {
        mkdirSync(dirname(join(tree, file)), { recursive: true });
        await run("cp", ["--dereference", file, join(tree, file)]);
      }
    }
    await run("tar", ["-C", tree, "-cf", `${tree}.tar`, "."]);
  }
  await host.docker(["import", `${tree}.tar`, "tiny"]);
}

/** What a private host must leave as it is. */
async function machine(): Promise<Record<string, unknown>> {
  const etc = ["resolv.conf", "hosts", "hostname", "mtab", "docker/key.json"];
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "none");
  return {
    mounts: read("/proc/self/mountinfo"),
    etc: etc.map((name) => read(join("/etc", name))),
    hostname: read("/proc/sys/kernel/hostname"),
    forwarding: read("/proc/sys/net/ipv4/ip_forward"),
    links: (await run("ip", ["-o", "link"])).replace(/ qlen.*$/gm, ""),
    leftovers: [...directories].flatMap((directory) => {
      const { cgroup, socketDirectory } = new HostState(directory);
      const groups = ["", ...readdirSync("/sys/fs/cgroup")];
      const paths = groups.map((name) => join("/sys/fs/cgroup", name, cgroup));
      return [...paths, socketDirectory, directory].filter((path) => existsSync(path));
    }),
    engineInRun: readdirSync("/run").filter((name) => /docker|containerd/.test(name)),
    engineData: existsSync("/var/lib/docker") && readdirSync("/var/lib/docker"),
  };
}

/** Processes of the machine whose command line holds `text`. */
async function processesOf(text: string): Promise<string[]> {
  const listed = await run("ps", ["-eo", "pid,args", "--no-headers"]);
  return listed.split("\n").filter((line) => line.includes(text) && !line.includes(" ps -eo"));
}

const states = (host: PrivateHost): Promise<string> =>
  host.docker(["ps", "--all", "--format", "{{.Names}} {{.State}}"]);

describe("a private host with its engine", () => {
  let before: Record<string, unknown>;
  let first: PrivateHost;

  beforeAll(async () => {
    before = await machine();
    first = await startHost("first.test");
    await first.startEngine();
    await importImage(first);
  });

  afterAll(async () => {
    for (const host of hosts) await host.destroy();
  });

  it("has names, resolver and directories of its own", async () => {
    expect(await first.run("hostname", ["--fqdn"])).toBe("first.test\n");
    await first.writeFile("/etc/resolv.conf", "nameserver 192.0.2.1\n");
    await first.writeFile("/var/run/a/b.bin", Buffer.from([0, 255]), { mode: 0o750 });
    expect(await first.run("stat", ["-c", "%a %s", "/run/a/b.bin"])).toBe("750 2\n");
    expect(existsSync("/run/a")).toBe(false);
    // Its /tmp is its own, but for what is shared.
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    try {
      expect((await first.tryRun("ls", [outside])).exitCode).not.toBe(0);
    } finally {
      rmSync(outside, { recursive: true });
    }
    expect(readFileSync("/etc/resolv.conf", "utf8")).not.toContain("192.0.2.1");
  });

  it("keeps exit codes, and ends a command that takes too long", async () => {
    expect(await first.tryRun("bash", ["-c", "echo said; exit 7"])).toMatchObject({
      exitCode: 7,
      stdout: "said\n",
    });
    const slow = first.run("sleep", ["4711"], { timeoutMilliseconds: 200 });
    await expect(slow).rejects.toThrow("longer than 200 ms");
    await waitFor("sleep gone", 2000, async () => (await processesOf("sleep 4711")).length === 0);
  });

  it("reaps orphans", async () => {
    await first.run("bash", ["-c", "for i in {1..20}; do (setsid sleep 0.1 &) ; done"]);
    await waitFor("orphans gone", 5000, async () => {
      const listed = await first.run("ps", ["-eo", "stat,args", "--no-headers"]);
      return !/sleep|^Z/m.test(listed);
    });
  });

  it("runs containers on its network and on the default bridge", async () => {
    const container = ["run", "--rm", "--network"];
    const names = ["tiny", "cat", "/proc/sys/kernel/hostname"];
    expect(await first.docker([...container, "host", ...names])).toBe("first.test\n");
    const routes = ["tiny", "cat", "/proc/net/route"];
    expect(await first.docker([...container, "bridge", ...routes])).toMatch(/^eth0/m);
  });

  it("passes later mounts on to a container that binds with rslave", async () => {
    await first.run("mkdir", ["-p", "/srv/outer/inner"]);
    const mount = "type=bind,source=/srv/outer,target=/outer,bind-propagation=rslave,readonly";
    await first.docker(["run", "-d", "--name=bound", "--mount", mount, "tiny", "sleep", "4712"]);
    await first.run("mount", ["-t", "tmpfs", "tmpfs", "/srv/outer/inner"]);
    await first.writeFile("/srv/outer/inner/later", "");
    expect(await first.docker(["exec", "bound", "ls", "/outer/inner"])).toBe("later\n");
    await first.run("umount", ["/srv/outer/inner"]);
    await first.docker(["rm", "--force", "bound"]);
  });

  it("brings restart=always back after the engine stops, crashes, and after a power loss", async () => {
    // As PID 1, sleep ignores SIGTERM.
    const args = ["--restart=always", "--stop-signal=SIGKILL", "--network=host"];
    await first.docker(["run", "-d", "--name=always", ...args, "tiny", "sleep", "4712"]);
    const pid = async (): Promise<string> =>
      first.docker(["inspect", "--format={{.State.Pid}}", "always"]);
    const running = async (): Promise<void> => {
      await waitFor("back", 20_000, async () => (await states(first)) === "always running\n");
    };

    await first.stopEngine();
    expect(await processesOf("sleep 4712")).toEqual([]);
    await first.startEngine();
    await running();

    const beforeCrash = await pid();
    await first.stopEngine("SIGKILL");
    const asleep = async (): Promise<boolean> => (await processesOf("sleep 4712")).length === 1;
    await waitFor("container asleep without an engine", 5000, asleep);
    await first.startEngine();
    await running();
    expect(await pid()).not.toBe(beforeCrash);

    await first.killEverything();
    expect(await first.run("ps", ["-eo", "comm", "--no-headers"])).toBe("bash\nps\n");
    expect(await first.run("ls", ["/run"])).toBe("lock\n");
    await first.startEngine();
    await running();
    await waitFor("container asleep", 5000, asleep);
  });

  it("is found again by its directory", () => {
    const again = PrivateHost.attach(join(scratch, "hosts", "first.test"));
    expect(again).toMatchObject({ name: "first.test", initPid: first.initPid });
    expect(PrivateHost.attach(join(scratch, "nothing"))).toBeUndefined();
  });

  it("refuses a second host in the same directory", async () => {
    await expect(startHost("first.test")).rejects.toThrow(/already running in .*first\.test/);
  });

  it("lives beside a second host, whose socket's directory is too deep for a socket", async () => {
    const deep = join(scratch, "deep".repeat(25));
    const second = await startHost("second.test", { directory: deep });
    await second.startEngine();
    expect(second.engineSocket.length).toBeLessThan(108);
    expect(await states(second)).toBe("");
    expect(await states(first)).toBe("always running\n");
    expect(await second.run("ps", ["-eo", "args"])).not.toContain("sleep 4712");
    const chosen = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = second.engineAddress;
    try {
      expect(await findEngine()).toMatchObject({
        address: second.engineAddress,
        operatingSystem: "linux",
      });
      await second.destroy();
      await expect(findEngine()).rejects.toThrow("no engine answers there");
    } finally {
      if (chosen === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = chosen;
    }
    expect(existsSync(deep)).toBe(false);
  });

  it("leaves no mount behind a power loss", async () => {
    await first.run("mount", ["-t", "tmpfs", "tmpfs", "/mnt"]);
    await first.killEverything();
    expect(await first.tryRun("mountpoint", ["--quiet", "/mnt"])).not.toMatchObject({
      exitCode: 0,
    });
    await first.startEngine();
  });

  it("says what the engine said when it does not start", async () => {
    const broken = await startHost("broken.test");
    await expect(broken.startEngine({ arguments: ["--no-such-option"] })).rejects.toThrow(
      /engine of broken.test ended while starting[^]*unknown flag: --no-such-option/,
    );
  });

  it("leaves the machine as it was", async () => {
    for (const host of hosts) await host.destroy();
    await first.destroy();
    expect(await machine()).toEqual(before);
    expect(await processesOf(scratch)).toEqual([]);
    expect(existsSync(join(scratch, "hosts", "first.test"))).toBe(false);
    expect(await states(first).catch(() => "no engine")).toBe("no engine");
  });
});

describe("a private host's network", () => {
  it("reaches outward through slirp4netns, also after a power loss", async () => {
    const host = await startHost("outbound.test", { outboundNetwork: true });
    // A name that the installation of this package's dependencies has to resolve, too.
    const registry = (await run("npm", ["config", "get", "registry"])).trim();
    const resolve = ["hosts", new URL(registry).hostname];
    expect(await host.run("cat", ["/etc/resolv.conf"])).toBe("nameserver 10.0.2.3\n");
    expect(await host.run("getent", resolve)).not.toBe("");
    await host.killEverything();
    expect(await host.run("getent", resolve)).not.toBe("");
    await host.destroy();
    expect(await processesOf(`/proc/${host.initPid}/ns/net`)).toEqual([]);
  });

  it("is loopback alone unless asked for more", async () => {
    const host = await startHost("alone.test", { resolvConf: "nameserver 192.0.2.7\n" });
    expect(await host.run("ip", ["-brief", "link"])).toMatch(/^lo .*\n$/);
    expect(await host.run("cat", ["/etc/resolv.conf"])).toBe("nameserver 192.0.2.7\n");
    await host.destroy();
  });

  it("is the machine's when asked for, which the engine leaves unchanged", async () => {
    const before = await machine();
    const host = await startHost("open.test", { network: "machine" });
    await host.startEngine();
    await importImage(host);
    const routes = readFileSync("/proc/net/route", "utf8");
    const shown = ["run", "--rm", "--network=host", "tiny", "cat", "/proc/net/route"];
    expect(await host.docker(shown)).toBe(routes);
    expect({ ...(await machine()), leftovers: before.leftovers }).toEqual(before);
    await host.destroy();
    expect(await machine()).toEqual(before);
  });
});

describe("an engine's data on disk", () => {
  it("outlive the host when told so, and seed other engines", async () => {
    const options: Partial<PrivateHostOptions> = { engineStorage: "disk" };
    const images = ["images", "--format={{.Repository}}"];
    const one = await startHost("disk.test", options);
    await one.startEngine();
    await importImage(one);
    await one.destroy({ keepEngineData: true });

    const seed = join(scratch, "hosts", "disk.test", "engine");
    const seeded = await startHost("seeded.test");
    await seeded.startEngine({ seed });
    expect(await seeded.docker(images)).toBe("tiny\n");
    await seeded.docker(["run", "--rm", "--network=none", "tiny", "ls", "/"]);
    await seeded.destroy();

    const again = await startHost("disk.test", options);
    await again.startEngine();
    expect(await again.docker(images)).toBe("tiny\n");
    await again.destroy();
    expect(existsSync(seed)).toBe(false);
  });
});

describe("the caller's end", () => {
  /** A process of its own that makes a host, starts its engine and says so. */
  async function startCaller(lifetime: "caller" | "detached", directory: string) {
    directories.add(directory);
    const script = join(scratch, "caller.js");
    writeFileSync(script, callerScript);
    const options = { name: "called.test", directory, network: "private", lifetime };
    const whole = { ...options, engineStorage: "memory", sharedDirectories: [scratch] };
    const child = spawn(process.execPath, [script, top, JSON.stringify(whole)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`the caller ended with ${code}`)));
    });
    return child;
  }

  it("by SIGKILL takes the host along, and its state is removed as stale", async () => {
    const before = await machine();
    const parent = join(scratch, "stale");
    const directory = join(parent, "host");
    const caller = await startCaller("caller", directory);
    expect(PrivateHost.attach(directory)).toBeDefined();
    await PrivateHost.removeStale(parent);
    expect(existsSync(directory)).toBe(true);

    caller.kill("SIGKILL");
    await waitFor("host gone", 10_000, () => PrivateHost.attach(directory) === undefined);
    await waitFor(
      "processes gone",
      10_000,
      async () => (await processesOf(directory)).length === 0,
    );
    expect((await machine()).mounts).toBe(before.mounts);
    await PrivateHost.removeStale(parent);
    expect(readdirSync(parent)).toEqual([]);
    expect(await machine()).toEqual(before);
  });

  it("leaves a detached host running, for others to attach to and destroy", async () => {
    const directory = join(scratch, "detached");
    const caller = await startCaller("detached", directory);
    const ended = new Promise((resolve) => caller.once("exit", resolve));
    caller.stdin.end(); // lets it end by itself
    expect(await ended).toBe(0);
    const host = PrivateHost.attach(directory);
    try {
      expect(await host?.docker(["ps", "--quiet"])).toBe("");
      await host?.startEngine(); // runs already
      await host?.stopEngine();
    } finally {
      await host?.destroy();
    }
    expect(existsSync(directory)).toBe(false);
    expect(await processesOf(directory)).toEqual([]);
  });
});

const callerScript = `
const [, , top, options] = process.argv;
const { transformFileSync } = require(top + "/node_modules/@swc/core");
require.extensions[".ts"] = (module, file) => {
  const jsc = { parser: { syntax: "typescript" }, target: "es2022" };
  module._compile(transformFileSync(file, { jsc, module: { type: "commonjs" } }).code, file);
};
const { PrivateHost } = require(top + "/local/private-host.ts");
PrivateHost.start(JSON.parse(options)).then(async (host) => {
  await host.startEngine();
  console.log("started");
  process.stdin.resume();
});
`;
