// The compiled program reads files beside its own code (rootfs, scripts, stand-ins); the compiler
// copies none of them. Modes are kept: they are part of an image's content.
import { cpSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const assets = [
  "lib/image/rootfs",
  "stacks/scripts",
  "cli/schema",
  "cli/with-options",
  "local/cvmfs/mount.cvmfs",
  "local/cvmfs/stand-ins",
  "local/private-host/scripts",
];
for (const asset of assets) {
  const target = join(top, "dist", asset);
  rmSync(target, { recursive: true, force: true });
  cpSync(join(top, asset), target, { recursive: true, verbatimSymlinks: true });
}
