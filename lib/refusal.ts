import { posix } from "node:path";
import { inspect } from "node:util";
import { Token, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";

/** What a {@link Refusal} says of the input. */
export interface RefusalDetails {
  /** The prop, e.g. `dns.servers[1]`. */
  readonly property: string;
  /** The value as it was given, or {@link Unshown}. */
  readonly given: unknown;
  /** What would have been taken, in words. */
  readonly allowed: string;
  /** How to mend it, and why where that is not obvious; whole sentences. */
  readonly remedy: string;
}

/** A given value that a message names only by its kind: a secret, or what only Terraform will know. */
export class Unshown {
  /** @param kind in words, such as "a password" */
  constructor(readonly kind: string) {}
}

/** For what is computed with before Terraform runs. */
export const unknownValue = new Unshown("a value that only Terraform will know");

/** Thrown at synthesis for bad input: names the construct's path, what was given, what is allowed and how to mend it. */
export class Refusal extends Error {
  constructor(path: string, details: RefusalDetails) {
    const { property, given, allowed, remedy } = details;
    super(`${path}: ${property}: given ${show(given)}; allowed: ${allowed}. ${remedy}`);
    this.name = "Refusal";
  }
}

/** The first line of a private key in PEM. */
export const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;

/** Characters of a given value that a message repeats. */
const shownCharacters = 200;

function show(value: unknown): string {
  if (value instanceof Unshown) return value.kind;
  const text = typeof value === "number" ? String(value) : json(value);
  if (privateKey.test(text)) return "a private key";
  const rest = text.length - shownCharacters;
  return rest > 0 ? `${text.slice(0, shownCharacters)}… (${rest} characters more)` : text;
}

function json(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // What JSON has no form for, such as an object that holds itself.
  }
  return text ?? inspect(value, { breakLength: Infinity });
}

/** Whose props are looked at: a construct, or the name of what is made outside of one. */
export type RefusalScope = IConstruct | string;

/** Throws a {@link Refusal} that names the construct. */
export function refuse(scope: RefusalScope, details: RefusalDetails): never {
  throw new Refusal(typeof scope === "string" ? scope : scope.node.path, details);
}

/** What {@link checkWholeNumber} takes. */
export interface NumberRange {
  /** The least that is taken. */
  readonly minimum: number;
  /** The most that is taken. */
  readonly maximum: number;
  /** Shown with the range, e.g. "seconds". */
  readonly unit: string;
}

/** Refuses a number that is not a whole one within the range. Unresolved tokens are let through. */
export function checkWholeNumber(
  scope: RefusalScope,
  property: string,
  value: number,
  range: NumberRange,
): void {
  if (Token.isUnresolved(value)) return;
  if (Number.isInteger(value) && value >= range.minimum && value <= range.maximum) return;
  refuse(scope, {
    property,
    given: value,
    allowed: `a whole number of ${range.unit} from ${range.minimum} to ${range.maximum}`,
    remedy: numberRemedy(value, range),
  });
}

function numberRemedy(value: unknown, { minimum, maximum }: NumberRange): string {
  if (typeof value === "number") {
    if (value < minimum) return `Give at least ${minimum}.`;
    if (value > maximum) return `Give at most ${maximum}.`;
    if (Number.isFinite(value)) return `Give ${Math.floor(value)} or ${Math.ceil(value)}.`;
  }
  if (typeof value === "string" && /^\d+$/.test(value)) return `Give ${value} without quotes.`;
  return "Give it as a number.";
}

/** What {@link checkText} takes. */
export interface TextRule {
  /** Matches the whole of a text that is taken. */
  readonly pattern: RegExp;
  /** The pattern in words. */
  readonly allowed: string;
  /** How to mend what is refused. */
  readonly remedy: string;
}

/**
 * Bytes of the longest text that is taken anywhere: what the kernel passes to a program as one argument or
 * one variable (execve(2), MAX_ARG_STRLEN: 128 KiB with the closing zero).
 */
export const longestTextBytes = 128 * 1024 - 1;

/**
 * Refuses a text that the pattern does not match wholly, and one that would not arrive as it was given.
 * Unresolved tokens are let through.
 */
