import { Fn, Token } from "cdktf";

/**
 * The values with every text so that Terraform takes it as it stands.
 *
 * Terraform reads the strings of its JSON as templates, and CDKTF passes them on unchanged: `${HOME}` in an
 * environment value would be looked up as a reference. Tokens stay what they are.
 */
export function asLiterals<T>(values: T): T {
  return literal(values) as T;
}

function literal(value: unknown): unknown {
  if (typeof value === "string") return escape(value);
  if (Array.isArray(value)) return value.map(literal);
  if (value === null || typeof value !== "object" || Token.isUnresolved(value)) return value;
  // Of classes there are only CDKTF's here, which render themselves.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  // Terraform reads the keys of a map as templates, too.
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [escape(key), literal(inner)]),
  );
}

function escape(text: string): string {
  return (
    text
      .replace(/\$\{(?!TfToken\[)|%\{/g, (opening) => `${opening[0]}${opening}`)
      // It would make text of the token: `$${var.x}` stands for `${var.x}`.
      .replace(/\$+(?=\$\{TfToken\[)/g, (dollars) => `\${"${dollars}"}`)
  );
}

/** Texts with a separator between them, whether they are known now or to Terraform alone. */
export function joined(separator: string, texts: readonly string[]): string {
  return Token.isUnresolved(texts) ? Fn.join(separator, [...texts]) : texts.join(separator);
}
