import eslint from "@eslint/js";
import { defineConfig } from "eslint/config";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

// Imports point down this list only: main -> stacks -> lib, cli -> review.
// lib, review and local know none of the others.
const top = import.meta.dirname;
const folders = ["stacks", "lib", "cli", "review", "local"];
const mayImport = { stacks: ["lib"], cli: ["review"], lib: [], review: [], local: [] };
const zones = folders.map((folder) => ({
  target: `./${folder}`,
  from: [
    "./main.ts",
    ...folders
      .filter((other) => other !== folder && !mayImport[folder].includes(other))
      .map((other) => `./${other}`),
  ],
  message: `${folder}/ may import from ${mayImport[folder].join(", ") || "no other folder"} only (docs/architecture.md)`,
}));

export default defineConfig(
  { ignores: ["dist", "cdktf.out", "state", ".local", "coverage"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: "./tsconfig.lint.json", tsconfigRootDir: top },
    },
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [
        createTypeScriptImportResolver({ project: `${top}/tsconfig.lint.json` }),
      ],
    },
    rules: {
      "import-x/no-restricted-paths": ["error", { basePath: top, zones }],
      "@typescript-eslint/no-explicit-any": "error",
    },
  },
  {
    // The constructs must give the same output everywhere, so they read no environment.
    files: ["lib/**/*.ts", "review/**/*.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "lib and review read no environment" },
      ],
    },
  },
  {
    files: ["review/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["cdktf", "cdktf/*", "@cdktf/*"] }],
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", module: "writable", __dirname: "readonly" },
    },
  },
);