export function checkText(
  scope: RefusalScope,
  property: string,
  value: string,
  rule: TextRule,
): void {
  if (isUnknownText(scope, property, value)) return;
  // First, for a pattern may take long for a long text.
  if (typeof value === "string" && Buffer.byteLength(value) > longestTextBytes)
    refuse(scope, {
      property,
      given: value,
      allowed: `at most ${longestTextBytes} bytes`,
      remedy: "No program could be given it: put it into a file on the host or in the image.",
    });
  if (typeof value !== "string" || !rule.pattern.test(value))
    refuse(scope, {
      property,
      given: value,
      allowed: rule.allowed,
      remedy:
        typeof value === "string" ? rule.remedy : `${rule.remedy} Give it as a text, in quotes.`,
    });
  // Terraform brings all text into that form, and puts a replacement character for half of a pair. What stands after
  // a name and its = may become one character with that.
  if (
    /\p{Surrogate}/u.test(value) ||
    `=${value}`.normalize("NFC") !== `=${value}` ||
    isMiscomposed(value)
  )
    refuse(scope, {
      property,
      given: value,
      allowed: "text in Unicode's composed form (NFC), with whole characters",
      remedy:
        'Terraform would change it: give it as text.normalize("NFC"), with no combining mark before it.',
    });
  if (value.startsWith("\ufeff"))
    refuse(scope, {
      property,
      given: value,
      allowed: "text without a byte order mark (U+FEFF) before it",
      remedy: "Terraform would drop it.",
    });
}

/**
 * Whether Terraform would compose what Unicode does not: its normalisation looks characters beyond U+FFFF up by their
 * low 16 bits, and makes one of U+52208 and U+0338 as if the first were U+2208.
 */
function isMiscomposed(value: string): boolean {
  return [...value.matchAll(/([\u{10000}-\u{10ffff}])(?=(\p{Mark}))/gu)].some(
    ([, character, mark]) => {
      const low = String.fromCharCode((character.codePointAt(0) ?? 0) & 0xffff) + mark;
      return low.normalize("NFC") !== low;
    },
  );
}

/**
 * Whether only Terraform will know a text, or a part of it. Refuses what only looks like one of CDKTF's tokens, and
 * what CDKTF would not find in the text: synthesis would break at it, or leave it as it is.
 */
export function isUnknownText(scope: RefusalScope, property: string, value: unknown): boolean {
  if (typeof value !== "string") return Token.isUnresolved(value) && !Array.isArray(value);
  const marks = value.match(tokenMark) ?? [];
  if (marks.length === 0) return false;
  const fits = (mark: string) => /^[$-]/.test(mark) && isKnownMark(mark);
  if (marks.every(fits) && !brokenNumberMark(value)) return true;
  return refuse(scope, {
    property,
    given: value,
    allowed: "text without CDKTF's own mark of a token, but for whole tokens of texts",
    remedy:
      "Put a number of Terraform's into a text as Token.asString(…), a list as Fn.join(…), and add to a list with Fn.concat(…).",
  });
}

