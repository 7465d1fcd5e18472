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

function show(value: unknown): string {
  if (typeof value === "number") return String(value);
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

export interface NumberRange {
  readonly minimum: number;
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

export interface TextRule {
  readonly pattern: RegExp;
  /** The pattern in words. */
  readonly allowed: string;
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
