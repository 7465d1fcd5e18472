import { Construct } from "constructs";

/**
 * Visits texts, numbers and bytes within a value, however deep, and the keys of its objects.
 *
 * Objects of classes are looked through as well; constructs are not, they check their own props.
 *
 * @param visit called with the place, such as `dns.servers[1]`, and what stands there
 */
export function visitLeaves(
  value: unknown,
  visit: (place: string, leaf: string | number | Buffer) => void,
): void {
  const seen = new Set<object>();
  const look = (place: string, one: unknown): void => {
    if (typeof one === "string" || typeof one === "number" || Buffer.isBuffer(one)) {
      visit(place, one);
    } else if (
      one !== null &&
      typeof one === "object" &&
      !seen.has(one) &&
      !Construct.isConstruct(one)
    ) {
      seen.add(one);
      for (const [key, inner] of Object.entries(one)) {
        if (Array.isArray(one)) {
          look(`${place}[${key}]`, inner);
        } else {
          visit(place === "" ? "a key of the props" : `a key of ${place}`, key);
          look(place === "" ? key : `${place}.${key}`, inner);
        }
      }
    }
  };
  look("", value);
}
