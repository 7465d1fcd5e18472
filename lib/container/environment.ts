import type { IConstruct } from "constructs";
import { checkKnown, checkText, longestTextBytes, oneLine, refuse } from "../refusal";
import { refuseSecretKeys } from "../secrets";
import { appliedByReplacementLabel } from "./applied-by-replacement";

/**
 * Bytes of a whole environment: what a program can be started with, arguments included, is a quarter of its
 * stack (execve(2)), 2 MiB with the engine's default.
 */
const longestEnvironmentBytes = 1024 * 1024;

/** @throws Refusal for a name that is a secret's or this package's own, and for values that no program could be given. */
export function validateEnvironment(
  scope: IConstruct,
  environment: Readonly<Record<string, string>>,
): void {
  // Its names are checked, and sorted with others.
  checkKnown(scope, "environment", environment);
  refuseSecretKeys(scope, "environment", environment);
  for (const [key, value] of Object.entries(environment)) {
    checkText(scope, "environment", key, {
      pattern: /^(?!VOBOX_)[A-Za-z_][A-Za-z0-9_]*$/,
      allowed: "names of letters, digits and _ that do not begin with VOBOX_",
      remedy: "VOBOX_* is set from the other props.",
    });
    checkLine(scope, `environment.${key}`, value);
    // Together they are one text for the kernel.
    if (Buffer.byteLength(`${key}=${value}`) > longestTextBytes)
      refuse(scope, {
        property: `environment.${key}`,
        given: value,
        allowed: `name and value of at most ${longestTextBytes} bytes together`,
        remedy: "No program could be started with it: put it into a file on the host.",
      });
  }
  const bytes = Buffer.byteLength(Object.entries(environment).flat().join("=\0"));
  if (bytes > longestEnvironmentBytes)
    refuse(scope, {
      property: "environment",
      given: `${bytes} bytes`,
      allowed: `at most ${longestEnvironmentBytes} bytes in all`,
      remedy: "No program could be started with it: put it into files on the host.",
    });
}

/** @throws Refusal for a key that is a secret's or computed, and for a value of several lines. */
export function validateLabels(scope: IConstruct, labels: Readonly<Record<string, string>>): void {
  checkKnown(scope, "labels", labels);
  refuseSecretKeys(scope, "labels", labels);
  for (const [key, value] of Object.entries(labels)) {
    checkText(scope, "labels", key, {
      pattern: /^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/,
      allowed: "keys of letters, digits, and . _ / - between them",
      remedy: "Docker's guideline is a domain of yours backwards, such as org.example.owner.",
    });
    checkLine(scope, `labels.${key}`, value);
  }
  if (appliedByReplacementLabel in labels)
    refuse(scope, {
      property: `labels.${appliedByReplacementLabel}`,
      given: labels[appliedByReplacementLabel],
      allowed: "other labels",
      remedy: "This one is computed: leave it out.",
    });
}

function checkLine(scope: IConstruct, property: string, value: string): void {
  checkText(scope, property, value, {
    pattern: oneLine,
    allowed: "a text without line breaks or control characters",
    remedy: "Longer text belongs in a file on the host or in the image.",
  });
}
