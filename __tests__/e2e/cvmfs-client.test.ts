import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { standInRepositories } from "../../local/cvmfs/repositories";
import { CvmfsService } from "../../local/cvmfs/service";
import { prepare } from "../../local/prepare";
import { PrivateHost } from "../../local/private-host";
import { waitFor } from "../../local/support/wait";

jest.setTimeout(120_000);

const top = path.join(__dirname, "..", "..");
const PORT = 8000; // in a network of its own
const ocdbFile = "calibration/data/2017/OCDB/TPC/Calib/ClusterParam/Run0_999999999_v1_s0.root";

let scratch: string;
let clientBinary: string;
let host: PrivateHost;
let service: CvmfsService;
let source: string;

beforeAll(async () => {
  const { cvmfsClient } = await prepare({ cvmfsClient: true, autofs: true });
  if (!cvmfsClient) throw new Error("no client was prepared");
  clientBinary = cvmfsClient;
  scratch = realpathSync(mkdtempSync(path.join(tmpdir(), "cvmfs-client-")));
  source = path.join(scratch, "alice.cern.ch");
  for (const repository of standInRepositories()) {
    cpSync(repository.source, path.join(scratch, repository.name), { recursive: true });
  }
  mkdirSync(path.join(source, "many"));
  for (let i = 0; i < 500; i++) writeFileSync(path.join(source, "many", `file${i}`), `${i}\n`);
  symlinkSync("../bin/alienv", path.join(source, "many", "link"));
  writeFileSync(path.join(source, "many", "empty"), "");

  host = await PrivateHost.start({
    name: "cvmfs-client",
    directory: path.join(scratch, "host"),
    network: "private",
    sharedDirectories: [top, scratch, path.dirname(clientBinary)],
    lifetime: "caller",
    engineStorage: "memory",
  });
  service = await CvmfsService.start(serviceOptions());
}, 600_000);

