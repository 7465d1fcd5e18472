import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { BaseImage, CvmfsPackage, VoBoxFile, VoBoxService, VoBoxServices } from "../../../lib";
import type { ImageContent } from "../../../lib/image/context";
import { writeBuildContext, type WrittenContext } from "../../support/build-context";
import { useScratch } from "../../support/scratch";
import { itWith, pythonOf, run } from "../../support/tools";

const scratch = useScratch();
const rootfs = join(__dirname, "../../../lib/image/rootfs");
const supervisorPrograms = join(__dirname, "../../support/supervisor-programs.py");

function write(content: Partial<ImageContent> = {}): WrittenContext {
  return writeBuildContext(
    {
      base: BaseImage.debian(),
      packages: [],
      cvmfsPackage: CvmfsPackage.official(),
      // An account of every machine: supervisord looks it up when it reads a program.
      account: { name: "daemon", uid: 1000 },
      services: VoBoxServices.jalien().list,
      files: [],
      ...content,
    },
    scratch.folder,
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

describe("the context on disk", () => {
  const mine = VoBoxFile.fromText("/etc/it's mine", "mine\n", { mode: 0o640 });
  const init = VoBoxFile.fromText("/etc/init.sh", "another\n", { mode: 0o755 });
  let directory: string;
  beforeAll(() => {
    ({ directory } = write({ files: [mine, init] }));
  });

  it("is the Dockerfile and rootfs, with every shipped, rendered and given file", () => {
    expect(readdirSync(directory).sort()).toEqual(["Dockerfile", "rootfs"]);
    expect(filesBelow(join(directory, "rootfs"))).toEqual(
      [
        ...filesBelow(rootfs),
        "etc/it's mine",
        "etc/vobox/image.json",
        "etc/vobox/image.sh",
        "etc/vobox/supervisor.d/50-ce.conf",
        "etc/vobox/supervisor.d/50-monalisa.conf",
      ].sort(),
    );
  });

  it("holds the shipped files as they are, but for one that was given in place", () => {
    for (const path of filesBelow(rootfs)) {
      const written = readFileSync(join(directory, "rootfs", path), "utf8");
      expect([path, written]).toEqual([
        path,
        path === "etc/init.sh" ? "another\n" : readFileSync(join(rootfs, path), "utf8"),
      ]);
    }
  });

  it("installs every file with its mode, once, whatever its name", () => {
    const dockerfile = readFileSync(join(directory, "Dockerfile"), "utf8");
    const installed = [
      ...dockerfile.matchAll(/install -D -m (\d+) (?:\S+|'.*') (\S+|'.*')( \\)?$/gm),
    ];
    expect(installed).toHaveLength(filesBelow(join(directory, "rootfs")).length);
    expect(dockerfile).toContain(`install -D -m 0640 './etc/it'"'"'s mine' '/etc/it'"'"'s mine'`);
    for (const path of filesBelow(rootfs)) {
      const executable = (statSync(join(rootfs, path)).mode & 0o100) !== 0;
      expect(dockerfile).toContain(`-m ${executable ? "0755" : "0644"} ./${path} /${path}`);
    }
  });

  it("tells the shipped programs of services and account", () => {
    const described = readFileSync(join(directory, "rootfs/etc/vobox/image.json"), "utf8");
    expect(JSON.parse(described)).toEqual({
      account: "daemon",
      services: VoBoxServices.jalien().list.map(({ name, healthCommand }) => ({
        name,
        user: "daemon",
        healthCommand,
      })),
    });
    expect(readFileSync(join(directory, "rootfs/etc/vobox/image.sh"), "utf8")).toContain(
      "\nVOBOX_ACCOUNT=daemon\n",
    );
  });
});

describe("a site's settings", () => {
  it("are not in it", () => {
    const { directory } = write();
    const texts = filesBelow(directory).map((path) => readFileSync(join(directory, path), "utf8"));
    expect(texts.join("\n")).not.toMatch(/vobox\.cern\.ch|nemesis|192\.0\.2\./);
  });
});

interface Program {
  readonly argv: readonly string[];
  readonly uid: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Programs by name as supervisord reads them. */
function read(services: readonly VoBoxService[]): Record<string, Program> {
  const { directory } = write({ services });
  const folder = join(directory, "read");
  mkdirSync(folder);
  const configuration = join(folder, "supervisord.conf");
  const include = join(directory, "rootfs/etc/vobox/supervisor.d/50-*.conf");
  writeFileSync(
    configuration,
    `[supervisord]\nchildlogdir = ${scratch.folder}\n[include]\nfiles = ${include}\n`,
  );
  const python = pythonOf("supervisord");
  const { code, stdout, stderr } = run(python, [supervisorPrograms, configuration]);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("Error")]);
  return JSON.parse(stdout) as Record<string, Program>;
}

describe("a service as supervisord reads it", () => {
  itWith(["supervisord"], "has its command, account, signals and environment", () => {
    const services = [
      new VoBoxService({
        name: "ce",
        command: ["/usr/bin/ce", "--verbose"],
        environmentFile: "/etc/50%/ce.env",
        startSeconds: 33,
        stopSignal: "HUP",
        stopSeconds: 42,
        priority: 77,
      }),
      new VoBoxService({ name: "other", command: ["/usr/bin/other"], user: "nobody" }),
      VoBoxService.rootDaemon({
        name: "batch",
        command: ["/usr/sbin/batchd"],
        reason: "jobs' accounts",
      }),
    ];
    const { ce, other, batch } = read(services);
    const wrapper = "/usr/libexec/vobox/run-service";
    expect(ce).toEqual({
      argv: [wrapper, "--environment-file", "/etc/50%/ce.env", "--", "/usr/bin/ce", "--verbose"],
      uid: Number(run("id", ["-u", "daemon"]).stdout),
      directory: "/home/daemon",
      environment: { HOME: "/home/daemon", USER: "daemon", LOGNAME: "daemon" },
      priority: 77,
      autostart: true,
      autorestart: "RestartUnconditionally",
      startsecs: 33,
      startretries: 1000000,
      stopsignal: 1,
      stopwaitsecs: 42,
      stopasgroup: false,
      killasgroup: true,
      stdout_logfile: "/dev/stdout",
      redirect_stderr: true,
    });
    expect(other).toMatchObject({
      argv: [wrapper, "--", "/usr/bin/other"],
      uid: Number(run("id", ["-u", "nobody"]).stdout),
      directory: "/",
      environment: { HOME: "/", USER: "nobody", LOGNAME: "nobody" },
      stopsignal: 15,
      stopwaitsecs: 10,
      priority: 500,
    });
    expect(batch).toMatchObject({
      uid: 0,
      directory: "/root",
      environment: { HOME: "/root", USER: "root" },
    });
  });

  const words = [
    "two words",
    "it's",
    'say "so"',
    'it\'s "both"',
    "50%",
    "%(ENV_HOME)s",
    "%%",
    "a ;b",
    "a ; b ;",
    ";first",
    " ;",
    "#first",
    "a # b",
    "a  ;;  b",
    "back\\slash",
    "\\",
    "$HOME `id` $(id)",
    "*",
    "ä€",
    " blanks ",
    "=",
    "[program:x]",
    "{a,b}",
    "~",
  ];

  itWith(["supervisord"], "gets each argument as it was given", () => {
    const services = words.map(
      (word, index) => new VoBoxService({ name: `s${index}`, command: ["/bin/x", word, "end"] }),
    );
    const programs = read(services);
    words.forEach((word, index) =>
      expect(programs[`s${index}`].argv.slice(2)).toEqual(["/bin/x", word, "end"]),
    );
  });

  itWith(["supervisord", "bash"], "is started with them", () => {
    const service = new VoBoxService({ name: "s", command: ["printf", "<%s>", ...words] });
    const { argv } = read([service])["s"];
    const runService = join(rootfs, "usr/libexec/vobox/run-service");
    const { stdout } = run(runService, argv.slice(1));
    expect(stdout).toBe(words.map((word) => `<${word}>`).join(""));
  });
});
