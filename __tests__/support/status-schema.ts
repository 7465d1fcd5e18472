import Ajv, { type ErrorObject } from "ajv";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { top } from "./compiled";

const path = join(top, "cli/schema/status.schema.json");
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(path, "utf8")) as object,
);

/** What the committed schema finds wrong with a document of `vobox status --json`. */
export function statusProblems(document: unknown): readonly ErrorObject[] {
  return validate(document) ? [] : (validate.errors ?? []);
}