/** What CDKTF puts for a text, a list, a map or a number that it does not know yet. */
const tokenMark = /[$#&]\{TfToken\[([a-zA-Z0-9:._-]+\]\})?|-8\.1095\d*e\+298/g;

function isKnownMark(mark: string): boolean {
  try {
    switch (mark[0]) {
      case "-":
        return Tokenization.reverseNumber(Number(mark)) !== undefined;
      case "#":
        return Tokenization.reverseList([mark]) !== undefined;
      case "&":
        return Tokenization.reverseMap({ [mark]: "" }) !== undefined;
      default:
        return Tokenization.reverseString(mark).tokens.length > 0;
    }
  } catch {
    return false;
  }
}

/** CDKTF takes these characters beside a number for a part of it, and then does not know the number. */
function brokenNumberMark(text: string): boolean {
  return /[-+|.\d]-8\.1095\d*e\+298|-8\.1095\d*e\+298[-+|.\deE]/.test(text);
}

/** Whether only Terraform will know a text, or a part of it. */
export function holdsToken(text: string): boolean {
  return (text.match(tokenMark) ?? []).some(isKnownMark);
}

/** Text that fits on one line: an environment value, a label, a word of a command. */
// eslint-disable-next-line no-control-regex
export const oneLine = /^[^\u0000-\u001f\u007f]*$/;

/** Refuses what is no reason for something that is refused without one. */
export function checkReason(scope: IConstruct, property: string, reason: string): void {
  checkText(scope, property, reason, {
    // eslint-disable-next-line no-control-regex
    pattern: /^(?=.*\S)[^\u0000-\u001f\u007f]*$/,
    allowed: "the reason in words, on one line",
    remedy: "Say why this site does without: the next administrator reads it in the description.",
  });
}

// eslint-disable-next-line no-control-regex
const absolutePath = /^(\/(?!\.{1,2}(\/|$))[^/\s\u0000-\u001f\u007f]+)+$/;

/** Refuses what is no path from the root, and one that is `/` itself or that a `.` or `..` would lead elsewhere. */
export function checkAbsolutePath(
  scope: RefusalScope,
  property: string,
  path: string,
  where: "on the host" | "in the container",
): void {
  checkText(scope, property, path, {
    pattern: absolutePath,
    allowed: `an absolute path ${where} other than /, without blanks, . or ..`,
    remedy: pathRemedy(path),
  });
}

function pathRemedy(path: unknown): string {
  const whole = typeof path === "string" ? posix.resolve("/", path) : "";
  return absolutePath.test(whole)
    ? `Give ${whole}, if that is meant.`
    : "Give the path from the root, such as /srv/vobox; one with blanks needs another name.";
}

/** Refuses a path that lies in CVMFS, with the caller's reason. */
export function refuseInCvmfs(
  scope: RefusalScope,
  property: string,
  path: string,
  remedy: string,
): void {
  if (/^\/cvmfs(\/|$)/.test(path))
    refuse(scope, { property, given: path, allowed: "a directory outside of /cvmfs", remedy });
}

/** Refuses a value that only Terraform will know, where this package computes with it. */
export function checkKnown(scope: RefusalScope, property: string, value: unknown): void {
  if (Token.isUnresolved(value))
    refuse(scope, {
      property,
      given: unknownValue,
      allowed: "a value that is known at synthesis",
      remedy: "Something is computed from it before Terraform runs: give the value itself.",
    });
}

/** Refuses what is neither true nor false, and what only Terraform will know: it decides what is rendered. */
export function checkBoolean(scope: RefusalScope, property: string, value: unknown): void {
  checkKnown(scope, property, value);
  if (typeof value !== "boolean")
    refuse(scope, {
      property,
      given: value,
      allowed: "true or false",
      remedy:
        value === "true" || value === "false"
          ? `Give ${value} without quotes.`
          : "Give one of the two, or leave it out.",
    });
}

/** Refuses what was not made by a class, which callers in JavaScript may give. */
export function checkInstance(
  scope: RefusalScope,
  property: string,
  value: unknown,
  // Their constructors are private or protected; only the prototype counts here.
  { prototype }: { readonly prototype: object },
  allowed: string,
): void {
  const made =
    typeof value === "object" &&
    value !== null &&
    Object.prototype.isPrototypeOf.call(prototype, value);
  if (made) return;
  const isNamesake = constructorName(value) === constructorName(prototype);
  refuse(scope, {
    property,
    given: value,
    allowed,
    remedy: isNamesake
      ? "It comes from a second copy of this package: leave one of them in node_modules."
      : "Give what one of these makes.",
  });
}

function constructorName(value: unknown): unknown {
  return typeof value === "object" && value !== null ? value.constructor?.name : undefined;
}

/** Refuses what is no object with named values, which callers in JavaScript may give. */
export function checkObject(scope: RefusalScope, property: string, value: unknown): void {
  // Lists, maps and sets have their values under no names.
  if (typeof value === "object" && value !== null && !(Symbol.iterator in value)) return;
  refuse(scope, {
    property,
    given: value,
    allowed: "an object with named values",
    remedy: "Write it as { name: value }.",
  });
}

/** Refuses what is not a list, which callers in JavaScript may give. */
export function checkList(scope: RefusalScope, property: string, value: unknown): void {
  if (!Array.isArray(value))
    refuse(scope, { property, given: value, allowed: "a list", remedy: "Write it as [value]." });
}

/** Whether only Terraform will know the elements of a list, and how many there are. */
export function isUnknownList(list: readonly string[]): boolean {
  return (
    list.length === 1 && typeof list[0] === "string" && list[0][0] === "#" && holdsToken(list[0])
  );
}

/** A copy of a list that the caller could still change; what is no list is left to {@link checkList}. */
export function copyOf<T>(list: readonly T[]): readonly T[] {
  return Array.isArray(list) ? (list.slice() as readonly T[]) : list;
}

/** Refuses a second element that has the same key as an earlier one. */
export function checkDistinct<T>(
  scope: RefusalScope,
  property: string,
  elements: readonly T[],
  key: (element: T) => string,
): void {
  const seen = new Set<string>();
  elements.forEach((element, index) => {
    const name = key(element);
    if (seen.has(name))
      refuse(scope, {
        property: `${property}[${index}]`,
        given: name,
        allowed: "each one once",
        remedy: `Remove the second ${name}.`,
      });
    seen.add(name);
  });
}
