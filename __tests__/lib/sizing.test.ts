import { Token } from "cdktf";
import { VoBoxSizing } from "../../lib";
import { newStack, refusalOf, wrong } from "../support/synthesis";
import { useScratch } from "../support/scratch";

useScratch();

const reduced = VoBoxSizing.reduced({ reason: "stand-ins need little" });
const remedy =
  "A test site that needs less says why, with sizing: VoBoxSizing.reduced({ reason }).";

it("ALICE's sizing is what health compares with", () =>
  expect(VoBoxSizing.alice().demands()).toEqual({
    environment: {
      VOBOX_MEMORY_MEGABYTES: "4096",
      VOBOX_LOG_GIGABYTES: "20",
      VOBOX_CACHE_GIGABYTES: "5",
    },
  }));

it("a reduced one gives its reason in place of figures", () =>
  expect(reduced.demands()).toEqual({
    environment: { VOBOX_SIZING_REDUCED: "stand-ins need little" },
  }));

describe.each([
  ["memory", 4096, "validateMemory"],
  ["cache", 5000, "validateCache"],
] as const)("%s", (_name, least, validate) => {
  it("below what ALICE asks for is refused", () =>
    expect(refusalOf(() => VoBoxSizing.alice()[validate](newStack(), "size", least - 1))).toBe(
      `site: size: given ${least - 1}; allowed: at least ${least} megabytes, which ALICE asks a VO-Box to have. ${remedy}`,
    ));

  it.each([least, least + 1, Token.asNumber("${var.size}")])("of %d is taken", (given) =>
    expect(() => VoBoxSizing.alice()[validate](newStack(), "size", given)).not.toThrow(),
  );

  it("below it is taken with a reason", () =>
    expect(() => reduced[validate](newStack(), "size", 1)).not.toThrow());
});

describe("a reduced sizing refuses", () => {
  it.each([undefined, null, "tests", []])("to be made from %j", (props) =>
    expect(refusalOf(() => VoBoxSizing.reduced(wrong(props)))).toMatch(
      /^VoBoxSizing: props: given .*; allowed: an object with named values\. [A-Z]/,
    ),
  );

  it.each([undefined, "", "  ", "a\nb", 5])("the reason %j", (reason) =>
    expect(
      refusalOf(() => VoBoxSizing.reduced(wrong({ reason })).validate(newStack(), "sizing")),
    ).toContain(
      `site: sizing.reason: given ${JSON.stringify(reason) ?? "undefined"}; allowed: the reason in words, on one line.`,
    ),
  );
});
