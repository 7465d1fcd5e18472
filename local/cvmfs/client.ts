import path from "node:path";
import { minimumRustVersion, repositoryRoot } from "../settings";
import { Problem } from "../support/problem";
import { run, tryRun } from "../support/run";

/**
 * Builds the compatible client with the machine's cargo and returns the program's path. Takes less
 * than a minute on two cores, and a moment when it is built already. Needs a C compiler too.
 *
 * @throws Problem when there is no cargo
 */
export async function buildClient(options: {
  /** Takes everything that the build writes. */
  readonly targetDirectory: string;
  /** Receives cargo's lines, for progress. */
  readonly onLine?: (line: string) => void;
}): Promise<string> {
  const cargo = await tryRun("cargo", ["--version"]).catch(() => undefined);
  if (cargo?.exitCode !== 0) {
    throw new Problem(
      `The CVMFS client cannot be built: the command cargo does not run here; install Rust ${minimumRustVersion} or newer.`,
    );
  }
  const manifest = path.join(repositoryRoot(), "local", "cvmfs", "client", "Cargo.toml");
  await run("cargo", ["build", "--release", "--locked", "--manifest-path", manifest], {
    env: { CARGO_TARGET_DIR: options.targetDirectory },
    onLine: options.onLine,
  });
  return path.resolve(options.targetDirectory, "release", "cvmfs-compatible-client");
}
