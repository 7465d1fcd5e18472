import { type TerraformStack, Token } from "cdktf";
import {
  DnsSettings,
  VoBoxFile,
  VoBoxImage,
  type VoBoxImageProps,
  VoBoxMount,
  VoBoxService,
  VoBoxServices,
} from "../../../lib";
import { addContainer, type Given } from "../../support/container";
import { useScratch } from "../../support/scratch";
import { newStack, refusalOf, wrong } from "../../support/synthesis";
import { list, ownClient, variable } from "../../support/tokens";

useScratch();

describe("what something is computed from at synthesis is refused", () => {
  const refused = (give: (stack: TerraformStack) => Given): string => {
    const stack = newStack();
    return refusalOf(() => addContainer(stack, give(stack)));
  };
  const compute = (property: string): string =>
    `site/box: ${property}: given a value that only Terraform will know; allowed: a value that is known at synthesis. Something is computed from it before Terraform runs: give the value itself.`;

  it.each<[string, (value: number) => Given]>([
    ["stopGraceSeconds", (n) => ({ stopGraceSeconds: n })],
    ["healthCheck.intervalSeconds", (n) => ({ healthCheck: { intervalSeconds: n } })],
    ["healthCheck.timeoutSeconds", (n) => ({ healthCheck: { timeoutSeconds: n } })],
    ["healthCheck.retries", (n) => ({ healthCheck: { retries: n } })],
    ["healthCheck.startPeriodSeconds", (n) => ({ healthCheck: { startPeriodSeconds: n } })],
  ])("a number, %s", (property, give) =>
    expect(refused((stack) => give(variable(stack, "number").numberValue))).toBe(compute(property)),
  );

  it("one of the capabilities, and their list", () => {
    expect(refused((stack) => ({ capabilities: [variable(stack, "string").stringValue] }))).toBe(
      compute("capabilities[0]"),
    );
    expect(refused((stack) => ({ capabilities: list(stack).listValue }))).toBe(
      compute("capabilities"),
    );
  });

  it("the words of a health command as a whole", () =>
    expect(
      refused((stack) => ({ healthCommands: [{ name: "x", command: list(stack).listValue }] })),
    ).toBe(compute("healthCommands[0].command")));

  it.each(["environment", "labels"])("a name, %s", (property) =>
    expect(
      refused((stack) => ({ [property]: { [variable(stack, "string").stringValue]: "x" } })),
    ).toBe(compute(`a key of ${property}`)),
  );

  it.each(["environment", "labels"])("a map whose keys are not known, %s", (property) =>
    expect(
      refused((stack) => ({ [property]: Token.asStringMap(variable(stack, "map(string)").value) })),
    ).toBe(compute(property)),
  );

  it.each<[string, (value: boolean) => Given]>([
    ["mounts[0].writable", (writable) => ({ mounts: [VoBoxMount.bind("/a", "/b", { writable })] })],
    [
      "temporaryDirectories[0].executable",
      (executable) => ({ temporaryDirectories: [{ path: "/a", sizeMegabytes: 1, executable }] }),
    ],
    ["cvmfs.client.useCdn", (useCdn) => ownClient({ useCdn })],
  ])("a yes or no, %s", (property, give) =>
    expect(refused((stack) => give(wrong(variable(stack, "bool").booleanValue)))).toBe(
      compute(property),
    ),
  );

  it("an FQDN without a name", () =>
    expect(refused((stack) => ({ fqdn: variable(stack, "string").stringValue }))).toBe(
      "site/box: name: given undefined; allowed: a name, where the FQDN is not known at synthesis. The default is the first label of the FQDN.",
    ));

  it.each<[string, (text: string, list: string[]) => VoBoxImageProps]>([
    ["name", (text) => ({ name: text })],
    ["packages[0]", (text) => ({ packages: [text] })],
    ["packages[0]", (_, list) => ({ packages: list })],
    [
      "services.list[0].command[0]",
      (_, command) => ({ services: VoBoxServices.of(new VoBoxService({ name: "a", command })) }),
    ],
    [
      "services.list[0].command[1]",
      (text) => ({
        services: VoBoxServices.of(new VoBoxService({ name: "a", command: ["/a", `x${text}`] })),
      }),
    ],
  ])("what an image holds, %s", (property, give) => {
    const stack = newStack();
    const props = give(variable(stack, "string").stringValue, list(stack).listValue);
    expect(refusalOf(() => new VoBoxImage(stack, "image", props))).toBe(
      `site/image: ${property}: given a value that only Terraform will know; allowed: values that are known at synthesis. What is known later belongs to the container.`,
    );
  });

  it("the text of a file of an image", () => {
    const stack = newStack();
    for (const value of [
      variable(stack, "string").stringValue,
      variable(stack, "number").numberValue,
    ])
      expect(refusalOf(() => VoBoxFile.fromText("/etc/a", `a=${value}`))).toBe(
        "VoBoxFile /etc/a: text: given a value that only Terraform will know; allowed: a text that is known at synthesis. It is written and hashed before Terraform runs; what is known later belongs to the container.",
      );
  });
});

describe("what CDKTF would not find in a text is refused", () => {
  it.each<[string, (number: number, list: string[]) => string]>([
    ["a number beside a digit", (n) => `1${n}`],
    ["a number beside a -", (n) => `a-${n}`],
    ["a number before a .", (n) => `${n}.5`],
    ["a list", (_, list) => `a ${String(list)}`],
  ])("%s", (_case, text) => {
    const stack = newStack();
    const A = text(variable(stack, "number").numberValue, list(stack).listValue);
    expect(refusalOf(() => addContainer(stack, { environment: { A } }))).toContain(
      "environment.A: given ",
    );
    expect(refusalOf(() => addContainer(newStack(), { environment: { A } }))).toContain(
      "Put a number of Terraform's into a text as Token.asString(…), a list as Fn.join(…)",
    );
  });

  it("a list with elements beside Terraform's own", () => {
    const stack = newStack();
    const longer = [...list(stack).listValue, "192.0.2.1"];
    expect(
      refusalOf(() => addContainer(stack, { dns: new DnsSettings({ servers: longer }) })),
    ).toContain("add to a list with Fn.concat(…)");
  });
});
