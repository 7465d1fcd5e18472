import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { top } from "../support/compiled";
import { useScratch } from "../support/scratch";
import { itWith, run } from "../support/tools";

const scratch = useScratch();
const program = join(top, "lib/image/rootfs/usr/libexec/vobox/run-service");

function environmentFile(text: string): string {
  const path = join(scratch.folder, "service.env");
  writeFileSync(path, text);
  return path;
}

describe("run-service", () => {
  itWith(["bash"], "becomes the command, with its arguments as they are", () => {
    const command = 'printf "<%s>" "$0" "$@"; [ "$PPID" = "$PARENT" ]';
    const { code, stdout } = run(program, ["--", "sh", "-c", command, "a b", "", "--", "*"], {
      env: { ...process.env, PARENT: String(process.pid) },
    });
    expect([code, stdout]).toEqual([0, "<a b><><--><*>"]);
  });

  itWith(["bash"], "gives the command what the site's file sets", () => {
    const file = environmentFile('A=1\nexport B="two words"\nC=$A$NOWHERE/x\n');
    const { stdout } = run(program, [
      "--environment-file",
      file,
      "--",
      "sh",
      "-c",
      'echo "$A|$B|$C"',
    ]);
    expect(stdout).toBe("1|two words|1/x\n");
  });

  itWith(["bash"], "starts the command without the file as well", () => {
    const missing = join(scratch.folder, "missing.env");
    const { code, stdout, stderr } = run(program, [
      "--environment-file",
      missing,
      "--",
      "echo",
      "on",
    ]);
    expect([code, stdout, stderr]).toEqual([0, "on\n", ""]);
  });

  itWith(["bash"], "ends as the command ends", () =>
    expect(run(program, ["--", "sh", "-c", "exit 23"]).code).toBe(23),
  );
});
