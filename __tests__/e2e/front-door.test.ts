import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { repositoryRoot } from "../../local/settings";
import type { CommandResult } from "../../local/support/run";
import { waitFor } from "../../local/support/wait";
import { Machine } from "./support/machine";
import { describeE2e } from "./support/parts";

jest.setTimeout(180_000);

interface StatusDocument {
  readonly sites: ReadonlyArray<{
    readonly healthy: boolean;
    readonly engine: string;
    readonly container: { readonly id: string; readonly startedAt: string };
  }>;
}

/** The sentence that a command ended with, and nothing else of what it printed. */
function lastWords({ stderr }: CommandResult): string {
  return stderr.trim().split("\n\n").at(-1)!;
}

async function status(machine: Machine): Promise<StatusDocument["sites"][number]> {
  const { exitCode, stdout } = await machine.script("status", ["--json"]);
  expect(exitCode).toBe(0);
  return (JSON.parse(stdout) as StatusDocument).sites[0];
}

describeE2e("npm start, status and destroy on a bare machine", () => {
  let machine: Machine;
  let bare: readonly string[];
  beforeAll(async () => {
    machine = await Machine.start({ name: "bare-machine", engine: false });
    bare = await machine.traces();
  });
  afterAll(() => machine?.destroy());

  async function expectRefusal(result: CommandResult, sentence: RegExp): Promise<void> {
    expect(lastWords(result)).toMatch(sentence);
    expect(lastWords(result).split("\n")).toHaveLength(1);
    expect(result.exitCode).toBe(1);
    expect(await machine.traces()).toEqual(bare);
  }

  test("status before the first start says what to do", async () => {
    await expectRefusal(await machine.script("status"), /nothing is deployed .* npm start/);
  });

  test("an unknown option is refused before anything is done", async () => {
    await expectRefusal(await machine.script("start", ["--wat"]), /There is no option --wat/);
    await expectRefusal(await machine.script("destroy", ["--wat"]), /There is no option --wat/);
  });

  test.each([
    { port: 1093, protocol: "tcp", user: "the service monalisa" },
    { port: 8884, protocol: "udp", user: "the service monalisa" },
    { port: 9930, protocol: "udp", user: "the service monalisa" },
    { port: 10000, protocol: "tcp", user: "the service ce" },
    { port: 18000, protocol: "tcp", user: "VOBOX_CVMFS_PORT" },
  ])(
    "a taken port $port/$protocol is named, with who needs it",
    async ({ port, protocol, user }) => {
      const listener = await machine.host.startDaemon("listener", process.execPath, [
        "-e",
        protocol === "tcp"
          ? `require("net").createServer().listen(${port}, "127.0.0.1", () => console.log("ready"))`
          : `require("dgram").createSocket("udp4").bind(${port}, "127.0.0.1", () => console.log("ready"))`,
      ]);
      await waitFor("port taken", 10_000, () =>
        readFileSync(listener.logFile, "utf8").includes("ready"),
      );
      const result = await machine.script("start");
      await listener.stop();
      await expectRefusal(
        result,
        new RegExp(`^Port ${port}/${protocol} is taken on this machine, and .*${user}.* needs it`),
      );
    },
  );

  test("a DOCKER_HOST without an engine is not passed over", async () => {
    await expectRefusal(
      await machine.script("start", [], { DOCKER_HOST: "unix:///run/none.sock" }),
      /^DOCKER_HOST is unix:\/\/\/run\/none\.sock, but no engine answers there/,
    );
  });

  test("parts that cannot be built for want of a compiler, or of disk", async () => {
    const empty = join(machine.directory, "empty");
    for (const part of ["base-image", "answers"])
      cpSync(join(machine.clone, ".local", part), join(empty, part), { recursive: true });
    const bin = join(machine.directory, "bin");
    mkdirSync(bin);
    // A PATH as of someone who has neither Go, Rust nor Terraform.
    await machine.host.run("sh", [
      "-c",
      `for f in /usr/bin/* /usr/sbin/*; do case \${f##*/} in go|gofmt|cargo|rustc|rustup|terraform|tofu) ;; *) ln -sf "$f" "$0/";; esac; done`,
      bin,
    ]);
    const result = await machine.script("start", [], { VOBOX_LOCAL_DIR: empty, PATH: bin });
    expect(result.stderr).toMatch(/install Go 1\.21\.0 or newer/);
    expect(result.stderr).toMatch(/install Rust/);
    await expectRefusal(result, /install (Go 1\.21\.0 or newer|Rust)/);

    const tiny = join(machine.directory, "tiny");
    mkdirSync(tiny);
    await machine.host.run("mount", ["-t", "tmpfs", "-o", "size=8m", "tiny", tiny]);
    const full = await machine.script("start", [], { VOBOX_LOCAL_DIR: tiny });
    await machine.host.run("umount", [tiny]);
    await expectRefusal(full, /has 8 MB free, and preparing takes \d+ MB there: free some space/);
  });

  test("a preparation that is interrupted leaves no compiler, and the next one goes on", async () => {
    // A compiler that takes for ever, in the place of the real one.
    const bin = join(machine.directory, "slow");
    mkdirSync(bin);
    const go = '#!/bin/sh\ncase $1 in env) exec go.real "$@" ;; esac\nsleep 1000 & wait\n';
    writeFileSync(join(bin, "go"), go.replace('exec go.real "$@"', "echo go1.26.0; exit"), {
      mode: 0o755,
    });
    const local = join(machine.directory, "interrupted");
    cpSync(join(machine.clone, ".local", "base-image"), join(local, "base-image"), {
      recursive: true,
    });
    cpSync(join(machine.clone, ".local", "answers"), join(local, "answers"), { recursive: true });
    cpSync(join(machine.clone, ".local", "cvmfs"), join(local, "cvmfs"), { recursive: true });
    const answersBefore = readFileSync(join(local, "answers", "providers.json"), "utf8");
    const env = {
      VOBOX_LOCAL_DIR: local,
      PATH: `${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin`,
    };
    const started = await machine.scriptInBackground("interrupted-preparation", "start", env);
    await waitFor("a compiler runs", 30_000, async () =>
      (await machine.processes()).some((line) => line === "sleep 1000"),
    );
    process.kill(started.pid, "SIGTERM");
    await waitFor("start ended", 15_000, () => !started.isRunning());
    expect(readFileSync(started.logFile, "utf8")).toMatch(/Interrupted.*\n.*goes on from there/);
    expect(await machine.traces()).toEqual(bare);
    expect(readFileSync(join(local, "answers", "providers.json"), "utf8")).toBe(answersBefore);
  });

  test("a deployment that is interrupted while it makes the container is finished by the next start", async () => {
    const log = join(machine.clone, ".local", "logs", "cdktf-deploy.log");
    const started = await machine.scriptInBackground("interrupted-deployment", "start");
    await waitFor(
      "container created",
      60_000,
      () =>
        existsSync(log) &&
        readFileSync(log, "utf8").includes("docker_container.vobox_Container_6B0C1D2D: Creating"),
    );
    process.kill(started.pid, "SIGINT");
    await waitFor("start ended", 60_000, () => !started.isRunning());
    const left = (await machine.processes()).filter((line) =>
      /cdktf-cli|terraform apply|tofu apply|scripts\/start/.test(line),
    );
    expect(left).toEqual([]);
    expect(readFileSync(started.logFile, "utf8")).toMatch(/Interrupted.*\n.*goes on from there/);

    const { exitCode, stdout, stderr } = await machine.script("start");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^nemesis: healthy$/m);
    expect(stdout).toMatch(/alice\.cern\.ch +yes .* cvmfs-compatible-client/);
    expect(stdout).toMatch(/JAliEn and MonALISA in them are stand-ins/);
    expect(stdout).toContain(`export DOCKER_HOST=unix://${machine.clone}/.local/host/docker.sock`);
    expect(stderr).toMatch(/cdktf deploy 'nemesis-\*'.* s$/m);
  });

  test("status --json is one document by the schema, alone on standard output", async () => {
    const { exitCode, stdout, stderr } = await machine.script("status", ["--json"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const schema = JSON.parse(
      readFileSync(join(repositoryRoot(), "cli/schema/status.schema.json"), "utf8"),
    ) as object;
    const validate = new Ajv({ strict: true }).compile(schema);
    expect(validate(JSON.parse(stdout)) || validate.errors).toBe(true);
  });

  test("a second start changes nothing", async () => {
    const before = await status(machine);
    expect((await machine.script("start")).exitCode).toBe(0);
    expect((await status(machine)).container).toEqual(before.container);
  });

  test("after a power loss start brings it back, with its state", async () => {
    const note = ["sh", "-c", "echo kept >/home/alicesgm/.alien/note"];
    const { engine } = await status(machine);
    await machine.host.run("docker", [
      "--host",
      engine,
      "exec",
      "--user",
      "alicesgm",
      "nemesis",
      ...note,
    ]);
    await machine.host.killEverything();
    const down = await machine.script("status");
    expect(down.exitCode).toBe(2);
    expect(down.stdout).toMatch(/nemesis: NOT HEALTHY\n +! .*engine.* does not answer/);

    expect((await machine.script("start")).exitCode).toBe(0);
    const read = ["exec", "nemesis", "cat", "/home/alicesgm/.alien/note"];
    expect(await machine.host.run("docker", ["--host", engine, ...read])).toBe("kept\n");
  });

  test("a deployment that fails gives the reason by name, and that alone", async () => {
    // Where the private engine sees it, wherever this checkout lies.
    const startup = join(machine.clone, "startup");
    mkdirSync(startup);
    // Then `hostname -f` is not the FQDN.
    writeFileSync(join(startup, "10-break.sh"), "echo 127.0.0.1 other >/etc/hosts; exit 0\n");
    const env = { VOBOX_NEMESIS_STARTUP_DIRECTORY: startup, VOBOX_NEMESIS_HEALTH_SECONDS: "8" };
    const result = await machine.script("start", [], env);
    expect(result.exitCode).toBe(2);
    const said = lastWords(result).split("\n");
    expect(said[0]).toBe("nemesis is not healthy after 8 s (running starting):");
    expect(said).toContain("host name: none instead of nemesis.cern.ch");
    expect(said.slice(-2)).toEqual([
      "It was left running as it is; mend the cause and deploy again.",
      expect.stringMatching(/^All of it is in .*cdktf-deploy\.log$/),
    ]);
  });

  test("destroy takes all of it away, twice is as good, and the next start finds the state", async () => {
    expect((await machine.script("destroy")).exitCode).toBe(0);
    expect(await machine.traces()).toEqual(bare);
    const again = await machine.script("destroy");
    expect({ exitCode: again.exitCode, traces: await machine.traces() }).toEqual({
      exitCode: 0,
      traces: bare,
    });
    const gone = await machine.script("status");
    expect(gone.exitCode).toBe(2);
    expect(gone.stdout).toMatch(/nemesis: NOT HEALTHY\n +! .*engine.* does not answer/);

    expect((await machine.script("start")).exitCode).toBe(0);
    const { engine } = await status(machine);
    const read = ["exec", "nemesis", "cat", "/home/alicesgm/.alien/note"];
    expect(await machine.host.run("docker", ["--host", engine, ...read])).toBe("kept\n");
  });

  test("destroy --remove-data leaves nothing but what was built", async () => {
    expect((await machine.script("destroy", ["--remove-data"])).exitCode).toBe(0);
    expect(await machine.traces()).toEqual(bare);
    expect(existsSync(join(machine.clone, ".local", "host"))).toBe(false);
    expect(existsSync(join(machine.clone, ".local", "cvmfs", "service"))).toBe(false);
    expect((await machine.script("destroy", ["--remove-data"])).exitCode).toBe(0);
  });
});

describeE2e("npm start and destroy on a machine with an engine", () => {
  const probe = "/cvmfs/alice.cern.ch/bin/alienv";
  let machine: Machine;
  let before: readonly string[];
  beforeAll(async () => {
    machine = await Machine.start({ name: "laptop", engine: true });
    // Someone else's container, with the same network.
    await machine.docker(
      "run",
      "--detach",
      "--name",
      "foreign",
      "--network",
      "host",
      "debian:12-slim",
      "sleep",
      "infinity",
    );
    before = await machine.traces();
  });
  afterAll(() => machine?.destroy());

  test("without CVMFS: autofs on its own /cvmfs, and the VO-Box on its own engine", async () => {
    const { exitCode, stdout } = await machine.script("start");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("engine     unix:///var/run/docker.sock");
    expect(stdout).not.toContain("The engine is a private one");
    expect(stdout).toMatch(/stand-ins/);
    expect(await machine.docker("ps", "--format", "{{.Names}}")).toBe("nemesis\nforeign\n");
    expect(await machine.mounts()).toContain("/cvmfs autofs");
    expect(await machine.host.run("head", ["-n", "1", probe])).toMatch(/^#!/);
  });

  test("a second start still knows that these are stand-ins", async () => {
    const { exitCode, stdout } = await machine.script("start");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/stand-ins/);
  });

  test("a container that was made, never started, and is unknown to Terraform does not stand in the way", async () => {
    const { container } = await status(machine);
    const image = (
      await machine.docker("container", "inspect", "--format={{.Config.Image}}", "nemesis")
    ).trim();
    await machine.docker("container", "rm", "--force", "nemesis");
    await machine.docker("container", "create", "--name=nemesis", image);
    expect((await machine.script("start")).exitCode).toBe(0);
    expect((await status(machine)).container).not.toEqual(container);
  });

  test("destroy takes away what start put there, and nothing else", async () => {
    expect((await machine.script("destroy", ["--remove-data"])).exitCode).toBe(0);
    expect(await machine.traces()).toEqual(before);
    expect(await machine.docker("ps", "--all", "--format", "{{.Names}}")).toBe("foreign\n");
    expect(await machine.docker("volume", "ls", "--quiet")).toBe("");
    // A foreign container runs on the base image, so it stays.
    expect(await machine.docker("image", "ls", "--format", "{{.Repository}}")).toBe("debian\n");
  });

  test("a /cvmfs that the machine serves itself is used and left alone", async () => {
    const own = await machine.serveCvmfs(18100);
    await machine.host.run("cat", [probe]);
    const served = await machine.traces();
    const { exitCode, stdout } = await machine.script("start");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/alice\.cern\.ch +yes/);
    expect(await machine.host.tryRun("ss", ["-Hltn", "sport = :18000"])).toMatchObject({
      stdout: "",
    });
    expect((await machine.script("destroy", ["--remove-data"])).exitCode).toBe(0);
    await machine.host.run("cat", [probe]);
    expect(await machine.traces()).toEqual(expect.arrayContaining([...served]));
    expect(own.autofs.isRunning()).toBe(true);
    await own.stop();
  });

  test("someone who is not root is told what the machine lacks", async () => {
    const result = await machine.script("start", [], {}, "nobody");
    expect(result.exitCode).toBe(1);
    expect(lastWords(result)).toMatch(
      /^No Docker engine answers .*: run this as root on Debian, or start/,
    );
  });

  test("someone who is not root but may use the engine gets a VO-Box that mounts CVMFS itself", async () => {
    const env = await machine.prepareFor("nobody");
    const started = await machine.script("start", [], env, "nobody");
    expect(started.stderr).toMatch(
      /^This account is not root, and cannot run autofs: the VO-Box mounts/m,
    );
    expect(started.exitCode).toBe(0);
    expect(started.stdout).toMatch(/^nemesis: healthy$/m);
    expect(started.stdout).toMatch(/alice\.cern\.ch +yes .* cvmfs-compatible-client/);
    expect(started.stdout).toMatch(/VOBOX_NEMESIS_CVMFS=container/);
    expect(started.stdout).toMatch(/stand-ins/);
    expect((await machine.mounts()).filter((mount) => /cvmfs|fuse|autofs/.test(mount))).toEqual([]);
    const volumes = ["nemesis-cvmfs-cache", "nemesis-logs", "nemesis-state"];
    expect((await machine.docker("volume", "ls", "--quiet")).trim().split("\n")).toEqual(volumes);

    const destroyed = await machine.script("destroy", ["--remove-data"], env, "nobody");
    expect(destroyed.exitCode).toBe(0);
    expect(await machine.docker("volume", "ls", "--quiet")).toBe("");
    expect(await machine.traces()).toEqual(before);
  });

  test("tests that cannot run are counted as skipped, and fail in CI", async () => {
    const local = join(machine.directory, "of-nobody");
    mkdirSync(local);
    chownSync(local, 65534, 65534);
    const e2e = (env: Record<string, string>): Promise<CommandResult> =>
      machine.script("test", ["e2e", "e2e/deploy"], { VOBOX_LOCAL_DIR: local, ...env }, "nobody");
    const skipped = await e2e({});
    expect(skipped.exitCode).toBe(0);
    expect(skipped.stdout).toMatch(/^Tests: 0 passed, 0 failed, [1-9]\d* skipped$/m);
    expect(skipped.stdout).toMatch(
      /^The end-to-end tests were skipped, for want of: root on Linux/m,
    );
    const inCi = await e2e({ CI: "true" });
    expect(inCi.exitCode).toBe(1);
    expect(inCi.stdout).toMatch(/^Tests: 0 passed, 1 failed, 0 skipped$/m);
    expect(inCi.stderr).toContain("must not be skipped in CI; missing: root on Linux");
  });
});
