import { checkObject, refuse, type RefusalScope } from "./refusal";

/** All names of a props object as keys: the compiler refuses a list that lacks one. */
export type PropNames<Props> = Readonly<Record<keyof Props, unknown>>;

/**
 * Refuses what is no object with named values, and one with a value under a name that no prop has: nothing would come of
 * it. The compiler sees that in a literal alone, and not for callers in JavaScript.
 */
export function checkProps<Props>(
  scope: RefusalScope,
  property: string,
  props: unknown,
  names: PropNames<Props>,
): void {
  checkObject(scope, property, props);
  for (const [given, value] of Object.entries(props as object)) {
    if (value === undefined || Object.hasOwn(names, given)) continue;
    const known = Object.keys(names);
    const near = nearest(given, known);
    refuse(scope, {
      property,
      given,
      allowed: `the names ${known.join(", ")}`,
      remedy:
        near === undefined
          ? "Leave it out: nothing would come of it."
          : `Give ${near}, if that is meant.`,
    });
  }
}

/** Letters of a part that says what is meant. */
const shortestPart = 4;

/** The known name that is meant, as far as one can tell: few of its letters are others, or a part of it was given. */
function nearest(given: string, known: readonly string[]): string | undefined {
  const lower = given.toLowerCase();
  const few = Math.max(1, given.length / 3);
  const [best] = known
    .map((name) => ({ name, distance: distanceOf(lower, name.toLowerCase(), few) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance < Infinity ? best.name : undefined;
}

function distanceOf(one: string, other: string, few: number): number {
  const edits = editsBetween(one, other);
  if (edits <= few) return edits;
  const isPart = Math.min(one.length, other.length) >= shortestPart;
  return isPart && (one.includes(other) || other.includes(one)) ? few + 1 : Infinity;
}

/** Letters to add, take away or replace (Levenshtein's distance). */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= other.length; column += 1)
      next.push(
        Math.min(
          row[column] + 1,
          next[column - 1] + 1,
          row[column - 1] + (letter === other[column - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[other.length];
}
