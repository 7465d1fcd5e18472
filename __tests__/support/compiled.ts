import { transformFileSync } from "@swc/core";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Top of the repository. */
export const top = join(__dirname, "../..");

/**
 * Compiles one of the repository's folders into another place, with the files beside its code: what
 * another checkout would hold. Programs there find their packages by NODE_PATH.
 */
export function compileTo(target: string, folder: string): void {
  for (const entry of readdirSync(join(top, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const copy = join(target, source.slice(top.length + 1));
    mkdirSync(dirname(copy), { recursive: true });
    if (!source.endsWith(".ts")) cpSync(source, copy);
    else {
      const { code } = transformFileSync(source, {
        jsc: { parser: { syntax: "typescript" }, target: "es2022" },
        module: { type: "commonjs" },
      });
      writeFileSync(copy.replace(/\.ts$/, ".js"), code);
    }
  }
}

/** Environment of a program that was compiled elsewhere. */
export function compiledEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_PATH: join(top, "node_modules") };
}
