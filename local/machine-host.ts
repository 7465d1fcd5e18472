import { existsSync, mkdirSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HostDaemon } from "./private-host/host-daemon";
import type { Daemon, FileOptions, Host } from "./support/host";
import { run, tryRun, type CommandResult, type RunOptions } from "./support/run";
import { waitFor } from "./support/wait";

/** This machine itself, for a machine that has an engine already: what CVMFS mounts has to be seen by that engine. */
export class MachineHost implements Host {
  readonly name = "this machine";

  /** @param directory keeps the daemons' process ids and logs */
  constructor(readonly directory: string) {}

  run(command: string, args: readonly string[], options?: RunOptions): Promise<string> {
    return run(command, args, options);
  }

  tryRun(command: string, args: readonly string[], options?: RunOptions): Promise<CommandResult> {
    return tryRun(command, args, options);
  }

  findDaemon(name: string): Daemon | undefined {
    const { pidFile, logFile } = this.files(name);
    return existsSync(pidFile) ? new HostDaemon(pidFile, logFile) : undefined;
  }

  async startDaemon(name: string, command: string, args: readonly string[]): Promise<Daemon> {
    const { pidFile, logFile } = this.files(name);
    mkdirSync(this.directory, { recursive: true });
    const script = join(__dirname, "private-host", "scripts", "daemon.sh");
    const earlier = this.findDaemon(name)?.pid;
    await run("bash", [script, pidFile, logFile, command, ...args]);
    return waitFor(`${name} started`, 10_000, () => {
      const daemon = this.findDaemon(name);
      return daemon !== undefined && daemon.pid !== earlier && daemon;
    });
  }

  async writeFile(
    path: string,
    content: string | Buffer,
    options: FileOptions = {},
  ): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await chmod(path, options.mode ?? 0o644);
  }

  private files(name: string): { readonly pidFile: string; readonly logFile: string } {
    return {
      pidFile: join(this.directory, `${name}.pid`),
      logFile: join(this.directory, `${name}.log`),
    };
  }
}
