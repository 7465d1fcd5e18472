// What an entry script does when it is interrupted: it ends what it started, and itself.
import { spawnSync } from "node:child_process";
import { constants } from "node:os";

/** Process ids of commands that start Terraform: Terraform is asked to stop and saves its state; they end after it. */
const gentle = new Set();

// Terraform finishes what it is doing with the engine; a compiler has nothing to finish.
const gentleSeconds = 120;
const plainSeconds = 3;

export const addGentle = (pid) => gentle.add(pid);
export const removeGentle = (pid) => gentle.delete(pid);

/**
 * On an interrupt: stops all that this process waits for, says `sentence()`, and exits with 128 + the signal.
 * Nothing else of this process runs meanwhile, so that no half answer is taken for a whole one. What was detached on
 * purpose (a private host, its daemons) stays: a next run finds it.
 */
export function endOnInterrupt(sentence) {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.once(name, () => {
      console.error("\nInterrupted: ending what runs …");
      endChildren();
      console.error(sentence());
      process.exit(128 + constants.signals[name]);
    });
}

function endChildren() {
  const started = Date.now();
  const asked = new Set();
  for (;;) {
    const { plain, ofGentle, gentleLeft } = ownProcesses();
    if (plain.length === 0 && !gentleLeft) return;
    const seconds = (Date.now() - started) / 1000;
    for (const pid of plain) signal(pid, seconds > plainSeconds ? "SIGKILL" : "SIGTERM");
    // Once each: at the second time Terraform drops everything.
    for (const pid of ofGentle)
      if (!asked.has(pid)) {
        asked.add(pid);
        signal(pid, "SIGINT");
      }
    if (seconds > gentleSeconds) for (const pid of [...ofGentle, ...gentle]) signal(pid, "SIGKILL");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

/** The living descendants that are to end: those in this process's own group, and the children of gentle commands. */
function ownProcesses() {
  const columns = ["-A", "-o", "pid=,ppid=,pgid=,stat="];
  const { stdout, pid: itself } = spawnSync("ps", columns, { encoding: "utf8" });
  const processes = (stdout ?? "")
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state && !state.startsWith("Z"))
    .map((fields) => fields.slice(0, 3).map(Number));
  const group = processes.find(([pid]) => pid === process.pid)?.[2];
  const descendants = new Set([process.pid]);
  let size;
  do {
    size = descendants.size;
    for (const [pid, parent] of processes) if (descendants.has(parent)) descendants.add(pid);
  } while (descendants.size > size);
  const below = processes.filter(
    ([pid]) => pid !== process.pid && pid !== itself && descendants.has(pid),
  );
  return {
    plain: below.filter(([, , ofGroup]) => ofGroup === group).map(([pid]) => pid),
    ofGentle: below.filter(([, parent]) => gentle.has(parent)).map(([pid]) => pid),
    gentleLeft: below.some(([pid]) => gentle.has(pid)),
  };
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // ended by itself meanwhile
  }
}
