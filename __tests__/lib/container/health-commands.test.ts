import { Lazy, TerraformVariable } from "cdktf";
import type { HealthCommandProps } from "../../../lib";
import { containerWith } from "../../support/container";
import { useScratch } from "../../support/scratch";
import { newStack, refusalOf, wrong } from "../../support/synthesis";

useScratch();

/** The variable of a container's environment with the health commands; undefined without one. */
function rendered(
  healthCommands?: readonly HealthCommandProps[],
  stack = newStack(),
): string | undefined {
  const env = containerWith({ healthCommands }, stack)["env"] as readonly string[];
  const name = "VOBOX_HEALTH_COMMANDS=";
  return env.find((entry) => entry.startsWith(name))?.slice(name.length);
}

function refused(healthCommands: unknown): string {
  const message = refusalOf(() => rendered(wrong(healthCommands)));
  expect(message).toMatch(/^site\/box: healthCommands/);
  return message.slice("site/box: healthCommands".length);
}

const squid = { name: "squid", command: ["curl", "--fail", "http://squid.cern.ch:3128/"] };

describe("health commands", () => {
  it("are one line of JSON that the container's health reads", () => {
    const text = rendered([
      { ...squid, user: "nobody" },
      { name: "x", command: ['a "b"', "ä\\"] },
    ]);
    expect(text).not.toContain("\n");
    expect(JSON.parse(text!)).toEqual([
      { ...squid, user: "nobody" },
      { name: "x", command: ['a "b"', "ä\\"] },
    ]);
  });

  it("are not in the environment where there are none", () => {
    expect(rendered()).toBeUndefined();
    expect(rendered([])).toBeUndefined();
  });

  it("quote what is known at the end of the synthesis", () => {
    const late = Lazy.stringValue({ produce: () => 'late "x" \\' });
    expect(JSON.parse(rendered([{ name: "x", command: [late, `a${late}b`] }])!)).toEqual([
      { name: "x", command: ['late "x" \\', 'alate "x" \\b'] },
    ]);
  });

  it("let values through that only Terraform will know, and have it quote them", () => {
    const stack = newStack();
    const url = new TerraformVariable(stack, "url", { type: "string" });
    const user = new TerraformVariable(stack, "user", { type: "string" });
    const command = ["curl", `http://${url.stringValue}/"x"`, "${HOME}"];
    const quoted = (value: string): string =>
      `\${trimsuffix(trimprefix(jsonencode(var.${value}), "\\""), "\\"")}`;
    expect(rendered([{ name: "squid", command, user: user.stringValue }], stack)).toBe(
      `[{"name":"squid","command":["curl","http://${quoted("url")}/\\"x\\"","$\${HOME}"],"user":"${quoted("user")}"}]`,
    );
  });
});

describe("health commands refuse", () => {
  it.each([null, "x", {}, 5])("%j in place of a list", (given) =>
    expect(refused(given)).toContain(`: given ${JSON.stringify(given)}; allowed: a list.`),
  );

  it.each([null, "x", [], 5])("%j in place of a command", (given) =>
    expect(refused([given])).toContain(
      `[0]: given ${JSON.stringify(given)}; allowed: an object with named values.`,
    ),
  );

  it.each([undefined, "", "Squid", "1x", "a b", "x\n", "a".repeat(33), 5])("the name %j", (name) =>
    expect(refused([{ ...squid, name }])).toContain(
      `[0].name: given ${JSON.stringify(name) ?? "undefined"}; allowed: 1 to 32 lower-case letters, digits and -, beginning with a letter.`,
    ),
  );

  it("a second one of a name", () =>
    expect(refused([squid, squid])).toContain(
      '[1]: given "squid"; allowed: each one once. Remove the second squid.',
    ));

  it.each([undefined, "curl x", {}])("%j in place of words", (command) =>
    expect(refused([{ ...squid, command }])).toContain(
      `[0].command: given ${JSON.stringify(command) ?? "undefined"}; allowed: a list.`,
    ),
  );

  it("no words at all", () =>
    expect(refused([{ ...squid, command: [] }])).toContain(
      "[0].command: given []; allowed: a command.",
    ));

  it.each(["", "a\nb", "\u0000", 5, undefined])("the word %j", (word) =>
    expect(refused([{ ...squid, command: ["curl", word] }])).toContain(
      `[0].command[1]: given ${JSON.stringify(word) ?? "undefined"}; allowed: a word without line breaks or control characters, and not empty.`,
    ),
  );

  it("more than one variable of an environment can hold", () => {
    const command = ["x", "y".repeat(60_000), "z".repeat(60_000), "z".repeat(11_100)];
    expect(refused([{ name: "long", command }])).toContain(
      ': given "1 commands"; allowed: at most 131071 bytes in all. No program could be started with them: put them into a program on the VO-Box.',
    );
    expect(rendered([{ name: "long", command: command.slice(0, 3) }])!.length).toBeGreaterThan(
      120_000,
    );
  });

  it.each(["root", "", "Nobody", "a b", 5])("the account %j", (user) =>
    expect(refused([{ ...squid, user }])).toContain(
      `[0].user: given ${JSON.stringify(user)}; allowed: the name of an account other than root. What needs root is no question of health.`,
    ),
  );
});