afterAll(async () => {
  await host?.destroy();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

function serviceOptions() {
  return {
    host,
    repositories: standInRepositories().map(({ name }) => ({
      name,
      source: path.join(scratch, name),
    })),
    directory: path.join(scratch, "cvmfs"),
    clientBinary,
    port: PORT,
    idleTimeoutSeconds: 2,
  };
}

const asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"];

/** Reads as a user that is not root, which only a mount with allow_other lets it. */
function read(command: string, ...args: string[]): Promise<string> {
  return host.run("setpriv", [...asNobody, command, ...args], { timeoutMilliseconds: 60_000 });
}

async function cvmfsMounts(): Promise<string[]> {
  const mounts = await host.run("cat", ["/proc/mounts"]);
  return mounts.split("\n").filter((line) => / \/cvmfs\//.test(line));
}

async function unmounted(): Promise<void> {
  await waitFor("expiry", 30_000, async () => (await cvmfsMounts()).length === 0);
}

describe("repositories behind autofs", () => {
  it("mounts on access, for every user, read-only", async () => {
    expect(await read("cat", "/cvmfs/alice.cern.ch/README.stand-in")).toContain("stand-in");
    const mounts = await cvmfsMounts();
    expect(mounts).toHaveLength(1);
    expect(mounts[0]).toMatch(/^cvmfs-compatible-client \/cvmfs\/alice.cern.ch fuse ro,/);
    expect(mounts[0]).toContain("allow_other");
    expect((await host.tryRun("touch", ["/cvmfs/alice.cern.ch/new"])).stderr).toContain(
      "Read-only file system",
    );
  });

  it("serves the published bytes, modes and links", async () => {
    const published = path.join(scratch, "alice.cern.ch");
    expect(await host.run("diff", ["--recursive", published, "/cvmfs/alice.cern.ch"])).toBe("");
    expect(await read("stat", "-c", "%a %s", "/cvmfs/alice.cern.ch/bin/alienv")).toMatch(/^755 /);
    expect(await read("readlink", "/cvmfs/alice.cern.ch/many/link")).toBe("../bin/alienv\n");
    expect(await read("ls", "-l", "/cvmfs/alice.cern.ch")).toContain("README.stand-in");
  });

  it("serves a file of 4 MB", async () => {
    const file = `/cvmfs/alice-ocdb.cern.ch/${ocdbFile}`;
    expect((await read("wc", "-c", file)).split(" ")[0]).toBe("4194304");
  });

  it("answers many readers at once", async () => {
    const readers = Array.from({ length: 8 }, () =>
      read("sh", "-c", "cat /cvmfs/alice.cern.ch/many/file* | wc -l"),
    );
    for (const lines of await Promise.all(readers)) expect(lines.trim()).toBe("500");
  });

  // An overlay asks for attributes that no file here has.
  it("carries an overlay on top, as containers' roots are", async () => {
    const script =
      "mkdir -p /tmp/o/u /tmp/o/w /tmp/o/m && mount -t overlay -o lowerdir=/cvmfs/alice.cern.ch,upperdir=/tmp/o/u,workdir=/tmp/o/w o /tmp/o/m && cat /tmp/o/m/README.stand-in; umount /tmp/o/m";
    expect(await host.run("sh", ["-c", script])).toContain("stand-in");
  });

  it("does not mount a repository that nobody serves", async () => {
    const other = await host.tryRun("ls", ["/cvmfs/other.cern.ch"]);
    expect(other.stderr).toContain("No such file or directory");
  });

  it("expires, and mounts again with what was published since", async () => {
    await unmounted();
    writeFileSync(path.join(source, "later"), "published later\n");
    await service.repositories.publish();
    expect(await read("cat", "/cvmfs/alice.cern.ch/later")).toBe("published later\n");
  });
});

describe("mount -t cvmfs", () => {
  it("mounts without autofs, and TERM unmounts", async () => {
    await host.run("mkdir", ["-p", "/mnt/alice"]);
    await host.run("mount", ["-t", "cvmfs", "alice.cern.ch", "/mnt/alice"]);
    expect(await read("cat", "/mnt/alice/README.stand-in")).toContain("stand-in");
    await host.run("pkill", ["-TERM", "-f", "cvmfs-compatible-client.* /mnt/alice$"]);
    const gone = async () => !(await host.run("cat", ["/proc/mounts"])).includes("/mnt/alice");
    await waitFor("the mount is gone", 10_000, gone);
  });

  it("refuses a whitelist that another key signed", async () => {
    const key = "/etc/cvmfs/keys/cern.ch/cdktf-vobox-local.pub";
    const good = await host.run("cat", [key]);
    await host.writeFile(
      key,
      await host.run("openssl", ["rsa", "-pubout"], {
        input: await host.run("openssl", ["genrsa", "2048"]),
      }),
    );
    const outcome = await host.tryRun("mount", ["-t", "cvmfs", "alice.cern.ch", "/mnt/alice"]);
    await host.writeFile(key, good);
    expect(outcome.exitCode).toBe(32);
    expect(outcome.stderr).toContain("the whitelist is signed by none of");
  });

  it("says which server does not answer, soon", async () => {
    await unmounted();
    await service.repositories.stopServer();
    const started = Date.now();
    const outcome = await host.tryRun("mount", ["-t", "cvmfs", "alice.cern.ch", "/mnt/alice"]);
    expect(outcome.stderr).toContain(`connecting to 127.0.0.1:${PORT}: Connection refused`);
    expect(Date.now() - started).toBeLessThan(5_000);
    await service.repositories.startServer();
    const mended = () => read("cat", "/cvmfs/alice.cern.ch/README.stand-in").catch(() => undefined);
    await waitFor("the repository is back", 10_000, mended);
  });
});

describe("the stand-ins for JAliEn and MonALISA", () => {
  const vobox = "/cvmfs/alice.cern.ch/scripts/vobox/jalien-vobox.sh";
  const logs = "/tmp/vo/ALICE/alien-logs";

  /** As the VO account, with what a VO-Box's image has on its PATH. */
  function asAccount(command: string, ...args: string[]) {
    const env = { HOME: "/tmp/vo", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
    return host.tryRun("setpriv", [...asNobody, command, ...args], { env });
  }

  async function listeners(): Promise<string> {
    return host.run("ss", ["-Hltun"]);
  }

  beforeAll(() => host.run("install", ["-d", "-o", "65534", "-g", "65534", "/tmp/vo"]));

  it("alienv knows the packages, and refuses a version that is not there", async () => {
    const alienv = "/cvmfs/alice.cern.ch/bin/alienv";
    const jalien = (await asAccount(alienv, "printenv", "JAliEn")).stdout;
    expect(jalien).toMatch(/^export PATH="\/cvmfs\/alice.cern.ch\/.*\/JAliEn\/.*\/bin:\$PATH";$/m);
    const pinned = await asAccount(alienv, "printenv", "MonaLisa/1.0.0-stand-in");
    expect(pinned.stdout).toMatch(/^export MonaLisa_HOME="\/cvmfs\/alice.cern.ch\//);
    const absent = await asAccount(alienv, "printenv", "JAliEn/9.9");
    expect(absent.exitCode).toBe(1);
    expect(absent.stderr).toContain("Unable to locate a modulefile for 'JAliEn/9.9'");
  });

  it("both start in the background, listen and log where the real ones do", async () => {
    expect((await asAccount(vobox, "start")).exitCode).toBe(0);
    await waitFor("both listen", 10_000, async () => {
      const sockets = await listeners();
      return [/127.0.0.1:10000 /, /0.0.0.0:8884 /, /0.0.0.0:1093 /].every((one) =>
        one.test(sockets),
      );
    });
    const processes = await host.run("ps", ["-eo", "user,args"]);
    expect(processes).toMatch(/^nobody .*--stand-in alien\.site\.ComputingElement$/m);
    expect(processes).toMatch(/^nobody .*--stand-in -DMonaLisa_HOME=\/cvmfs\//m);
    expect((await asAccount(vobox, "status")).exitCode).toBe(0);
    expect(await host.run("cat", [`${logs}/CE/CE.log`])).toContain("(stand-in): started");
    expect(await host.run("cat", [`${logs}/MonaLisa/ML.log`])).toContain("(stand-in): started");
  });

  it("the computing element says in its log that its port is taken", async () => {
    const command = 'eval "$(/cvmfs/alice.cern.ch/bin/alienv printenv JAliEn)"; exec jalien "$0"';
    const second = await asAccount("bash", "-c", command, "alien.site.ComputingElement");
    expect(second.exitCode).toBe(1);
    expect(second.stdout).toContain("cannot listen on 127.0.0.1:10000: Address already in use");
  });

  it("one alone can be stopped, and is told from the other", async () => {
    expect((await asAccount(vobox, "stop", "monalisa")).exitCode).toBe(0);
    expect((await asAccount(vobox, "status", "monalisa")).exitCode).toBe(1);
    expect((await asAccount(vobox, "mlstatus")).stdout).toContain("Service running\t0");
    expect((await asAccount(vobox, "status", "ce")).exitCode).toBe(0);
    expect((await asAccount(vobox, "stop")).exitCode).toBe(0);
    expect(await listeners()).not.toMatch(/:(10000|8884|1093) /);
  });

  it("run as anyone but root", async () => {
    const asRoot = await host.tryRun("bash", [vobox, "start"]);
    expect(asRoot.exitCode).toBe(1);
    expect(asRoot.stderr).toContain("must not run as root");
  });
});

describe("the daemons", () => {
  it("autofs killed and started again serves again", async () => {
    await service.autofs.stop("SIGKILL");
    await service.startAutofs();
    const file = "calibration/data/2017/OCDB/GRP/Geometry/Data/README.stand-in";
    expect(await read("cat", `/cvmfs/alice-ocdb.cern.ch/${file}`)).toContain("stand-in");
  });

  it("a port that is taken is a sentence", async () => {
    await service.repositories.stopServer();
    const listen = `require("net").createServer().listen(${PORT},"127.0.0.1",()=>console.log("up"))`;
    const other = await host.startDaemon("other", process.execPath, ["-e", listen]);
    await waitFor("other program", 10_000, () => readFileSync(other.logFile, "utf8") !== "");
    await expect(service.repositories.startServer()).rejects.toThrow(
      "another program has taken that port",
    );
    await other.stop();
    await service.repositories.startServer();
  });

  it("a start that fails leaves alone what runs already", async () => {
    const { autofs } = service;
    const { server } = service.repositories;
    const repositories = [{ name: "alice.cern.ch", source: path.join(scratch, "none") }];
    await expect(CvmfsService.start({ ...serviceOptions(), repositories })).rejects.toThrow();
    expect([server.isRunning(), autofs.isRunning()]).toEqual([true, true]);
    expect(await read("cat", "/cvmfs/alice.cern.ch/later")).toBe("published later\n");
  });

  it("refuses a host that has the official client", async () => {
    await host.writeFile("/etc/cvmfs/default.conf", "");
    await expect(CvmfsService.start(serviceOptions())).rejects.toThrow(
      /CVMFS is installed here \(cvmfs-client has \/etc\/cvmfs\/default.conf\), .* cvmfs_config probe/,
    );
    await host.run("rm", ["/etc/cvmfs/default.conf"]);
  });

  it("stop leaves a mount that is not its own", async () => {
    const other = "/cvmfs-elsewhere";
    await host.run("mkdir", [other]);
    await host.run("mount", ["-t", "cvmfs", "alice.cern.ch", other]);
    await service.stop();
    expect(await host.run("cat", ["/proc/mounts"])).toContain(` ${other} fuse`);
    await host.run("umount", [other]);
    // A site's own CVMFS: the same client behind an automount with a map of another name.
    service = await CvmfsService.start({
      ...serviceOptions(),
      directory: path.join(scratch, "own"),
    });
    await read("ls", "/cvmfs/alice.cern.ch/bin");
    const daemons = jest.spyOn(host, "findDaemon").mockReturnValue(undefined);
    try {
      await CvmfsService.stopOn(host, path.join(scratch, "cvmfs"));
      await expect(CvmfsService.start(serviceOptions())).rejects.toThrow(
        /CVMFS is installed here \(cvmfs-client has autofs on \/cvmfs\)/,
      );
    } finally {
      daemons.mockRestore();
    }
    expect((await cvmfsMounts()).join()).toContain(" /cvmfs/alice.cern.ch fuse");
    await service.stop();
    service = await CvmfsService.start(serviceOptions());
  });

  it("stop leaves no mount, no process and no file", async () => {
    const conf = "/etc/cvmfs/default.local";
    await service.stop();
    expect(await host.run("cat", ["/proc/mounts"])).not.toContain(" /cvmfs");
    for (const file of [conf, "/sbin/mount.cvmfs", "/etc/cvmfs"]) {
      expect((await host.tryRun("test", ["-e", file])).exitCode).toBe(1);
    }
    const clientsGone = async () =>
      (await host.tryRun("pgrep", ["-f", "cvmfs-compat|automount"])).exitCode === 1;
    await waitFor("no client", 10_000, clientsGone);
  });

  it("keeps what a file held before", async () => {
    const conf = "/etc/cvmfs/default.local";
    await host.writeFile(conf, "CVMFS_QUOTA_LIMIT=1\n");
    service = await CvmfsService.start(serviceOptions());
    expect(await read("cat", "/cvmfs/alice.cern.ch/later")).toBe("published later\n");
    await service.stop();
    expect(await host.run("cat", [conf])).toBe("CVMFS_QUOTA_LIMIT=1\n");
  });
});
