/** Whether a dotted version is the same as `minimum` or newer. What follows a hyphen or letter is not looked at. */
export function isAtLeast(version: string, minimum: string): boolean {
  const numbers = (text: string): number[] =>
    text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [given, wanted] = [numbers(version), numbers(minimum)];
  for (let index = 0; index < wanted.length; index++) {
    const difference = (given[index] ?? 0) - (wanted[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
