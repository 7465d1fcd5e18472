/**
 * Measures two things in turn, so that a machine that is busy for a while slows both down. Which one comes first
 * changes from round to round.
 */
export async function alternate<T>(
  rounds: number,
  measure: () => Promise<T>,
  measureReference: () => Promise<T>,
): Promise<{ readonly measured: readonly T[]; readonly reference: readonly T[] }> {
  const measured: T[] = [];
  const reference: T[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) measured.push(await measure());
    reference.push(await measureReference());
    if (round % 2 === 1) measured.push(await measure());
  }
  return { measured, reference };
}

/** Milliseconds that the work takes. */
export async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e6;
}
