import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../local/lock";
import { inputsKey, isMade, makeOnce } from "../../local/once";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vobox-once-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("inputsKey", () => {
  it("changes with a file's content, name and the texts, not with its time or folder", async () => {
    for (const copy of ["one", "two"]) {
      await mkdir(join(folder, copy, "src"), { recursive: true });
      await writeFile(join(folder, copy, "src", "main"), "x");
    }
    const key = (copy: string, ...texts: string[]): string =>
      inputsKey(texts, [join(folder, copy)]);
    const first = key("one", "a");
    expect(key("two", "a")).toBe(first);
    expect(key("one", "b")).not.toBe(first);
    await writeFile(join(folder, "one", "src", "main"), "y");
    expect(key("one", "a")).not.toBe(first);
    await writeFile(join(folder, "two", "src", "other"), "");
    expect(key("two", "a")).not.toBe(first);
  });

  it("keeps texts apart", () => {
    expect(inputsKey(["ab", "c"])).not.toBe(inputsKey(["a", "bc"]));
  });
});

describe("makeOnce", () => {
  it("makes a thing once, and again when what it is made from changes", async () => {
    const path = join(folder, "thing");
    let made = 0;
    const make = (temporary: string): Promise<void> => writeFile(temporary, String(++made));
    await makeOnce({ path, key: "1" }, make);
    await makeOnce({ path, key: "1" }, make);
    expect(readFileSync(path, "utf8")).toBe("1");
    await makeOnce({ path, key: "2" }, make);
    expect(readFileSync(path, "utf8")).toBe("2");
    expect((await readdir(folder)).sort()).toEqual(["thing", "thing.stamp"]);
  });

  it("leaves nothing of an attempt that failed, and keeps the whole one from before", async () => {
    const path = join(folder, "thing");
    await makeOnce({ path, key: "1" }, (temporary) => writeFile(temporary, "whole"));
    const attempt = makeOnce({ path, key: "2" }, async (temporary) => {
      await writeFile(temporary, "half");
      throw new Error("broke");
    });
    await expect(attempt).rejects.toThrow("broke");
    expect(readFileSync(path, "utf8")).toBe("whole");
    expect(isMade({ path, key: "2" })).toBe(false);
    expect((await readdir(folder)).sort()).toEqual(["thing", "thing.stamp"]);
  });

  it("does not take for whole what an interrupted process left", async () => {
    const path = join(folder, "thing");
    await mkdir(`${path}.making`);
    await writeFile(join(`${path}.making`, "half"), "");
    expect(isMade({ path, key: "1" })).toBe(false);
    await makeOnce({ path, key: "1" }, (temporary) => mkdir(temporary));
    expect(await readdir(path)).toEqual([]);
  });

  it("makes it once for two that ask at the same time", async () => {
    const path = join(folder, "thing");
    let made = 0;
    const make = async (temporary: string): Promise<void> => {
      made++;
      await writeFile(temporary, "");
    };
    await Promise.all([makeOnce({ path, key: "1" }, make), makeOnce({ path, key: "1" }, make)]);
    expect(made).toBe(1);
  });
});

describe("withLock", () => {
  it("takes over the lock of a process that is gone", async () => {
    const path = join(folder, "lock");
    const { pid } = spawnSync("true");
    writeFileSync(path, `${pid} 1`);
    await expect(withLock(path, () => Promise.resolve("done"))).resolves.toBe("done");
    expect(existsSync(path)).toBe(false);
  });

  it("tells a process from an earlier one with the same id", async () => {
    const path = join(folder, "lock");
    writeFileSync(path, `${process.pid} 1`);
    await expect(withLock(path, () => Promise.resolve("done"))).resolves.toBe("done");
  });

  it("says at once that the folder does not take files", async () => {
    const attempt = withLock(join(folder, "none", "lock"), () => Promise.resolve());
    await expect(attempt).rejects.toThrow("ENOENT");
  });
});
