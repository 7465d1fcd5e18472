import { spawnSync } from "node:child_process";
import { join } from "node:path";

describe("the shell files of local", () => {
  it.each(["packages/install.sh", "base-image/build.sh", "base-image/policy-rc.d"])(
    "%s passes shellcheck",
    (name) => {
      const path = join(__dirname, "..", "..", "local", name);
      const { stdout, status } = spawnSync("shellcheck", ["-x", path], { encoding: "utf8" });
      expect(stdout).toBe("");
      expect(status).toBe(0);
    },
  );
});
