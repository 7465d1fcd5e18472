import type { IConstruct } from "constructs";
import { visitLeaves } from "./leaves";
import { checkKnown, privateKey, refuse } from "./refusal";

// In lower case, and by words: api-token, SecretKey, PGPASSWORD; not PROXY, TOKENIZER or TOKENS_PER_SECOND.
const secretWord =
  /(passwords?|passwds?|passphrases?|secrets?|credentials?|apikeys?|privatekeys?|token)$/;
const secretLastWord = /^(pass|tokens)$/;
const secretPair = /^(private|api|access|secret) keys?$/;

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
    checkKnown(scope, `a key of ${property}`, key);
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
    (word, index) =>
      secretWord.test(word) ||
      secretPair.test(`${words[index - 1]} ${word}`) ||
      (index === words.length - 1 && secretLastWord.test(word)),
  );
}
