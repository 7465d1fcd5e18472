import * as fc from "fast-check";

/** Pieces at which escaping, quoting, splitting or Unicode's forms have gone wrong somewhere. */
const hostilePieces = [
  ...[
    '"',
    "'",
    "`",
    "\\",
    "\\n",
    '\\"',
    "\\u0041",
    "<",
    "&",
    "#",
    ";",
    "|",
    "*",
    "~",
    "!",
    "=",
    ",",
  ],
  ...["$", "%", "$$", "%%", "${", "%{", "$${", "%%{", "$$${", "${~", "~}", "}", "{", "{{", "}}"],
  ...["${HOME}", "%{if true}", "$(id)", "#{x}", "&{x}", "@{x}", "]}", "1e5", "-e.", "+.e+"],
  ...[
    "é",
    "ﬁ",
    "\u0338",
    "\u0301",
    "שלום",
    "\u202e",
    "😀",
    "👩‍🔬",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\u0085",
  ],
  ...["-", "--help", ".", "..", "null", "true", "0", "-1", "undefined", "__proto__", "constructor"],
];

/** Any text on one line that arrives as it is: in Unicode's composed form. */
export const oneLineText: fc.Arbitrary<string> = pieces([" "]);

/** One name in a path: any text without blanks and slashes. */
const pathSegment = pieces([]).map((text) => composed(`p${text.replace(/[\s/]/g, "")}`));

function pieces(further: readonly string[]): fc.Arbitrary<string> {
  return fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...hostilePieces, ...further) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
        { weight: 1, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 8 }) },
      ),
      { maxLength: 8 },
    )
    .map((list) => composed(list.join("")));
}

/** Without control characters, marks of CDKTF's tokens, what cannot be the first character, and what Terraform would join. */
export function composed(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u001f\u007f]/g, "")
      .replaceAll("{TfToken[", "")
      .replace(/^[\p{Mark}\ufeff]+/u, "")
      .replace(/([\u{10000}-\u{10ffff}])\p{Mark}+/gu, "$1")
      .normalize("NFC")
  );
}

/** An absolute path below a directory that no other part of the props uses. */
export function pathBelow(directory: string): fc.Arbitrary<string> {
  return fc
    .array(pathSegment, { minLength: 1, maxLength: 3 })
    .map((segments) => `${directory}/${segments.join("/")}`);
}

/** What is no path from the root, or may lead elsewhere. */
export const badPath: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom("", "/", "data", "./data", "~/data", "/data/", "//data", "/a//b", "/a b", "/a\n"),
  fc.constantFrom("/a/../b", "/..", "/a/.", "/./a", "/a/..", "/a\u0000", "/a\u2028b", " /a"),
  badText("/data"),
);

/** A path in the container that the VO-Box needs as it is. */
export const guardedTarget: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("/etc", "/run", "/var/run", "/usr", "/bin", "/var/lib", "/home", "/dev", "/proc"),
  fc.constantFrom("/etc/vobox", "/usr/libexec/vobox", "/proc", "/sys").chain(pathBelow),
);

/** A label of a host or domain name. */
const dnsLabel = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
/** A host or domain name in lower case, with a dot in it. */
export const domainName: fc.Arbitrary<string> = fc
  .tuple(fc.array(dnsLabel, { minLength: 1, maxLength: 3 }), fc.constantFrom("cern.ch", "test"))
  .map(([labels, top]) => [...labels, top].join("."));

/** What no text prop takes, whatever its pattern; `like` is a text that it would take. */
export function badText(like: string): fc.Arbitrary<unknown> {
  return fc.oneof(
    anyValue((value) => typeof value !== "string"),
    // What becomes a valid text when it is put into one.
    fc.constantFrom<unknown>([like], Object(like), { toString: () => like }),
    fc.constantFrom<unknown>(Symbol("x"), () => like, 1n),
    fc.constantFrom("\n", "\u0000", "\t", "\u007f").map((control) => `${like}${control}`),
    fc.constantFrom("\ud800", "\udc00").map((half) => `${like}${half}`),
    fc.constantFrom(`\ufeff${like}`, `\u0338${like}`, `${like}e\u0301`),
    fc.constantFrom("${TfToken[TOKEN.987654]}", "#{TfToken[TOKEN.987654]}", "&{TfToken[x]}"),
    fc
      .constantFrom("${TfToken[", "#{TfToken[", "-8.109562213520764e+298")
      .map((mark) => like + mark),
    fc.constant(like + "a".repeat(1024 * 1024)),
  );
}

/** What no prop takes that wants a whole number from `minimum` to `maximum`. */
export function badNumber(minimum: number, maximum: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.integer({ max: minimum - 1 }),
    fc.integer({ min: maximum + 1 }),
    fc.double({ min: minimum, max: maximum, noNaN: true }).map((n) => Math.floor(n) + 0.5),
    fc.constantFrom<unknown>(NaN, Infinity, -Infinity, BigInt(minimum), Symbol("x")),
    fc.constantFrom<unknown>(String(minimum), [minimum], Object(minimum)),
    anyValue((value) => typeof value !== "number"),
  );
}

/** What no prop takes that wants a list. */
export const badList: fc.Arbitrary<unknown> = anyValue((value) => !Array.isArray(value));

/** What no prop takes that wants an object with named values. */
export const badObject: fc.Arbitrary<unknown> = fc.oneof(
  anyValue((value) => typeof value !== "object" || Array.isArray(value)),
  fc.constantFrom<unknown>(new Map([["a", "b"]]), new Set(["a"]), Buffer.from("a")),
);

/** What no prop takes that wants an instance of one of this package's classes. */
export const badInstance: fc.Arbitrary<unknown> = anyValue(() => true);

/** Anything of that kind but nothing: `undefined` and `null` stand for the default. */
function anyValue(wanted: (value: unknown) => boolean): fc.Arbitrary<unknown> {
  return fc
    .anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withDate: true })
    .filter((value) => value !== undefined && value !== null && wanted(value));
}

/** Anything under a name that no prop has: one of these, or any other that is none of theirs. */
export function misspelt(
  ...names: readonly string[]
): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const any = fc.string({ maxLength: 8 }).map((text) => `x-${text}`);
  return fc
    .tuple(
      fc.oneof(fc.constantFrom(...names), any),
      anyValue(() => true),
    )
    .map(([name, value]) => ({ [name]: value }));
}

/** A prop that is given or left out. */
export function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}
