import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBaseImage } from "../../local/base-image";
import { Problem } from "../../local/support/problem";

describe("ensureBaseImage, with a docker command of our own", () => {
  const saved = { ...process.env };
  let folder: string;
  let calls: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vobox-base-image-"));
    calls = join(folder, "calls");
    process.env.PATH = `${folder}:${saved.PATH}`;
    process.env.VOBOX_LOCAL_DIR = folder;
  });
  afterEach(() => {
    process.env = { ...saved };
    rmSync(folder, { recursive: true });
  });

  /** Records its calls; `answers` is shell that ends it as the engine would. */
  function docker(answers: string): void {
    const path = join(folder, "docker");
    writeFileSync(path, `#!/bin/sh\necho "$*" >>'${calls}'\n${answers}\n`);
    chmodSync(path, 0o755);
  }
  const called = (): string[] =>
    existsSync(calls) ? readFileSync(calls, "utf8").trimEnd().split("\n") : [];
  const ensure = (reference: string): Promise<string> =>
    ensureBaseImage({ engineAddress: "unix:///e", reference, cacheDirectory: folder });

  it("does nothing when the engine has it", async () => {
    docker("exit 0");
    expect(await ensure("debian:12-slim")).toBe("there already");
    expect(called()).toEqual(["--host unix:///e image inspect debian:12-slim"]);
  });

  it("pulls, also the second time, when an engine lacks it", async () => {
    docker("case $3 in image) exit 1 ;; pull) exit 0 ;; esac");
    expect(await ensure("debian:12-slim")).toBe("pulled");
    expect(await ensure("debian:12-slim")).toBe("pulled");
    expect(called().filter((call) => call.includes(" pull "))).toHaveLength(2);
  });

  it("refuses to put a Debian under another system's name, and asks a silent registry once", async () => {
    docker("exit 1");
    const attempt = ensure("almalinux:9.6");
    await expect(attempt).rejects.toBeInstanceOf(Problem);
    await expect(attempt).rejects.toThrow(/almalinux:9\.6 cannot be pulled and only a Debian/);
    await expect(ensure("almalinux:9.6")).rejects.toBeInstanceOf(Problem);
    expect(called().filter((call) => call.includes(" pull "))).toHaveLength(1);
  });

  it("takes a full disk for what it is, and not for a silent registry", async () => {
    docker('[ "$3" = pull ] && echo "write: no space left on device" >&2; exit 1');
    await expect(ensure("debian:12-slim")).rejects.toThrow(/cannot be pulled: .*no space left/);
    await expect(ensure("debian:12-slim")).rejects.toThrow(/no space left/);
  });
});
