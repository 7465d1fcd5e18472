import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../local/support/wait";
import { top } from "../support/compiled";
import { useScratch } from "../support/scratch";
import { itWith, run } from "../support/tools";

const scratch = useScratch();
const libexec = join(top, "lib/image/rootfs/usr/libexec/vobox");
const tools = ["bash", "pgrep", "setsid"];
// In the command lines of this test's daemons, and of no others.
const mark = `fake-daemon-${process.pid}`;

interface Wrapper {
  readonly process: ChildProcess;
  readonly log: () => string;
  readonly exitCode: Promise<number | null>;
}

let wrapper: Wrapper | undefined;

/** Starts a wrapper whose start command runs this text of bash, with `daemon TEXT` to leave one behind. */
function start(command: string, settings = ""): Wrapper {
  const pidFile = join(scratch.folder, "pid");
  rmSync(pidFile, { force: true });
  const script = join(scratch.folder, "wrapper");
  const lines = [
    "set -u",
    `. ${libexec}/functions.sh`,
    `. ${libexec}/daemon.sh`,
    settings,
    `daemon_pid() { local pid; read -r pid 2>/dev/null <${pidFile} && kill -0 "$pid" 2>/dev/null && echo "$pid"; }`,
    `daemon() { setsid bash -c "$1; : ${mark}" ${mark} & echo $! >${pidFile}; }`,
    `command() { ${command}\n}`,
    `run_daemon FAKE '[f]${mark.slice(1)}' "TERM:1" command`,
  ];
  writeFileSync(script, lines.join("\n"));
  const child = spawn("bash", [script], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const keep = (part: Buffer): void => void (text += part.toString());
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const exitCode = new Promise<number | null>((resolve) => child.on("exit", resolve));
  return (wrapper = { process: child, log: () => text, exitCode });
}

function daemons(): readonly string[] {
  return run("pgrep", ["-f", mark]).stdout.split("\n").filter(Boolean);
}

async function running({ log }: Wrapper): Promise<void> {
  await waitFor("the daemon", 10_000, () => log().includes("FAKE runs as process"));
}

const forever = "while :; do sleep 0.1; done";

afterEach(() => {
  wrapper?.process.kill("SIGKILL");
  run("pkill", ["-KILL", "-f", mark]);
});

describe("a service that daemonises", () => {
  itWith(tools, "ends with 1 when its daemon is gone, and ends what that one left", async () => {
    const one = start(`daemon '(${forever}) & ${forever}'`);
    await running(one);
    await waitFor("both daemons", 10_000, () => daemons().length === 2);
    const pid = readFileSync(join(scratch.folder, "pid"), "utf8").trim();
    process.kill(Number(pid), "SIGKILL");
    expect(await one.exitCode).toBe(1);
    expect(one.log()).toContain(`FAKE (process ${pid}) is gone`);
    expect(daemons()).toEqual([]);
  });

  itWith(tools, "stays with the child that its daemon hands over to", async () => {
    const child = `(${forever}) & echo $! >${join(scratch.folder, "pid")}`;
    const one = start(`daemon 'sleep 1; ${child}'`);
    await waitFor("the second", 10_000, () => one.log().match(/runs as process/g)?.length === 2);
    expect(one.process.exitCode).toBeNull();
    one.process.kill("SIGTERM");
    expect(await one.exitCode).toBe(0);
    expect(daemons()).toEqual([]);
  });

  itWith(tools, "ends its daemon with its signals, and itself with 0", async () => {
    const said = join(scratch.folder, "said");
    const one = start(`daemon 'trap "echo TERM >${said}; exit" TERM; ${forever}'`);
    await running(one);
    one.process.kill("SIGTERM");
    expect(await one.exitCode).toBe(0);
    expect(readFileSync(said, "utf8")).toBe("TERM\n");
    expect(daemons()).toEqual([]);
  });

  itWith(tools, "kills a daemon that does not hear them", async () => {
    const one = start(`daemon 'trap "" TERM; ${forever}'`);
    await running(one);
    one.process.kill("SIGTERM");
    expect(await one.exitCode).toBe(0);
    expect(daemons()).toEqual([]);
  });

  itWith(tools, "ends what an earlier start left before it starts", async () => {
    const first = start(`daemon '${forever}'`);
    await running(first);
    first.process.kill("SIGKILL");
    await first.exitCode;
    const [left] = daemons();
    const second = start(`pgrep -f '[f]${mark.slice(1)}' && echo still there; daemon '${forever}'`);
    await running(second);
    expect(second.log()).toContain(`ending the FAKE of an earlier start, processes ${left} `);
    expect(second.log()).not.toContain("still there");
    // A shell that is about to start a program is there twice for a moment.
    await waitFor("one daemon", 10_000, () => daemons().length === 1);
  });

  itWith(tools, "ends with 1 where its start command fails, or leaves no daemon", async () => {
    expect(await start("return 3").exitCode).toBe(1);
    const none = start("true", "start_seconds=1");
    expect(await none.exitCode).toBe(1);
    expect(none.log()).toContain("the start command returned, but no FAKE runs after 1 s");
  });

  itWith(tools, "is stopped while its start command runs", async () => {
    const one = start(`echo starting; ${forever}`);
    await waitFor("the start", 10_000, () => one.log().includes("starting"));
    one.process.kill("SIGTERM");
    expect(await one.exitCode).toBe(0);
  });
});
