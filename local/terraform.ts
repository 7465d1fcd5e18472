import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { goBuild, goBuildFlags, goBuildInputs } from "./go";
import { inputsKey, isMade, makeOnce, type Artifact } from "./once";
import { findCommand } from "./packages";
import { localDirectory, terraform as settings } from "./settings";
import { Problem } from "./support/problem";
import { tryRun } from "./support/run";
import { isAtLeast } from "./version";

/** A Terraform or OpenTofu that can be run. */
export interface Terraform {
  readonly binary: string;
  readonly version: string;
}

/**
 * What every call of Terraform gets: no question to the maker about newer versions, and no
 * `TF_CLI_CONFIG_FILE` that names a file which is not there (empty counts as none).
 */
export function plainTerraformEnvironment(): Record<string, string> {
  const config = process.env.TF_CLI_CONFIG_FILE;
  return {
    CHECKPOINT_DISABLE: "1",
    ...(config && !existsSync(config) ? { TF_CLI_CONFIG_FILE: "" } : {}),
  };
}

async function versionOf(binary: string): Promise<string | undefined> {
  try {
    const options = { env: plainTerraformEnvironment(), timeoutMilliseconds: 20_000 };
    const { stdout } = await tryRun(binary, ["version", "-json"], options);
    const answer = JSON.parse(stdout) as { terraform_version?: string };
    return answer.terraform_version;
  } catch {
    return undefined; // whatever it is, it is no Terraform
  }
}

/**
 * The Terraform or OpenTofu to use: the one that `TERRAFORM_BINARY_NAME` names, else `terraform`,
 * else `tofu` on PATH, else the one built here before. Too old ones are passed over.
 * @throws Problem when `TERRAFORM_BINARY_NAME` names something that cannot be used
 */
export async function findTerraform(): Promise<Terraform | undefined> {
  const wanted = process.env.TERRAFORM_BINARY_NAME;
  if (wanted) {
    const binary = isAbsolute(wanted) ? wanted : (findCommand(wanted) ?? wanted);
    const version = await versionOf(binary);
    if (version === undefined || !isAtLeast(version, settings.minimumVersion))
      throw new Problem(
        `TERRAFORM_BINARY_NAME is "${wanted}", ${version === undefined ? "which does not run as a Terraform" : `which is version ${version}`}: ` +
          `name a Terraform or OpenTofu of at least ${settings.minimumVersion}, or unset it.`,
      );
    return { binary, version };
  }
  for (const name of ["terraform", "tofu"]) {
    const binary = findCommand(name);
    const version = binary && (await versionOf(binary));
    if (binary && version && isAtLeast(version, settings.minimumVersion))
      return { binary, version };
  }
  return isMade(openTofu())
    ? { binary: openTofu().path, version: settings.openTofu.version }
    : undefined;
}

function openTofu(): Artifact {
  const { goPackage, linkerFlags } = settings.openTofu;
  return {
    path: join(localDirectory(), "terraform", "bin", "tofu"),
    key: inputsKey([goPackage, linkerFlags, ...goBuildFlags], goBuildInputs("opentofu")),
  };
}

/** {@link findTerraform}, or builds OpenTofu with Go. */
export async function ensureTerraform(onLine?: (line: string) => void): Promise<Terraform> {
  const found = await findTerraform();
  if (found) return found;
  const { goPackage, linkerFlags, version } = settings.openTofu;
  const binary = await makeOnce(openTofu(), (output) =>
    goBuild({ module: "opentofu", package: goPackage, linkerFlags, output, onLine }),
  );
  return { binary, version };
}
