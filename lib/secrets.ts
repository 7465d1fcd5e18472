import type { IConstruct } from "constructs";
import { visitLeaves } from "./leaves";
import { refuse } from "./refusal";

const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;
// Key names, in whole words of the name: MYPROXY_PASSPHRASE, api-token, SecretKey; not PROXY or TOKENIZER.
const secretWords = new Set([
  "password",
  "passwd",
  "passphrase",
  "secret",
  "secrets",
  "token",
  "credential",
  "credentials",
  "apikey",
]);
const secretPairs = new Set(["private key", "api key", "access key", "secret key"]);

const remedy =
  "It would stand in clear in Terraform's state and in the plan: bind a directory of the host that holds it instead.";

/** Refuses a PEM private key anywhere in the props, however deep. The key is not repeated in the message. */
export function refusePrivateKeys(scope: IConstruct, props: unknown): void {
  visitLeaves(props, (property, leaf) => {
    if (privateKey.test(Buffer.isBuffer(leaf) ? leaf.toString("latin1") : String(leaf)))
      refuse(scope, { property, allowed: "no private key", remedy });
  });
}

/** Refuses keys that are named like a secret, in an environment, in labels or in build arguments. */
export function refuseSecretKeys(
  scope: IConstruct,
  property: string,
  values: Readonly<Record<string, string>>,
): void {
  for (const key of Object.keys(values)) {
    if (isNamedLikeSecret(key))
      refuse(scope, {
        property: `${property}.${key}`,
        allowed: "no key that is named like a secret",
        remedy,
      });
  }
}

function isNamedLikeSecret(key: string): boolean {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some(
    (word, index) => secretWords.has(word) || secretPairs.has(`${words[index - 1]} ${word}`),
  );
}
