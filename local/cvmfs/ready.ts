import { readFileSync } from "node:fs";
import type { Daemon, Host } from "../support/host";
import { Problem } from "../support/problem";
import { waitFor } from "../support/wait";

const limitMilliseconds = 20_000;

/**
 * Waits for a daemon that was just started.
 * @throws Problem with the end of its log when it does not come up
 */
export async function waitUntilReady(
  what: string,
  host: Host,
  daemon: Daemon,
  isReady: () => boolean,
): Promise<void> {
  const outcome = await waitFor(`${what} ready`, limitMilliseconds, () => {
    if (!daemon.isRunning()) return "ended";
    return isReady() && "ready";
  }).catch(() => "silent");
  if (outcome === "ready") return;
  const state = outcome === "ended" ? "ended while starting" : "did not come up in time";
  const log = readFileSync(daemon.logFile, "utf8").trim().split("\n").slice(-5).join("\n");
  throw new Problem(
    `${what} on ${host.name} ${state}; its log, ${daemon.logFile}, ends with:\n${log}`,
  );
}
