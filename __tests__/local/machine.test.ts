import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertMachine } from "../../local/machine";
import { Problem } from "../../local/support/problem";

describe("assertMachine", () => {
  it("accepts this machine, and folders that are not there yet", async () => {
    await assertMachine([{ folder: join(tmpdir(), "none-vobox", "deeper"), megabytes: 1 }]);
  });

  it("says how much is free and how much is needed on the file system of several folders", async () => {
    const half = 5_000_000_000;
    const attempt = assertMachine([
      { folder: tmpdir(), megabytes: half },
      { folder: join(tmpdir(), "none-vobox"), megabytes: half },
    ]);
    await expect(attempt).rejects.toBeInstanceOf(Problem);
    await expect(attempt).rejects.toThrow(/ has \d+ MB free, and preparing takes 10000000000 MB/);
  });
});
