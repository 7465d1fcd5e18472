// usage: lint-imports.mjs FOLDER <<< '[[path, code], ...]'
// Prints, as JSON, the messages of the repository's import and environment rules for each code at its
// path. The rules alone: with the type checker behind the others each code would have to be a file.
import { readFileSync } from "node:fs";
import { ESLint, Linter } from "eslint";

const top = process.argv[2];
const eslint = new ESLint({ cwd: top });
const linter = new Linter({ cwd: top });
const codes = JSON.parse(readFileSync(0, "utf8"));
const messages = [];
for (const [path, code] of codes) {
  const { rules } = await eslint.calculateConfigForFile(path);
  const chosen = Object.fromEntries(
    ["no-restricted-imports", "no-restricted-properties"].map((name) => [
      name,
      rules[name] ?? "off",
    ]),
  );
  messages.push(linter.verify(code, { rules: chosen }).map(({ message }) => message));
}
process.stdout.write(JSON.stringify(messages));
