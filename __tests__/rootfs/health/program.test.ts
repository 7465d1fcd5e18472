import { readdirSync } from "node:fs";
import { join } from "node:path";
import { callHealth, healthFolder } from "../../support/health-program";
import { useScratch } from "../../support/scratch";
import { itWith, run } from "../../support/tools";

useScratch();

describe("a health command", () => {
  // As root the program changes to the command's account; the tests' own account does as well.
  const user = run("id", ["-un"]).stdout.trim();
  const problem = (command: readonly string[], environment: NodeJS.ProcessEnv = {}): unknown =>
    callHealth({
      module: "programs",
      function: "problem_of",
      arguments: [user, command],
      environment,
    });

  itWith(["python3", "setpriv"], "is well when it ends with 0", () =>
    expect(problem(["true"])).toBeNull(),
  );

  itWith(["python3", "setpriv"], "gives its exit code and the last line that it printed", () =>
    expect(problem(["sh", "-c", "echo first; echo last >&2; exit 3"])).toBe("ended with 3: last"),
  );

  itWith(["python3", "setpriv"], "has nothing to read", () =>
    expect(problem(["sh", "-c", "cat; exit 4"])).toBe("ended with 4"),
  );

  itWith(
    ["python3", "setpriv"],
    "is given up when the check's own time is over, with its children",
    () => {
      const started = Date.now();
      const command = ["sh", "-c", "sleep 8 | cat; :"];
      expect(problem(command, { VOBOX_HEALTH_SECONDS: "3" })).toBe("did not end within 1 s");
      expect(Date.now() - started).toBeLessThan(5_000);
    },
  );

  const commands = [
    { name: "squid", command: ["sh", "-c", "exit 5"] },
    { name: "other", command: ["true"], user: "nobody" },
  ];
  itWith(["python3"], "of the site comes from the environment, as it was given", () =>
    expect(
      callHealth({
        module: "site_commands",
        function: "site_commands",
        arguments: [],
        environment: { VOBOX_HEALTH_COMMANDS: JSON.stringify(commands) },
      }),
    ).toEqual(commands),
  );

  itWith(
    ["python3", "setpriv"],
    "of the site runs as the VO account, or as the one it names",
    () => {
      const check = (one: unknown, account: string): unknown =>
        callHealth({
          module: "site_commands",
          function: "check_site_command",
          arguments: [one, account],
        });
      expect(check(commands[0], user)).toEqual({ name: "squid", user, problem: "ended with 5" });
      const own = check({ ...commands[0], user }, "no-such-account");
      expect(own).toEqual({ name: "squid", user, problem: "ended with 5" });
    },
  );
});

describe("its arguments", () => {
  const program = join(healthFolder, "health");

  itWith(["python3"], "that it does not know end with an error", () => {
    const { code, stderr } = run("python3", [program, "--unknown"]);
    expect(code).toBe(2);
    expect(stderr).toContain("unrecognized arguments: --unknown");
  });

  itWith(
    ["python3"],
    "are read without a trace among its files, which the image is made of",
    () => {
      run("python3", [program, "--unknown"]);
      const modules = readdirSync(join(healthFolder, "vobox_health"));
      expect(modules.filter((name) => !name.endsWith(".py"))).toEqual([]);
    },
  );
});
