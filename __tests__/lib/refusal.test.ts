import { Lazy, Token } from "cdktf";
import { Refusal } from "../../lib";
import {
  checkAbsolutePath,
  checkBoolean,
  checkDistinct,
  checkInstance,
  checkList,
  checkObject,
  checkText,
  checkWholeNumber,
  copyOf,
  oneLine,
  refuse,
  Unshown,
} from "../../lib/refusal";
import { useScratch } from "../support/scratch";
import { newStack, refusalOf, wrong } from "../support/synthesis";

useScratch();

describe("a refusal", () => {
  it("names path, property, what was given, what is allowed and how to mend it", () => {
    const details = { property: "a.b[0]", given: "x", allowed: "y", remedy: "Take y." };
    const error = new Refusal("site/vobox", details);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("Refusal");
    expect(error.message).toBe('site/vobox: a.b[0]: given "x"; allowed: y. Take y.');
  });

  it("names a value that must not be printed by its kind", () => {
    const details = {
      property: "key",
      given: new Unshown("a password"),
      allowed: "none",
      remedy: "Leave it out.",
    };
    expect(refusalOf(() => refuse(newStack(), details))).toBe(
      "site: key: given a password; allowed: none. Leave it out.",
    );
  });

  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  it.each([
    [undefined, "undefined"],
    [null, "null"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    ["two\nlines", '"two\\nlines"'],
    [["a"], '["a"]'],
    [10n, "10n"],
    [Symbol("s"), "Symbol(s)"],
    [circular, "<ref *1> { self: [Circular *1] }"],
    [Object.assign(Object.create(null), { big: 1n }), "[Object: null prototype] { big: 1n }"],
  ])("shows %p as it was given", (given, shown) => {
    expect(new Refusal("p", { property: "q", given, allowed: "r", remedy: "S." }).message).toBe(
      `p: q: given ${shown}; allowed: r. S.`,
    );
  });
});

describe("checkWholeNumber", () => {
  const check = (value: unknown): void =>
    checkWholeNumber(newStack(), "n", wrong(value), { minimum: 1, maximum: 9, unit: "places" });

  it.each([1, 5, 9])("takes %p", (value) => expect(() => check(value)).not.toThrow());

  it("lets an unresolved token through", () =>
    expect(() => check(Token.asNumber(Lazy.anyValue({ produce: () => 77 })))).not.toThrow());

  it.each([
    [0, "Give at least 1."],
    [10, "Give at most 9."],
    [1.5, "Give 1 or 2."],
    [NaN, "Give it as a number."],
    [Infinity, "Give at most 9."],
    [-Infinity, "Give at least 1."],
    ["5", "Give 5 without quotes."],
    ["five", "Give it as a number."],
    [null, "Give it as a number."],
    [undefined, "Give it as a number."],
    [{}, "Give it as a number."],
  ])("refuses %p, and says: %s", (value, remedy) =>
    expect(refusalOf(() => check(value))).toMatch(
      new RegExp(`^site: n: given .*; allowed: a whole number of places from 1 to 9\\. ${remedy}$`),
    ),
  );
});

describe("checkText", () => {
  const check = (value: unknown): void =>
    checkText(newStack(), "t", wrong(value), {
      pattern: /^a+$/,
      allowed: "a's",
      remedy: "Write a.",
    });

  it("takes what the pattern matches", () => expect(() => check("aa")).not.toThrow());

  const any = (value: string): void =>
    checkText(newStack(), "t", value, { pattern: /^.*$/, allowed: "anything", remedy: "None." });

  it("takes 128 KiB less the closing zero, in bytes, and refuses one more without repeating it", () => {
    expect(() => any("é".repeat(65535) + "x")).not.toThrow();
    const refusal = refusalOf(() => any("é".repeat(65536)));
    expect(refusal).toMatch(/^site: t: given "é{199}… \(\d+ characters more\); allowed: at most/);
    expect(refusal).toContain("allowed: at most 131071 bytes. No program could be given it");
  });

  it("refuses a byte order mark at the beginning, which Terraform would drop", () => {
    expect(refusalOf(() => any("\ufeffa"))).toContain("allowed: text without a byte order mark");
    expect(() => any("a\ufeff")).not.toThrow();
  });

  it.each([
    ["a letter and its accent apart", "cafe\u0301"],
    ["half of a pair", "\ud83d"],
    ["a mark that joins the = before a value", "\u0338x"],
    ["a character whose low half would join a mark", "\u{52208}\u0338"],
  ])("refuses %s, which Terraform would change", (_name, value) =>
    expect(refusalOf(() => any(value))).toContain("allowed: text in Unicode's composed form"),
  );

  it("takes what is composed, and whole pairs", () =>
    expect(() => any("caf\u00e9 \u{1f600}")).not.toThrow());

  it.each(["${TfToken[TOKEN.9999]}", "a #{TfToken[TOKEN.1]}", "&{TfToken[x]}"])(
    "refuses %s, which is no token and looks like one",
    (value) => expect(refusalOf(() => any(value))).toContain("CDKTF's own mark of a token"),
  );

  it("lets an unresolved token through", () =>
    expect(() => check(Lazy.stringValue({ produce: () => "b" }))).not.toThrow());

  it.each(["", "b", "a\n", "\na"])("refuses %p, with the rule's remedy", (value) =>
    expect(refusalOf(() => check(value))).toMatch(/^site: t: given .*; allowed: a's\. Write a\.$/),
  );

  it.each([null, undefined, 5, ["a"], { a: 1 }, true])("refuses %p, which is no text", (value) =>
    expect(refusalOf(() => check(value))).toMatch(
      /^site: t: given .*; allowed: a's\. Write a\. Give it as a text, in quotes\.$/,
    ),
  );
});

describe("checkList, copyOf", () => {
  it.each(["text", 5, null, undefined, {}])(
    "refuse %p for a list, without a TypeError",
    (value) => {
      const kept = copyOf(wrong<string[]>(value));
      expect(refusalOf(() => checkList(newStack(), "l", kept))).toMatch(
        /^site: l: given .*; allowed: a list\. Write it as \[value\]\.$/,
      );
    },
  );

  it("keep what the list held when it was given", () => {
    const list = ["a"];
    const kept = copyOf(list);
    list.push("b");
    expect(kept).toEqual(["a"]);
  });
});

describe("checkDistinct", () => {
  it("names the second one of two", () =>
    expect(
      refusalOf(() => checkDistinct(newStack(), "d", ["a", "b", "a"], (element) => element)),
    ).toBe('site: d[2]: given "a"; allowed: each one once. Remove the second a.'));
});

describe("checkBoolean", () => {
  const check = (value: unknown): void => checkBoolean(newStack(), "b", value);

  it.each([true, false])("takes %p", (value) => expect(() => check(value)).not.toThrow());

  it.each([
    ["true", "Give true without quotes."],
    ["yes", "Give one of the two, or leave it out."],
    [1, "Give one of the two, or leave it out."],
    [null, "Give one of the two, or leave it out."],
  ])("refuses %p, and says: %s", (value, remedy) =>
    expect(refusalOf(() => check(value))).toBe(
      `site: b: given ${JSON.stringify(value)}; allowed: true or false. ${remedy}`,
    ),
  );
});

describe("checkInstance", () => {
  class Made {}
  const check = (value: unknown): void => checkInstance(newStack(), "i", value, Made, "new Made()");

  it("takes what the class made", () => expect(() => check(new Made())).not.toThrow());

  it.each([{}, [], "Made", null, undefined, Object.create(null)])("refuses %p", (value) =>
    expect(refusalOf(() => check(value))).toMatch(
      /^site: i: given .*; allowed: new Made\(\)\. Give what one of these makes\.$/,
    ),
  );

  it("tells of a second copy of the package by the name of the class", () => {
    const other = { Made: class Made {} };
    expect(refusalOf(() => check(new other.Made()))).toContain("a second copy of this package");
  });
});

describe("checkObject", () => {
  it.each([null, undefined, "a", 5, [], new Map(), new Set()])("refuses %p", (value) =>
    expect(refusalOf(() => checkObject(newStack(), "o", value))).toMatch(
      /^site: o: given .*; allowed: an object with named values\. Write it as \{ name: value \}\.$/,
    ),
  );
});

describe("checkAbsolutePath", () => {
  const check = (path: string): void => checkAbsolutePath(newStack(), "p", path, "on the host");

  it.each(["/a", "/a/b.c", "/a/..b", "/a/b..", "/.hidden"])("takes %p", (path) =>
    expect(() => check(path)).not.toThrow(),
  );

  const whole =
    "Give the path from the root, such as /srv/vobox; one with blanks needs another name.";
  it.each([
    ["", whole],
    ["/", whole],
    ["a", "Give /a, if that is meant."],
    ["./a", "Give /a, if that is meant."],
    ["/a/", "Give /a, if that is meant."],
    ["//a", "Give /a, if that is meant."],
    ["/..", whole],
    ["/a/../b", "Give /b, if that is meant."],
    ["/a/.", "Give /a, if that is meant."],
    ["/a b", whole],
    ["/a\n", whole],
    ["/a\u0000", whole],
  ])("refuses %p, and says: %s", (path, remedy) =>
    expect(refusalOf(() => check(path))).toBe(
      `site: p: given ${JSON.stringify(path)}; allowed: an absolute path on the host other than /, ` +
        `without blanks, . or ... ${remedy}`,
    ),
  );
});

describe("patterns", () => {
  it.each(["", "a b", "ä", "a=b;c"])("%p is one line", (text) => expect(text).toMatch(oneLine));

  it.each(["a\nb", "a\r", "\u0000", "a\tb", "\u007f"])("%p is not", (text) =>
    expect(text).not.toMatch(oneLine),
  );
});
