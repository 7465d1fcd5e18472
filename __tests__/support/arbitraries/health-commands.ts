import * as fc from "fast-check";
import type { PartArbitraries } from "./part";
import { badList, badObject, badText, maybe, oneLineText } from "./values";

const commands = fc.uniqueArray(
  fc.record(
    {
      name: fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/),
      command: fc.array(
        oneLineText.filter((text) => text !== ""),
        { minLength: 1, maxLength: 3 },
      ),
      user: fc.stringMatching(/^u[a-z0-9_-]{0,31}$/),
    },
    { requiredKeys: ["name", "command"] },
  ),
  { maxLength: 3, selector: ({ name }) => name },
);

/** Commands that health depends on. */
export const healthCommands: PartArbitraries = {
  valid: maybe(commands).map((given) => ({
    props: { healthCommands: given },
    asked: () =>
      given === undefined || given.length === 0
        ? {}
        : {
            environment: {
              VOBOX_HEALTH_COMMANDS: JSON.stringify(
                given.map(({ name, command, user }) => ({ name, command, user })),
              ),
            },
          },
  })),
  invalid: fc.oneof(
    badList.map((value) => ({ props: { healthCommands: value }, property: "healthCommands" })),
    badObject.map((value) => ({
      props: { healthCommands: [value] },
      property: "healthCommands[0]",
    })),
    fc
      .oneof(fc.constantFrom("", "A", "1a", "a b"), badText("squid"))
      .map((name) => invalid({ name }, "name")),
    fc.oneof(badList, fc.constant([])).map((command) => invalid({ command }, "command")),
    fc
      .oneof(fc.constantFrom("", "a\nb"), badText("word"))
      .map((word) => invalid({ command: ["/bin/x", word] }, "command[1]")),
    fc
      .oneof(fc.constantFrom("", "root", "A", "a b"), badText("agent"))
      .map((user) => invalid({ user }, "user")),
  ),
};

function invalid(given: Readonly<Record<string, unknown>>, property: string) {
  const command = { name: "one", command: ["/bin/x"], ...given };
  return { props: { healthCommands: [command] }, property: `healthCommands[0].${property}` };
}
