import type { CommandResult, RunOptions } from "./run";

/** A process that a {@link Host} keeps running. */
export interface Daemon {
  /** Process id as this machine (not the private host) counts it. */
  readonly pid: number;
  /** Absolute path, on this machine, of the file that takes both of its outputs. */
  readonly logFile: string;
  isRunning(): boolean;
  /** Sends a signal and waits until the process is gone; after the limit it is killed. */
  stop(signal?: NodeJS.Signals, limitMilliseconds?: number): Promise<void>;
}

export interface FileOptions {
  /** Octal permission bits, e.g. 0o755. @default 0o644 */
  readonly mode?: number;
}

/** Where engine, autofs and CVMFS client run: this machine itself, or a private host in namespaces of its own. */
export interface Host {
  /** Shown to people, e.g. "this machine" or the private host's name. */
  readonly name: string;
  /** Runs a command as root on the host, to its end. Throws unless it ends with 0. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<string>;
  /** The same, returning the result whatever the exit code. */
  tryRun(command: string, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Starts a program that stays in the foreground as a daemon of the host, in a session of its own. */
  startDaemon(name: string, command: string, args: readonly string[]): Promise<Daemon>;
  /** The daemon that was last started under that name, by this process or an earlier one; it may have ended. */
  findDaemon(name: string): Daemon | undefined;
  /** Writes a file on the host, with its directories. Replaces what is there. */
  writeFile(path: string, content: string | Buffer, options?: FileOptions): Promise<void>;
}
