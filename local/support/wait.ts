import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks `condition` again and again until it returns something truthy, and returns that.
 * Throws after `limitMilliseconds`, naming `what` and the last error that the condition threw.
 */
export async function waitFor<T>(
  what: string,
  limitMilliseconds: number,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  intervalMilliseconds = 100,
): Promise<T> {
  const deadline = Date.now() + limitMilliseconds;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) {
      const cause = lastError instanceof Error ? `; last error: ${lastError.message}` : "";
      throw new Error(`${what}: not within ${limitMilliseconds / 1000} s${cause}`);
    }
    await delay(intervalMilliseconds);
  }
}
