import { Token } from "cdktf";
import type { IConstruct } from "constructs";

/** What a {@link Refusal} says of the input. */
export interface RefusalDetails {
  /** The prop, e.g. `dns.servers[1]`. */
  readonly property: string;
  /** The value as it was given. Leave it out where it must not be printed (a secret). */
  readonly given?: unknown;
  /** What would have been taken, in words. */
  readonly allowed: string;
  /** How to mend it, and why where that is not obvious. */
  readonly remedy?: string;
}

/** Thrown at synthesis for bad input: names the construct's path, what was given, what is allowed and how to mend it. */
export class Refusal extends Error {
  constructor(path: string, details: RefusalDetails) {
    const given = "given" in details ? `given ${show(details.given)}; ` : "";
    const remedy = details.remedy === undefined ? "" : ` ${details.remedy}`;
    super(`${path}: ${details.property}: ${given}allowed: ${details.allowed}.${remedy}`);
    this.name = "Refusal";
  }
}

/** The first line of a private key in PEM. */
export const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;

function show(value: unknown): string {
  const text = typeof value === "number" ? String(value) : json(value);
  return privateKey.test(text) ? "a private key" : text;
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // What JSON has no form for, such as an object that holds itself.
    return String(value);
  }
}

/** Throws a {@link Refusal} that names the construct. */
export function refuse(scope: IConstruct, details: RefusalDetails): never {
  throw new Refusal(scope.node.path, details);
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
  scope: IConstruct,
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
  });
}

/** What {@link checkText} takes. */
export interface TextRule {
  /** Matches the whole of a text that is taken. */
  readonly pattern: RegExp;
  /** The pattern in words. */
  readonly allowed: string;
  /** How to mend what is refused. */
  readonly remedy?: string;
}

/** Refuses a text that the pattern does not match wholly. Unresolved tokens are let through. */
export function checkText(
  scope: IConstruct,
  property: string,
  value: string,
  rule: TextRule,
): void {
  if (Token.isUnresolved(value)) return;
  if (typeof value === "string" && rule.pattern.test(value)) return;
  refuse(scope, { property, given: value, allowed: rule.allowed, remedy: rule.remedy });
}

/** Text that fits on one line: an environment value, a label, a word of a command. */
// eslint-disable-next-line no-control-regex
export const oneLine = /^[^\u0000-\u001f\u007f]*$/;

/** A path from the root, other than `/`, that no `.` or `..` leads elsewhere. */
// eslint-disable-next-line no-control-regex
export const absolutePath = /^(\/(?!\.{1,2}(\/|$))[^/\s\u0000-\u001f\u007f]+)+$/;

/** Refuses a value that only Terraform will know, where this package computes with it. */
export function checkKnown(scope: IConstruct, property: string, value: unknown): void {
  if (Token.isUnresolved(value))
    refuse(scope, {
      property,
      allowed: "a value that is known at synthesis",
      remedy: "Something is computed from it before Terraform runs.",
    });
}

/** Refuses what was not made by a class, which callers in JavaScript may give. */
export function checkInstance(
  scope: IConstruct,
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
  if (!made) refuse(scope, { property, given: value, allowed });
}

/** Refuses what is no object with named values, which callers in JavaScript may give. */
export function checkObject(scope: IConstruct | string, property: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  const path = typeof scope === "string" ? scope : scope.node.path;
  throw new Refusal(path, { property, given: value, allowed: "an object with named values" });
}

/** Refuses what is not a list, which callers in JavaScript may give. */
export function checkList(scope: IConstruct, property: string, value: unknown): void {
  if (!Array.isArray(value)) refuse(scope, { property, given: value, allowed: "a list" });
}

/** A copy of a list that the caller could still change; what is no list is left to {@link checkList}. */
export function copyOf<T>(list: readonly T[]): readonly T[] {
  return Array.isArray(list) ? (list.slice() as readonly T[]) : list;
}

/** Refuses a second element that has the same key as an earlier one. */
export function checkDistinct<T>(
  scope: IConstruct,
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
