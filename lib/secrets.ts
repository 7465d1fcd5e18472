import type { TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";
import { visitLeaves } from "./leaves";
import { checkKnown, privateKey, Refusal, refuse, Unshown } from "./refusal";
import { renderedAttributes, resolved } from "./rendered";

// In lower case, and by words: api-token, SecretKey, PGPASSWORD; not PROXY, TOKENIZER or TOKENS_PER_SECOND.
const secretWord =
  /(passwords?|passwds?|passphrases?|secrets?|credentials?|apikeys?|privatekeys?|token)$/;
const secretLastWord = /^(pass|tokens)$/;
const secretPair = /^(private|api|access|secret) keys?$/;

/** What no text may hold, wherever it stands: a proxy of the grid holds its private key. */
const secretTexts: ReadonlyArray<readonly [kind: string, isIn: (text: string) => boolean]> = [
  ["a private key", (text) => privateKey.test(text)],
  ["a private key in base64", holdsEncodedKey],
  ["a password in a URL", (text) => /:\/\/[^\s/@:?#"']*:[^\s/@?#"']+@/.test(text)],
  // A JSON web token, as WLCG's: header, content and signature.
  ["an access token", (text) => /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/.test(text)],
];

const remedy =
  "It would stand in clear in Terraform's state and in the plan: bind a directory of the host that holds it instead.";

/**
 * Refuses what is a secret by its look anywhere in the props, however deep. It is not repeated in the message.
 * Of files, which come as bytes, only private keys are refused: a script may name a URL of that form.
 */
export function refuseSecretTexts(scope: IConstruct, props: unknown): void {
  visitLeaves(props, (property, leaf) => {
    const kind = kindOfSecret(leaf);
    if (kind !== undefined) throw secretRefusal(scope.node.path, property, kind);
  });
}

function secretRefusal(path: string, property: string, kind: string): Refusal {
  return new Refusal(path, {
    property,
    given: new Unshown(kind),
    allowed: `no ${kind.replace(/^an? /, "")}`,
    remedy,
  });
}

/**
 * Fails the synthesis where Terraform would get a secret with a resource, whatever attribute was set by hand, past the
 * props: by its look, or by its name.
 */
export function refuseSecretsOn(scope: IConstruct, resource: TerraformResource): void {
  scope.node.addValidation({
    validate() {
      const problems: string[] = [];
      const note = (place: string, leaf: string | number | Buffer): void => {
        const kind = isNamedByPlace(place, leaf)
          ? "a value that is named like a secret"
          : kindOfSecret(leaf);
        if (kind !== undefined) problems.push(secretRefusal(scope.node.path, place, kind).message);
      };
      visitLeaves(resolved(scope, renderedAttributes(resource)), note);
      return problems;
    },
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
        given: new Unshown("a value that is not shown"),
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

/** Whether what stands there is named like a secret: as `NAME=value`, as a label in a list, or by its key. */
function isNamedByPlace(place: string, leaf: string | number | Buffer): boolean {
  if (/^env\[\d+\]$/.test(place)) {
    const [name] = String(leaf).split("=");
    // One's own names come from this package, and hold none.
    return !name.startsWith("VOBOX_") && isNamedLikeSecret(name);
  }
  if (/\.label$/.test(place)) return isNamedLikeSecret(String(leaf));
  return !place.startsWith("a key of ") && isNamedLikeSecret(place.replace(/^.*\./, ""));
}

function kindOfSecret(leaf: string | number | Buffer): string | undefined {
  if (Buffer.isBuffer(leaf))
    return privateKey.test(leaf.toString("latin1")) ? "a private key" : undefined;
  const found = secretTexts.find(([, isIn]) => isIn(String(leaf)));
  return found?.[0];
}

/** The base64 form of PEM's first line, whole or as the beginning of more. */
function holdsEncodedKey(text: string): boolean {
  const found = text.match(/LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,50}/g) ?? [];
  return found.some((line) => privateKey.test(Buffer.from(line, "base64").toString("latin1")));
}
