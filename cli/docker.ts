import { execFile } from "node:child_process";

export interface DockerResult {
  /** Exit code of the command; undefined when it could not be run or took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of Docker's client against an engine. Never throws for a command that fails. */
export function docker(
  engine: string,
  args: readonly string[],
  timeoutSeconds = 60,
): Promise<DockerResult> {
  // Both would win over --host, or change what is printed.
  const env = { ...process.env };
  delete env["DOCKER_CONTEXT"];
  delete env["DOCKER_HOST"];
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
