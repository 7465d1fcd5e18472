import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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

describe("load_package", () => {
  itWith(["bash"], "takes an environment that uses variables that are not set", () => {
    const script =
      'set -u; . "$1"; /cvmfs/alice.cern.ch/bin/alienv() { echo "export A=x:\\$NOWHERE;"; }; ' +
      'load_package P ""; echo "$A"; echo "$NOWHERE"';
    const { code, stdout, stderr } = run("bash", ["-c", script, "test", functions]);
    expect(stdout).toBe("x:\n");
    expect(code).not.toBe(0);
    expect(stderr).toContain("NOWHERE: unbound variable");
  });
});

describe("log_directory", () => {
  // The control script in CVMFS is not there, as where nothing names an LDAP.
  itWith(["bash"], "is the default where no LDAP is named", () => {
    const script = 'set -u; . "$1"; log_directory';
    const env = { ...process.env, HOME: "/home/vo" };
    expect(run("bash", ["-c", script, "test", functions], { env }).stdout).toBe(
      "/home/vo/ALICE/alien-logs\n",
    );
  });

  itWith(
    ["bash", "envsubst"],
    "is LOGDIR of the VO-Box's entry in the LDAP that CVMFS names",
    () => {
      const script = [
        'set -u; . "$1"',
        'sed() { case $2 in s/^ldapHostname*) echo ldap.site.test ;; s/^ldapPort*) echo 8389 ;; *) command sed "$@" ;; esac; }',
        "hostname() { echo vobox.site.test; }",
        'timeout() { shift; case $1 in ldapsearch) echo "$*" >"$HOME/asked"; printf "dn: host=x\\nlogdir: \\$HOME/other\\n" ;; *) "$@" ;; esac; }',
        "log_directory",
      ].join("\n");
      const env = { ...process.env, HOME: scratch.folder };
      const { stdout } = run("bash", ["-c", script, "test", functions], { env });
      expect(stdout).toBe(`${scratch.folder}/other\n`);
      const asked = readFileSync(join(scratch.folder, "asked"), "utf8");
      expect(asked).toContain("-H ldap://ldap.site.test:8389 ");
      expect(asked).toContain("(&(objectClass=AliEnHostConfig)(host=vobox.site.test))");
    },
  );
});

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
