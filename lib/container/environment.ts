import type { IConstruct } from "constructs";
import { checkText, oneLine, refuse } from "../refusal";
import { refuseSecretKeys } from "../secrets";

/** A change of what this label hashes replaces the container: the provider would report it as applied and leave the old value. */
export const appliedByReplacementLabel = "ch.cern.alice.vobox.replace-on";

/** @throws Refusal for a name that is a secret's or this package's own, and for a value of several lines. */
export function validateEnvironment(
  scope: IConstruct,
  environment: Readonly<Record<string, string>>,
): void {
  refuseSecretKeys(scope, "environment", environment);
  for (const [key, value] of Object.entries(environment)) {
    checkText(scope, "environment", key, {
      pattern: /^(?!VOBOX_)[A-Za-z_][A-Za-z0-9_]*$/,
      allowed: "names of letters, digits and _ that do not begin with VOBOX_",
      remedy: "VOBOX_* is set from the other props.",
    });
    checkLine(scope, `environment.${key}`, value);
  }
}

/** @throws Refusal for a key that is a secret's or computed, and for a value of several lines. */
export function validateLabels(scope: IConstruct, labels: Readonly<Record<string, string>>): void {
  refuseSecretKeys(scope, "labels", labels);
  for (const [key, value] of Object.entries(labels)) {
    checkText(scope, "labels", key, {
      pattern: /^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/,
      allowed: "keys of letters, digits, and . _ / - between them",
    });
    checkLine(scope, `labels.${key}`, value);
  }
  if (appliedByReplacementLabel in labels)
    refuse(scope, {
      property: `labels.${appliedByReplacementLabel}`,
      allowed: "other labels",
      remedy: "This one is computed.",
    });
}

function checkLine(scope: IConstruct, property: string, value: string): void {
  checkText(scope, property, value, {
    pattern: oneLine,
    allowed: "a text without line breaks or control characters",
    remedy: "Longer text belongs in a file on the host or in the image.",
  });
}
