import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Compares with a committed file, exactly. With UPDATE_GOLDEN=1 the file is written instead: look at
 * the difference before you commit it.
 */
export function expectGolden(name: string, text: string): void {
  const path = join(__dirname, "..", "__golden__", name);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, "utf8"));
}
