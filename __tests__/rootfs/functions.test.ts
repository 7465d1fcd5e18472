import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { top } from "../support/compiled";
import { useScratch } from "../support/scratch";
import { itWith, run } from "../support/tools";

const scratch = useScratch();
const functions = join(top, "lib/image/rootfs/usr/libexec/vobox/functions.sh");

function pinned(name: string): string {
  const script = 'set -u; . "$1"; pinned_version "$2"';
  const env = { ...process.env, HOME: scratch.folder };
  const { code, stdout, stderr } = run("bash", ["-c", script, "test", functions, name], { env });
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

describe("pinned_version", () => {
  itWith(["bash"], "is empty where nothing is pinned", () => expect(pinned("JALIEN")).toBe(""));

  itWith(["bash"], "is the last value of the key, and of that key alone", () => {
    const folder = join(scratch.folder, ".alien/config");
    mkdirSync(folder, { recursive: true });
    const text =
      "# JALIEN=0\nJALIEN=1.8.0\n  JALIEN = 1.9.3-1\nXJALIEN=7\nJALIEN_X=8\nMONALISA=2\n";
    writeFileSync(join(folder, "version.properties"), text);
    expect(pinned("JALIEN")).toBe("1.9.3-1\n");
    expect(pinned("MONALISA")).toBe("2\n");
    expect(pinned("OTHER")).toBe("");
  });
});
