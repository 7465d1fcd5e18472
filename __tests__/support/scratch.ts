import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";

/**
 * A folder for the tests of a file, removed after the last of them. Synthesis leaves build contexts and
 * output in the system's temporary folder until the process ends; here it leaves them in this one.
 */
export function useScratch(): { readonly folder: string } {
  const scratch = { folder: "" };
  beforeAll(() => {
    scratch.folder = mkdtempSync(join(os.tmpdir(), "vobox-test-"));
    jest.spyOn(os, "tmpdir").mockReturnValue(scratch.folder);
  });
  afterAll(() => {
    jest.restoreAllMocks();
    rmSync(scratch.folder, { recursive: true, force: true });
  });
  return scratch;
}
