import { deepStrictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A stack as Terraform gets it. */
export interface SynthesizedStack {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly provider?: object;
  readonly terraform?: object;
}

/** Reads stacks from an output folder of CDKTF. */
export function readStacks(outdir: string, stacks: readonly string[]): readonly SynthesizedStack[] {
  return stacks.map(
    (stack) =>
      JSON.parse(
        readFileSync(join(outdir, "stacks", stack, "cdk.tf.json"), "utf8"),
      ) as SynthesizedStack,
  );
}

/** Throws, showing where they differ, when two programs describe different stacks to Terraform. */
export function assertSameStacks(
  stacks: readonly SynthesizedStack[],
  reference: readonly SynthesizedStack[],
): void {
  deepStrictEqual(plain(reference), plain(stacks));
}

/** Stacks without what the two may call differently: names of resources, places of files, and hashes, made each in its own way. */
function plain(stacks: readonly SynthesizedStack[]): unknown {
  const described = stacks.map(({ resource = {}, provider, terraform }) => ({
    resources: Object.entries(resource).map(([type, named]) => ({
      type,
      all: Object.values(named).map((values) => ({ ...values, "//": undefined })),
    })),
    provider,
    terraform,
  }));
  let text = JSON.stringify(described);
  for (const content of new Set([...text.matchAll(/"content":"(\w+)"/g)].map(([, hash]) => hash)))
    text = text
      .replaceAll(content, "CONTENT")
      .replaceAll(`:${content.toLowerCase().slice(0, 16)}"`, ':TAG"');
  return JSON.parse(
    text
      .replace(/\bassets\/\w+\/\w+/g, "ASSET")
      .replace(/\$\{(\w+)\.\w+\./g, "${$1.NAME.")
      .replace(/("label":"ch\.cern\.alice\.vobox\.replace-on","value":)"\w+"/, '$1"HASH"'),
  ) as unknown;
}
