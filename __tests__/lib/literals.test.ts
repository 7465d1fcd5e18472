import { Lazy, TerraformVariable } from "cdktf";
import { asLiterals } from "../../lib/literals";
import { newStack } from "../support/synthesis";

it.each([
  ["${HOME}", "$${HOME}"],
  ["%{if true}", "%%{if true}"],
  ["$${a}", "$$${a}"],
  ["100 % { $ }", "100 % { $ }"],
  ['"quoted" \\n', '"quoted" \\n'],
])("%j becomes %j, which Terraform takes for the first", (given, rendered) =>
  expect(asLiterals({ list: [given], deep: { text: given } })).toEqual({
    list: [rendered],
    deep: { text: rendered },
  }),
);

it("leaves tokens as they are, within a text and alone", () => {
  const variable = new TerraformVariable(newStack(), "v", {});
  const text = `\${a} ${variable.stringValue}`;
  expect(asLiterals(text)).toBe(`$${text}`);
  const lazy = Lazy.anyValue({ produce: () => "later" });
  expect(asLiterals({ lazy }).lazy).toBe(lazy);
});

it("keeps a dollar before a token from making text of it", () => {
  const token = new TerraformVariable(newStack(), "v", {}).stringValue;
  expect(asLiterals(`$\${a} $$${token}`)).toBe(`$$\${a} \${"$$"}${token}`);
});

it("takes the keys of a map as texts, too", () =>
  expect(asLiterals({ tmpfs: { "/${a}": "%{b}" } })).toEqual({ tmpfs: { "/$${a}": "%%{b}" } }));

it("keeps numbers, booleans and nothing", () => {
  const values = { number: 1, yes: true, none: undefined, empty: null };
  expect(asLiterals(values)).toEqual(values);
});
