import eslint from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

// Imports point down this list only: main -> stacks -> lib, cli -> review, bench -> local.
// lib, review and local know none of the others.
const top = import.meta.dirname;
const folders = ["stacks", "lib", "cli", "review", "local", "bench"];
const mayImport = {
  stacks: ["lib"],
  cli: ["review"],
  bench: ["local"],
  lib: [],
  review: [],
  local: [],
};
/** Imports that leave a folder for another one that it may not know. */
const directionOf = (folder) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(main$|(${folders
              .filter((other) => other !== folder && !mayImport[folder].includes(other))
              .join("|")})(/|$))`,
            message: `${folder}/ may import from ${mayImport[folder].join(", ") || "no other folder"} only (docs/architecture.md).`,
          },
          ...(folder === "review"
            ? [{ regex: "^(@cdktf/|cdktf)", message: "review/ reads plans only." }]
            : []),
        ],
      },
    ],
  },
});

export default defineConfig(
  { ignores: ["dist", "cdktf.out", "state", ".local", "coverage"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: "./tsconfig.lint.json", tsconfigRootDir: top },
    },
    rules: {
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
  ...folders.map(directionOf),
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: {
      globals: {
        Buffer: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
        process: "readonly",
        console: "readonly",
        module: "writable",
        __dirname: "readonly",
      },
    },
  },
);
