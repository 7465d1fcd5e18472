import { existsSync, readFileSync } from "node:fs";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { remembered } from "./answers";
import { goBuild, goBuildFlags, goBuildInputs } from "./go";
import { inputsKey, isMade, makeOnce, type Artifact } from "./once";
import { localDirectory, providerHosts, providers, type ProviderSettings } from "./settings";
import { CommandError, tryRun } from "./support/run";
import { plainTerraformEnvironment, type Terraform } from "./terraform";

/** Longest that the registry's answer is waited for, and the providers' download with it. */
const registryLimitMilliseconds = 60_000;

const terraformDirectory = (): string => join(localDirectory(), "terraform");
const configFile = (): string => join(terraformDirectory(), "mirror.tfrc");

function builtProvider(provider: ProviderSettings): Artifact {
  return {
    path: join(terraformDirectory(), "bin", `terraform-provider-${provider.name}`),
    key: inputsKey([provider.goPackage, ...goBuildFlags], goBuildInputs(provider.name)),
  };
}

function mirror(): Artifact {
  return {
    path: join(terraformDirectory(), "providers"),
    key: inputsKey([
      ...providers.map((provider) => `${provider.version} ${builtProvider(provider).key}`),
      ...providerHosts,
    ]),
  };
}

/** Path inside a filesystem mirror. */
export function mirrorPath(host: string, provider: ProviderSettings): string {
  const cpu = arch() === "x64" ? "amd64" : arch();
  const file = `terraform-provider-${provider.name}_v${provider.version}`;
  return join(host, provider.source, provider.version, `${platform()}_${cpu}`, file);
}

/** Terraform's CLI configuration: the mirrored providers come from the folder, all others as ever. */
export function mirrorConfiguration(folder: string): string {
  const sources = providerHosts.flatMap((host) =>
    providers.map(({ source }) => `${host}/${source}`),
  );
  const listed = JSON.stringify(sources);
  return [
    "provider_installation {",
    "  filesystem_mirror {",
    `    path    = ${JSON.stringify(folder)}`,
    `    include = ${listed}`,
    "  }",
    "  direct {",
    `    exclude = ${listed}`,
    "  }",
    "}",
    "",
  ].join("\n");
}

/**
 * What is added to the environment of Terraform and cdktf: which binary, and where it gets the
 * providers (the mirror when it was made, else as the user has set it up).
 */
export function terraformEnvironment(terraform: Terraform): Record<string, string> {
  return {
    ...plainTerraformEnvironment(),
    TERRAFORM_BINARY_NAME: terraform.binary,
    ...(isMade(mirror()) ? { TF_CLI_CONFIG_FILE: configFile() } : {}),
  };
}

/**
 * Whether `terraform init` gets the providers as this machine is set up; asked in earnest, see {@link remembered}.
 * A download that takes longer than the limit counts as an answer.
 */
export function registryAnswers(
  terraform: Terraform,
  limitMilliseconds = registryLimitMilliseconds,
): Promise<boolean> {
  return remembered("providers", async () => {
    const directory = join(terraformDirectory(), `registry-check.${process.pid}`);
    const required: Record<string, { source: string; version: string }> = {};
    for (const { name, source, constraint } of providers)
      required[name] = { source, version: constraint };
    const configuration = { terraform: { required_providers: required } };
    try {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, "main.tf.json"), JSON.stringify(configuration));
      const { exitCode } = await tryRun(terraform.binary, ["init", "-backend=false", "-no-color"], {
        cwd: directory,
        env: {
          ...plainTerraformEnvironment(),
          TF_DATA_DIR: undefined,
          TF_REGISTRY_DISCOVERY_RETRY: "0",
          TF_REGISTRY_CLIENT_TIMEOUT: "5",
        },
        timeoutMilliseconds: limitMilliseconds,
      });
      return exitCode === 0;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      // Not within the limit. It names what it downloads once the registry has answered for all providers.
      return /^- Installing /m.test(error.result.stdout);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

/** Whether the mirror is there already. */
export function isMirrorMade(): boolean {
  return isMade(mirror());
}

/** Builds one provider with Go. */
export function buildProvider(
  provider: ProviderSettings,
  onLine?: (line: string) => void,
): Promise<string> {
  return makeOnce(builtProvider(provider), (output) =>
    goBuild({ module: provider.name, package: provider.goPackage, output, onLine }),
  );
}

/** Puts the built providers into the filesystem mirror, and writes the configuration that names it. */
export async function makeMirror(): Promise<void> {
  const folder = await makeOnce(mirror(), async (temporary) => {
    for (const host of providerHosts)
      for (const provider of providers) {
        const target = join(temporary, mirrorPath(host, provider));
        await mkdir(dirname(target), { recursive: true });
        await link(builtProvider(provider).path, target);
      }
  });
  const content = mirrorConfiguration(folder);
  if (existsSync(configFile()) && readFileSync(configFile(), "utf8") === content) return;
  await writeFile(configFile(), content);
}
