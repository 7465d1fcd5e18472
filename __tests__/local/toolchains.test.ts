import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../../local/support/problem";
import { toolchainPackages } from "../../local/toolchains";

const needs = { go: "OpenTofu", rust: "the CVMFS client" };
const path = process.env.PATH;
const getuid = process.getuid;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vobox-toolchains-"));
  process.env.PATH = folder;
  process.getuid = () => 1000;
});
afterEach(() => {
  process.env.PATH = path;
  process.getuid = getuid;
  rmSync(folder, { recursive: true });
});

/** A command of its own on PATH that prints a line. */
function program(name: string, line: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${line}'\n`, { mode: 0o755 });
}

describe("toolchainPackages", () => {
  it("asks for none where both compilers are new enough", async () => {
    program("go", "go1.19.8");
    program("cargo", "cargo 1.85.0 (d73d2caf9 2024-12-31)");
    expect(await toolchainPackages(needs)).toEqual([]);
  });

  it("looks at none that is not needed", async () => {
    expect(await toolchainPackages({})).toEqual([]);
  });

  it("tells someone who is not root of all that is missing, at once", async () => {
    const attempt = toolchainPackages(needs);
    await expect(attempt).rejects.toBeInstanceOf(Problem);
    await expect(attempt).rejects.toThrow(
      /^OpenTofu must be built here, and no Go here: install Go 1\.21.*; the CVMFS client must be built here, and no Rust here: install Rust 1\.85/,
    );
  });

  it("tells what is too old, and what does not run", async () => {
    program("go", "go1.15.15");
    writeFileSync(join(folder, "cargo"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await expect(toolchainPackages(needs)).rejects.toThrow(
      /Go 1\.15\.15 here is too old: .*; .* the command cargo does not run here: /,
    );
  });

  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const onDebian12 = /^VERSION_ID="12"$/m.test(release) && /^ID=debian$/m.test(release);
  const title = "takes Debian 12's packages where root can install them";
  (onDebian12 ? it : it.skip)(onDebian12 ? title : `${title} (missing: Debian 12)`, async () => {
    process.getuid = () => 0;
    symlinkSync("/usr/bin/apt-get", join(folder, "apt-get"));
    const found = await toolchainPackages(needs);
    expect(found.map((need) => need.package)).toEqual(["golang-go", "cargo-web"]);
    program("cargo", "cargo 1.63.0");
    await expect(toolchainPackages({ rust: needs.rust })).rejects.toThrow(
      /Rust 1\.63\.0 here is too/,
    );
  });
});
