import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";

/** An engine, and how it is reached. */
export interface Engine {
  /** Address of it, e.g. `unix:///var/run/docker.sock`. */
  readonly engine: string;
  /** Options of ssh for an engine at `ssh://`. */
  readonly sshOptions?: readonly string[];
}

export interface DockerResult {
  /** Exit code of the command; undefined when it could not be run or took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of Docker's client against an engine. Never throws for a command that fails. */
export function docker(
  { engine, sshOptions }: Engine,
  args: readonly string[],
  timeoutSeconds = 60,
): Promise<DockerResult> {
  // Both would win over --host, or change what is printed.
  const env = { ...process.env };
  delete env["DOCKER_CONTEXT"];
  delete env["DOCKER_HOST"];
  if (sshOptions !== undefined) {
    // Docker's client takes no options for its ssh: it finds the one in that folder, which adds them.
    env["PATH"] = `${join(__dirname, "with-options")}${delimiter}${env["PATH"] ?? ""}`;
    env["VOBOX_SSH_OPTIONS"] = sshOptions.join(" ");
  }
  return new Promise((resolve) => {
    execFile(
      "docker",
      ["--host", engine, ...args],
      { env, timeout: timeoutSeconds * 1000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
        const reason =
          error?.code === "ENOENT"
            ? "the docker command is not installed on this machine"
            : error?.killed
              ? `no answer within ${timeoutSeconds} s`
              : stderr.trim();
        resolve({ code, stdout, stderr: reason });
      },
    );
  });
}
