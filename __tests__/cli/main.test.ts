import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { compiledEnvironment, compileTo } from "../support/compiled";
import { FakeDocker, healthyReport, unhealthyReport } from "../support/fake-docker";
import { useScratch } from "../support/scratch";
import { statusProblems } from "../support/status-schema";
import { type Finished, run } from "../support/tools";

const scratch = useScratch();
let docker: FakeDocker;
beforeAll(() => {
  compileTo(scratch.folder, "cli");
  docker = new FakeDocker(join(scratch.folder, "bin"));
  docker.add("well", { health: "healthy" }, healthyReport);
  docker.add("ill", { health: "unhealthy" }, unhealthyReport);
});

function site(name: string, engine = "unix:///run/a.sock"): object {
  return { site: name, container: name, engine, image: "vobox:1", fqdn: `${name}.cern.ch` };
}

/** Runs the command in a folder where these sites were synthesized. */
function vobox(args: readonly string[], sites: readonly object[] = [site("well")]): Finished {
  const output = join(scratch.folder, "cdktf.out");
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, "vobox-sites.json"), JSON.stringify({ version: 1, sites }));
  const path = `${docker.folder}${delimiter}${process.env["PATH"]}`;
  const env = { ...compiledEnvironment(), PATH: path };
  const program = join(scratch.folder, "cli/main.js");
  return run(process.execPath, [program, ...args], { cwd: scratch.folder, env });
}

describe("vobox status", () => {
  it("ends with 0 where all are healthy", () => {
    const { code, stdout, stderr } = vobox(["status"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^well: healthy\n/);
  });

  it("ends with 2 where one is not, and shows all", () => {
    const { code, stdout } = vobox(["status"], [site("well"), site("ill"), site("gone")]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^well: healthy$[^]*^ill: NOT HEALTHY$[^]*^gone: NOT HEALTHY$/m);
  });

  it("prints one document with --json, and nothing else", () => {
    const { code, stdout, stderr } = vobox(
      ["status", "--json"],
      [site("well"), site("ill"), site("gone")],
    );
    expect([code, stderr]).toEqual([2, ""]);
    const document = JSON.parse(stdout) as { sites: { site: string }[] };
    expect(statusProblems(document)).toEqual([]);
    expect(document.sites.map((one) => one.site)).toEqual(["well", "ill", "gone"]);
  });

  it("looks at one site with --site", () => {
    expect(vobox(["status", "--site", "well"], [site("well"), site("ill")]).code).toBe(0);
    const { code, stderr } = vobox(["status", "--site", "x"]);
    expect([code, stderr]).toEqual([1, "There is no site x; the sites are: well.\n"]);
  });

  it("waits with --wait until all are healthy", () => {
    docker.add("late", { health: "healthy" }, unhealthyReport, healthyReport);
    expect(vobox(["status"], [site("late")]).code).toBe(2);
    docker.add("late", { health: "healthy" }, unhealthyReport, healthyReport);
    expect(vobox(["status", "--wait", "20"], [site("late")]).code).toBe(0);
  });

  it("does not wait longer than that", () => {
    const started = Date.now();
    expect(vobox(["status", "--wait", "1"], [site("ill")]).code).toBe(2);
    expect(Date.now() - started).toBeGreaterThan(900);
  });

  it("ends with 2 and the reason where an engine does not answer, and tells of the other sites", () => {
    const { code, stdout } = vobox(["status"], [site("well", "ssh://root@down"), site("ill")]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^well: NOT HEALTHY\n {2}! engine: does not answer \(Cannot connect/);
    expect(stdout).toMatch(/^ill: NOT HEALTHY$/m);
  });

  it("ends with 1 and a sentence where nothing was synthesized", () => {
    const { code, stdout, stderr } = vobox(["status", "--output", "none"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^none\/vobox-sites\.json is not there: .*\n$/);
  });
});

describe("arguments", () => {
  it("--help ends with 0 and shows the exit codes", () => {
    const { code, stdout } = vobox(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^usage: vobox status/);
    expect(stdout).toContain("exit codes: 0 healthy, 1 error, 2 not healthy");
  });

  it.each<[args: readonly string[], sentence: string]>([
    [[], "A command is missing.\n\nusage:"],
    [["deploy"], 'There is no command "deploy".\n\nusage:'],
    [["status", "now"], 'There is no command "status now".\n\nusage:'],
    [["status", "--colour"], "Unknown option '--colour'"],
    [["status", "--site"], "Option '--site <value>' argument missing"],
    [["status", "--json=yes"], "Option '--json' does not take an argument"],
    [
      ["status", "--wait", "soon"],
      '--wait: given "soon"; allowed: a whole number of seconds up to 99999.',
    ],
    [["status", "--wait", "1.5"], '--wait: given "1.5"'],
    [["status", "--wait="], '--wait: given ""'],
    [["status", "--wait", "100000"], '--wait: given "100000"'],
  ])("%j ends with 1, a sentence and no stack trace", (args, sentence) => {
    const { code, stdout, stderr } = vobox(args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.startsWith(sentence)).toBe(true);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
