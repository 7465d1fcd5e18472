import * as fc from "fast-check";
import type { PartArbitraries } from "./part";
import { badObject, badText, maybe, oneLineText } from "./values";

/** Names near those of secrets, with something of their own at the end. */
const variable = fc
  .tuple(
    fc.constantFrom(
      "PATH",
      "lang",
      "_x",
      "HTTP_PROXY",
      "TOKENIZER",
      "PASSENGER",
      "__proto__",
      "VOBOX",
    ),
    fc.integer({ min: 0, max: 99 }),
  )
  .map(([name, number]) => `${name}${number}`);
const label = fc
  .tuple(
    fc.constantFrom("a", "ch.cern.site", "org/owner", "Contact-Person", "a_b", "__proto"),
    fc.integer({ min: 0, max: 99 }),
  )
  .map(([name, number]) => `${name}${number}`.replace(/^_+/, ""));
const secretName = fc.constantFrom(
  ...["DB_PASS", "PGPASSWORD", "API_TOKENS", "apiKey", "site-secret", "PRIVATE_KEY", "x.token"],
);
const oneMegabyte = "x".repeat(1024 * 1024);
const unfit = fc.constantFrom(...["a\nb", "a\r", "\u0000", "\u001b[0m", "\ufeffmark", oneMegabyte]);

const secretText = fc.constantFrom(
  "-----BEGIN PRIVATE KEY-----",
  `x ${Buffer.from("-----BEGIN RSA PRIVATE KEY-----\nMII").toString("base64")}`,
  "https://user:word@example.org/",
  `eyJ${"a".repeat(9)}.eyJ${"b".repeat(9)}.${"c".repeat(9)}`,
);

/** Environment and labels. */
export const environment: PartArbitraries = {
  valid: fc
    .record({
      environment: maybe(fc.dictionary(variable, oneLineText, { maxKeys: 5 })),
      labels: maybe(fc.dictionary(label, oneLineText, { maxKeys: 5 })),
    })
    .map((props) => ({ props, asked: () => props })),
  invalid: fc.oneof(
    ...(["environment", "labels"] as const).flatMap((property) => [
      badObject.map((value) => ({ props: { [property]: value }, property })),
      secretName.map((key) => ({
        props: { [property]: { [key]: "x" } },
        property: `${property}.${key}`,
      })),
      fc.oneof(unfit, badText("text")).map((value) => ({
        props: { [property]: { A: value } },
        property: `${property}.A`,
      })),
      fc.constantFrom("", "a b", "é", "-a", "${a}", "a=b", "a\n").map((key) => ({
        props: { [property]: { [key]: "x" } },
        property,
      })),
    ]),
    fc.constantFrom("VOBOX_FQDN", "1A", "A-B").map((key) => ({
      props: { environment: { [key]: "x" } },
      property: "environment",
    })),
    secretText.map((text) => ({ props: { environment: { A: text } }, property: "environment.A" })),
    fc.constant({
      // It would join the = before it.
      props: { environment: { A: "\u0338" } },
      property: "environment.A",
    }),
    fc.integer({ min: 9, max: 20 }).map((count) => ({
      props: {
        environment: Object.fromEntries(
          Array.from({ length: count }, (_, index) => [`A${index}`, "x".repeat(127 * 1024)]),
        ),
      },
      property: "environment",
    })),
    fc.constant({
      props: { labels: { "ch.cern.alice.vobox.replace-on": "x" } },
      property: "labels.ch.cern.alice.vobox.replace-on",
    }),
  ),
};
