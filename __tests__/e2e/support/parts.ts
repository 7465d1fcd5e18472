/** What the end-to-end tests run with; scripts/test.mjs prepares it and hands it over. */
export interface E2eParts {
  /** For every call of Terraform and cdktf. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cvmfsClient: string;
  /** Directory with the same client as files of an image. */
  readonly containerClient: string;
  /** A data-root with the base image and the layers of Nemesis's image, to start engines with. */
  readonly engineSeed: string;
}

const given = process.env["VOBOX_E2E_PARTS"];
const missing =
  process.env["VOBOX_E2E_MISSING"] ??
  (given === undefined ? "the parts that npm run test:e2e prepares" : undefined);

/** The prepared parts. Throws where something was missing: call it inside a {@link describeE2e}. */
export function e2eParts(): E2eParts {
  if (given === undefined) throw new Error(`missing: ${missing}`);
  return JSON.parse(given) as E2eParts;
}

/**
 * A `describe` of tests that need root, an engine and CVMFS. Where these cannot be had, the tests are counted as
 * skipped, under a name that says what is missing; in CI that is a failure.
 */
export function describeE2e(name: string, body: () => void): void {
  if (missing === undefined) describe(name, body);
  else if (process.env["CI"])
    test(name, () => {
      throw new Error(`must not be skipped in CI; missing: ${missing}`);
    });
  else describe.skip(`${name} [skipped, missing: ${missing}]`, body);
}
