import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { Fn, type TerraformStack, Token } from "cdktf";
import { containerWith, type Given } from "./container";
import { newStack, type Resource } from "./synthesis";
import { list, variable } from "./tokens";

/** Values that only Terraform will know, each with the expression that has to stand in the JSON. */
interface Later<T> {
  readonly value: T;
  readonly expression: string;
}
type Source<T> = (stack: TerraformStack) => Later<T>;

/** What a text may be. */
export const texts: Readonly<Record<string, Source<string>>> = {
  "a variable": (stack) => ({
    value: variable(stack, "string").stringValue,
    expression: "${var.string}",
  }),
  "an attribute of another resource": (stack) => ({
    value: new NullResource(stack, "other").id,
    expression: "${null_resource.other.id}",
  }),
  "a function's result": (stack) => ({
    value: Fn.join(".", list(stack).listValue),
    expression: '${join(".", var.list)}',
  }),
  "an element of a list": (stack) => ({
    value: Fn.element(Fn.split(",", variable(stack, "string").stringValue), 1) as string,
    expression: '${element(split(",", var.string), 1)}',
  }),
  "a variable of any type": (stack) => ({
    value: Token.asString(variable(stack, "any").value),
    expression: "${var.any}",
  }),
};
/** What a number may be. */
export const numbers: Readonly<Record<string, Source<number>>> = {
  "a variable": (stack) => ({
    value: variable(stack, "number").numberValue,
    expression: "${var.number}",
  }),
  "a function's result": (stack) => ({
    value: Token.asNumber(Fn.max([variable(stack, "number").numberValue, 600])),
    expression: "${max(var.number, 600)}",
  }),
};
/** What a list of texts may be. */
export const lists: Readonly<Record<string, Source<string[]>>> = {
  "a variable": (stack) => ({
    value: list(stack).listValue,
    expression: "var.list",
  }),
  "a function's result": (stack) => ({
    value: Fn.split(",", variable(stack, "string").stringValue),
    expression: 'split(",", var.string)',
  }),
  "a list that was added to": (stack) => ({
    value: Token.asList(Fn.concat([list(stack).listValue, ["192.0.2.1"]])),
    expression: 'concat(var.list, ["192.0.2.1"])',
  }),
};

/** Environment, mounts and the like, whatever else is in the list. */
export const has = (key: string, element: unknown): Resource => ({
  [key]: expect.arrayContaining([element]) as unknown,
});
export const env = (line: string): Resource => has("env", line);
export const mount = (properties: Resource): Resource =>
  has("mounts", expect.objectContaining(properties));
export const file = (text: string): Resource =>
  has("upload", {
    file: "/etc/cvmfs/default.local",
    content: expect.stringContaining(text) as string,
  });

/** A prop, how it is given, and what has to be in the resource for the text of its expression. */
export type Case<T> = readonly [
  property: string,
  give: (value: T) => Given,
  arrives: (text: string) => Resource,
];

/** One test for each prop and each kind of value. */
export function arrivesFrom<T>(
  kind: string,
  props: ReadonlyArray<Case<T>>,
  sources: Readonly<Record<string, Source<T>>>,
): void {
  describe.each(Object.entries(sources))(`a ${kind} that is %s`, (_source, later) => {
    it.each(props)("arrives as an expression in %s", (_property, give, arrives) => {
      const stack = newStack();
      const { value, expression } = later(stack);
      expect(containerWith(give(value), stack)).toMatchObject(arrives(expression));
    });
  });
}
