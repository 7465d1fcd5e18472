import { TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";

/** First release of the docker provider that these constructs are right with (docs/provider.md). */
const oldest = { major: 4, minor: 6 };
const oldestRelease = `${oldest.major}.${oldest.minor}`;

/** What a stack asks for, in place of the exact release that the bindings pin. */
export const dockerProviderVersion = `~> ${oldestRelease}`;

/**
 * Fails the synthesis where the stack asks for a docker provider that is too old, as it does by itself: the
 * bindings pin 3.6.2, which deletes a stopped VO-Box while it plans.
 */
export function requireProviderVersion(scope: IConstruct): void {
  scope.node.addValidation({
    validate() {
      const version = versionOf(TerraformStack.of(scope));
      if (version === undefined || !isTooOld(version)) return [];
      return [
        `${scope.node.path}: docker provider: given ${JSON.stringify(version)}, allowed ${oldestRelease} or later. ` +
          `Replace what the bindings pin: stack.addOverride("terraform.required_providers.docker.version", "${dockerProviderVersion}").`,
      ];
    },
  });
}

/** What a stack asks for; undefined where it has no docker provider. */
function versionOf(stack: TerraformStack): string | undefined {
  // Not from the rendered stack: rendering it would double the time of a synthesis.
  // No public member of CDKTF tells what was given by addOverride.
  const overrides = Reflect.get(stack, "rawOverrides") as Overrides | undefined;
  const provider = stack
    .allProviders()
    .find(({ terraformResourceType }) => terraformResourceType === "docker");
  return (
    overrides?.terraform?.required_providers?.docker?.version ??
    provider?.terraformGeneratorMetadata?.providerVersion
  );
}

interface Overrides {
  readonly terraform?: {
    readonly required_providers?: { readonly docker?: { readonly version?: string } };
  };
}

/** Whether a constraint lets none but too old releases through: a part of it is an exact one, or an upper end, below. */
function isTooOld(constraint: string): boolean {
  return constraint.split(",").some(endsBelow);
}

function endsBelow(part: string): boolean {
  const parts = /^(=|~>|<=?)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(part.trim());
  if (parts === null) return false;
  const [, operator, major, minor, patch] = parts;
  if (operator === "<" && Number(major) === oldest.major && Number(minor ?? 0) === oldest.minor)
    return Number(patch ?? 0) === 0;
  if (Number(major) !== oldest.major) return Number(major) < oldest.major;
  // `~> 4.0` goes on to 4.6 and later, `~> 4.0.1` does not.
  if (operator === "~>" && patch === undefined) return false;
  return Number(minor ?? 0) < oldest.minor;
}
