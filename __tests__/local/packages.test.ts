import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ensurePackages,
  findCommand,
  missingPackages,
  missingPackagesSentence,
  parsePackageStates,
} from "../../local/packages";
import { repositoryRoot } from "../../local/settings";
import { Problem } from "../../local/support/problem";
import { run } from "../../local/support/run";

const absent = {
  package: "no-such-package-vobox",
  purpose: "a test",
  provides: "no-such-command-vobox",
};

describe("parsePackageStates", () => {
  it("reads name and state, and prefers the architecture that is installed", () => {
    const states = parsePackageStates(
      "autofs\tinstalled\nlibfuse3-dev\tconfig-files\nlibc6\tinstalled\nlibc6\tnot-installed\n",
    );
    expect(Object.fromEntries(states)).toEqual({
      autofs: "installed",
      "libfuse3-dev": "config-files",
      libc6: "installed",
    });
  });
});

describe("findCommand", () => {
  const path = process.env.PATH;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vobox-path-"));
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });

  it("finds executable files on PATH only, and passes over files that are not", () => {
    mkdirSync(join(folder, "a"));
    mkdirSync(join(folder, "b"));
    writeFileSync(join(folder, "a", "tool-vobox"), "");
    writeFileSync(join(folder, "b", "tool-vobox"), "");
    chmodSync(join(folder, "b", "tool-vobox"), 0o755);
    process.env.PATH = `${join(folder, "a")}:${join(folder, "b")}`;
    expect(findCommand("tool-vobox")).toBe(join(folder, "b", "tool-vobox"));
    expect(findCommand("other-tool-vobox")).toBeUndefined();
  });
});

describe("missingPackages", () => {
  it("asks the real dpkg: coreutils is there, an unknown package is not", async () => {
    const present = { package: "coreutils", purpose: "a test", provides: "no-such-command-vobox" };
    const names = (await missingPackages([present, absent])).map((need) => need.package);
    if (findCommand("dpkg-query")) expect(names).toEqual([absent.package]);
    else expect(names).toEqual([present.package, absent.package]);
  });

  it("counts what is there from elsewhere, a command or a file", async () => {
    const needs = [
      { ...absent, provides: "sh" },
      { ...absent, provides: "/etc/passwd" },
    ];
    expect(await missingPackages(needs)).toEqual([]);
  });
});

describe("ensurePackages", () => {
  const getuid = process.getuid;
  afterEach(() => {
    process.getuid = getuid;
  });

  it("does nothing when nothing is missing, whoever runs it", async () => {
    process.getuid = () => 1000;
    expect(await ensurePackages([{ ...absent, provides: "sh" }])).toEqual([]);
  });

  it("tells someone who is not root what to install and for what", async () => {
    process.getuid = () => 1000;
    const attempt = ensurePackages([absent]);
    await expect(attempt).rejects.toBeInstanceOf(Problem);
    await expect(attempt).rejects.toThrow(/no-such-package-vobox \(for a test\)/);
  });

  it("names every package once in the command to run", () => {
    const sentence = missingPackagesSentence(
      [absent, { ...absent, package: "autofs", purpose: "mounting /cvmfs" }],
      "that takes root",
    );
    expect(sentence).toMatch(/apt-get install no-such-package-vobox autofs, as root/);
    expect(sentence).toMatch(/because that takes root/);
  });
});

describe("install.sh", () => {
  const helpers = ["/usr/bin/deb-systemd-invoke", "/usr/bin/deb-systemd-helper"];
  const canRun = process.getuid?.() === 0 && helpers.every((helper) => existsSync(helper));

  const title = "lets packages start nothing, neither now nor at boot";
  (canRun ? it : it.skip)(canRun ? title : `${title} (missing: root on Debian)`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "vobox-install-"));
    const starters = [...helpers, "/usr/sbin/invoke-rc.d", "/usr/sbin/update-rc.d"];
    const present = starters.filter((starter) => existsSync(starter));
    // In the place of apt-get: what a package's script would find in theirs.
    const hidden = join(folder, "hidden");
    const check = `cmp -s /bin/true "$starter" && echo "$starter" >>${hidden}`;
    const body = `for starter in ${present.join(" ")}; do ${check}; done; true`;
    writeFileSync(join(folder, "apt-get"), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    try {
      const script = join(repositoryRoot(), "local/packages/install.sh");
      await run("unshare", ["--mount", "--propagation", "private", "sh", script, "none"], {
        env: { PATH: `${folder}:/usr/sbin:/usr/bin:/sbin:/bin` },
      });
      expect([...new Set(readFileSync(hidden, "utf8").trim().split("\n"))]).toEqual(present);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
