import { readFileSync } from "node:fs";
import type { Daemon } from "../support/host";
import { waitFor } from "../support/wait";
import { isAlive, type ProcessIdentity } from "./state";

/** A daemon of a private host, known by the file that daemon.sh wrote: "pid start-time". */
export class HostDaemon implements Daemon {
  readonly pid: number;
  private readonly identity: ProcessIdentity;

  constructor(
    pidFile: string,
    readonly logFile: string,
  ) {
    const [pid, startTime] = readFileSync(pidFile, "utf8").trim().split(" ");
    this.pid = Number(pid);
    this.identity = { pid: this.pid, startTime };
  }

  isRunning(): boolean {
    return isAlive(this.identity);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM", limitMilliseconds = 10_000): Promise<void> {
    this.signal(signal);
    const gone = (): boolean => !this.isRunning();
    try {
      await waitFor("daemon gone", limitMilliseconds, gone, 20);
    } catch {
      this.signal("SIGKILL");
      await waitFor(`process ${this.pid} gone after SIGKILL`, 10_000, gone, 20);
    }
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.isRunning()) process.kill(this.pid, signal);
  }
}
