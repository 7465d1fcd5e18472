import * as fc from "fast-check";

const name = "VOBOX_FAST_CHECK_SEED";
const given = process.env[name];
const seed = given === undefined ? Date.now() % 0x7fffffff : Number(given);
if (!Number.isInteger(seed)) throw new Error(`${name} is ${given}: give a whole number`);
console.log(`${name}=${seed} gives the same props`);

/** Checks a property with so many inputs, the same ones for the same seed. A failure shows the smallest that fails. */
export function check<T>(arbitrary: fc.Arbitrary<T>, runs: number, test: (input: T) => void): void {
  fc.assert(fc.property(arbitrary, test), { seed, numRuns: runs });
}

/** Inputs of a sample, the same ones for the same seed. */
export function sample<T>(arbitrary: fc.Arbitrary<T>, count: number): T[] {
  return fc.sample(arbitrary, { seed, numRuns: count });
}
