import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { BaseImage, type IVoBoxImage, Refusal, VoBoxImage, type VoBoxImageProps } from "../../lib";
import { dockerProviderVersion } from "../../lib/provider-version";

/** A stack named `site`, with the providers, in an app of its own. */
export function newStack(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "site");
  new DockerProvider(stack, "docker", { host: "unix:///var/run/docker.sock" });
  stack.addOverride("terraform.required_providers.docker.version", dockerProviderVersion);
  new NullProvider(stack, "null");
  return stack;
}

/** The default image in a stack of its own: what a container in another stack runs. */
export function newImage(): IVoBoxImage {
  return imageOf({ base: BaseImage.debian() });
}

/** The same, of another image. */
export function imageOf(props: VoBoxImageProps): IVoBoxImage {
  const stack = new TerraformStack(Testing.app(), "image");
  return new VoBoxImage(stack, "image", props);
}

/** Properties of one resource, as Terraform gets them. */
export type Resource = Readonly<Record<string, unknown>>;

/** A stack as Terraform gets it. */
export interface Synthesized {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Resource>>>>;
  readonly terraform?: Readonly<Record<string, unknown>>;
  readonly provider?: Readonly<Record<string, readonly Resource[]>>;
}

/** Synthesizes with all validations. */
export function synthesize(stack: TerraformStack): Synthesized {
  return JSON.parse(Testing.synth(stack, true)) as Synthesized;
}

/** The only resource of a type. */
export function only(synthesized: Synthesized, type: string): Resource {
  const found = Object.values(synthesized.resource?.[type] ?? {});
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}`);
  return found[0];
}

/** The sentence with which something is refused. Fails when it is taken, or ends with another error. */
export function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  throw new Error("it was taken");
}

/** A value of the wrong type, as a caller in JavaScript may give it. */
export function wrong<T>(value: unknown): T {
  return value as T;
}

/** What is no whole number within `minimum` and `maximum`. */
export function badNumbers(minimum: number, maximum: number): readonly unknown[] {
  return [NaN, Infinity, -Infinity, minimum + 0.5, minimum - 1, maximum + 1, String(minimum), true];
}

export const pemKey = [
  "-----BEGIN RSA PRIVATE KEY-----",
  "MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu",
  "-----END RSA PRIVATE KEY-----",
].join("\n");
