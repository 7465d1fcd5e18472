import { readFileSync } from "node:fs";
import { link, rm, writeFile } from "node:fs/promises";
import { waitFor } from "./support/wait";

/** Longest that another process's work is waited for: the longest part took 5 minutes alone. */
const limitMilliseconds = 30 * 60_000;

let calls = 0;

/** A process's id with its start time (where the kernel tells it), for ids are given again; "" when it is gone. */
function identity(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "";
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, in parentheses, may hold spaces; the start time is field 20 after it.
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return String(pid);
  }
}

/** Removes a lock whose process has gone without giving it back. */
async function dropStale(path: string): Promise<void> {
  let holder: string;
  try {
    holder = readFileSync(path, "utf8");
  } catch {
    return; // given back meanwhile
  }
  if (identity(Number.parseInt(holder, 10)) !== holder) await rm(path, { force: true });
}

/**
 * Runs `work` while holding the lock file, which names its process; waits for another that holds it,
 * in this process or in another. A lock left by a process that is gone is taken over.
 * Throws when the lock is not to be had within 30 minutes, or the folder does not take files.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const own = `${path}.${process.pid}.${calls++}`;
  await writeFile(own, identity(process.pid));
  try {
    // A link appears with its content at once; a lock file that is created first and written after
    // could be read empty and taken for stale.
    const outcome = await waitFor<"held" | NodeJS.ErrnoException>(
      `the lock ${path}`,
      limitMilliseconds,
      async () => {
        try {
          await link(own, path);
          return "held";
        } catch (error) {
          const cause = error as NodeJS.ErrnoException;
          if (cause.code !== "EEXIST") return cause;
          await dropStale(path);
          return undefined;
        }
      },
    );
    if (outcome !== "held") throw outcome;
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}
