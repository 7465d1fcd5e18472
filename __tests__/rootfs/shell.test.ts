import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { BaseImage, CvmfsPackage, VoBoxServices } from "../../lib";
import { writeBuildContext } from "../support/build-context";
import { top } from "../support/compiled";
import { useScratch } from "../support/scratch";
import { itWith, run } from "../support/tools";

const scratch = useScratch();

/** What the repository ships or runs, and nothing that was built or installed. */
const places = ["lib", "stacks", "cli", "local", "scripts", ".ci"];
const built = /(^|\/)(node_modules|target|\.local)(\/|$)/;

function filesBelow(place: string): string[] {
  return readdirSync(join(top, place), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(top, join(entry.parentPath, entry.name)))
    .filter((path) => !built.test(path));
}

function firstLine(path: string): string {
  return readFileSync(path, "latin1").split("\n", 1)[0];
}

function isShell(path: string): boolean {
  return (
    path.endsWith(".sh") ||
    /^#!\s*(\/usr)?\/bin\/(env )?(ba|da)?sh\b|^# shellcheck shell=/.test(firstLine(path))
  );
}

const files = places.flatMap(filesBelow);
const shell = files.filter((path) => isShell(join(top, path)));
const python = files.filter(
  (path) => path.endsWith(".py") || /^#!.*\bpython3?\b/.test(firstLine(join(top, path))),
);
const rootfs = "lib/image/rootfs";

function shellcheck(path: string): void {
  // functions.sh is sourced by the path that it has in the image.
  const args = ["-x", `--source-path=${join(top, rootfs)}`, path];
  const { code, stdout, stderr } = run("shellcheck", args, { cwd: top });
  expect([code, stdout, stderr]).toEqual([0, "", ""]);
}

it("finds the shell files, with and without a suffix", () => {
  expect(shell).toEqual(
    expect.arrayContaining([
      `${rootfs}/etc/init.sh`,
      `${rootfs}/usr/libexec/vobox/functions.sh`,
      `${rootfs}/usr/libexec/vobox/run-service`,
      `${rootfs}/usr/libexec/vobox/init.d/40-cvmfs`,
      "stacks/scripts/await-healthy.sh",
      "stacks/scripts/with-options/ssh",
      "local/cvmfs/mount.cvmfs",
      ".ci/run",
    ]),
  );
  expect(python).toEqual(
    expect.arrayContaining([
      `${rootfs}/usr/libexec/vobox/health`,
      `${rootfs}/usr/libexec/vobox/vobox_health/report.py`,
    ]),
  );
});

describe("shellcheck finds nothing in", () => {
  itWith(["shellcheck"], "what is rendered", () => {
    const { directory } = writeBuildContext(
      {
        base: BaseImage.debian(),
        packages: [],
        cvmfsPackage: CvmfsPackage.official(),
        account: { name: "alicesgm", uid: 1000 },
        services: VoBoxServices.jalien().list,
        files: [],
      },
      scratch.folder,
    );
    shellcheck(join(directory, "rootfs/etc/vobox/image.sh"));
  });

  for (const path of shell) itWith(["shellcheck"], path, () => shellcheck(path));
});

describe("python compiles", () => {
  for (const path of python)
    itWith(["python3"], path, () => {
      const compile =
        "import sys, py_compile; py_compile.compile(sys.argv[1], cfile=sys.argv[2], doraise=True)";
      const target = join(scratch.folder, "compiled.pyc");
      const { code, stderr } = run("python3", ["-c", compile, join(top, path), target]);
      expect([code, stderr]).toEqual([0, ""]);
    });
});

it("every program of the image is executable, and nothing else", () => {
  for (const path of filesBelow(rootfs)) {
    const executable = (statSync(join(top, path)).mode & 0o100) !== 0;
    expect([path, executable]).toEqual([path, firstLine(join(top, path)).startsWith("#!")]);
  }
});
