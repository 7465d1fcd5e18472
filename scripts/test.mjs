// npm test [-- WORD], npm run test:unit [-- WORD], npm run test:e2e [-- WORD]: WORD is matched with test files' paths.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import {
  canMakeHosts,
  engineSeed,
  preparePrivateSites,
  privateHostNeeds,
} from "./private-site-parts.mjs";
import { localFolder, main, run, runHere, Sentence, top } from "./support.mjs";

const bin = (name) => join(top, "node_modules", name);

await main(async (args) => {
  const parts = ["unit", "e2e"];
  const part = parts.find((name) => name === args[0]);
  const words = part ? args.slice(1) : args;
  const option = words.find((word) => word.startsWith("-"));
  if (option !== undefined)
    throw new Sentence(`There is no option ${option}; words are matched with the paths of tests.`);
  await build();
  if (part !== "e2e" && words.length === 0) await checkSources();
  const results = [];
  if (part !== "e2e") results.push(await jest("unit", words, await unitEnvironment()));
  const e2e = part === "unit" ? undefined : await e2eEnvironment();
  if (e2e) results.push(await jest("e2e", words, e2e));

  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(
    `\nTests: ${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`,
  );
  if (e2e?.VOBOX_E2E_MISSING && !process.env.CI)
    console.log(`The end-to-end tests were skipped, for want of: ${e2e.VOBOX_E2E_MISSING}`);
  return results.every((result) => result.exitCode === 0) ? 0 : 1;
});

/** Types of the tests too, lint with the direction of imports, and format. */
async function checkSources() {
  const checks = [
    ["types", [bin("typescript/bin/tsc"), "-p", "tsconfig.lint.json"]],
    ["lint", [bin("eslint/bin/eslint.js"), "--max-warnings=0", "."]],
    ["format", [bin("prettier/bin/prettier.cjs"), "--check", "--log-level=warn", "."]],
  ];
  for (const [name, command] of checks) {
    await run(process.execPath, command, { log: "checks.log" });
    console.log(`${name}: fine`);
  }
}

/** shellcheck, where root on Debian can install it; the tests say it when it is missing. */
async function unitEnvironment() {
  const { prepare } = await import(join(top, "dist/local/prepare.js"));
  if (canMakeHosts()) await prepare({ lint: true });
  return {};
}

async function e2eEnvironment() {
  if (!canMakeHosts()) return { VOBOX_E2E_MISSING: privateHostNeeds };
  const { Progress } = await import(join(top, "dist/local/progress.js"));
  const progress = new Progress();
  let missing;
  const parts = await preparePrivateSites(progress, { sshServer: true }).catch((error) => {
    if (error.name !== "Problem" || process.env.CI) throw error;
    missing = error.message;
  });
  if (missing !== undefined) return { VOBOX_E2E_MISSING: missing };
  const { environment, cvmfsClient, containerClient } = parts;
  const seed = await engineSeed(parts, progress);
  progress.printSummary("Seconds by part:");
  return {
    VOBOX_E2E_PARTS: JSON.stringify({
      environment,
      cvmfsClient,
      containerClient,
      engineSeed: seed,
    }),
  };
}

/** Runs one of jest's projects and counts its tests. */
async function jest(project, words, env) {
  const file = join(localFolder(), `jest-${project}-${process.pid}.json`);
  mkdirSync(localFolder(), { recursive: true });
  const args = [
    bin("jest/bin/jest.js"),
    "--selectProjects",
    project,
    "--json",
    `--outputFile=${file}`,
    // Each end-to-end test has engines of its own; more at once only make each other slow on two cores.
    ...(project === "e2e" ? ["--runInBand", "--verbose"] : []),
    ...words.map((word) => `--testPathPatterns=${word}`),
    // The word may name tests of the other project.
    ...(words.length > 0 ? ["--passWithNoTests"] : []),
  ];
  const exitCode = await runHere(process.execPath, args, env);
  if (!existsSync(file)) throw new Sentence(`jest ended with ${exitCode} and left no result.`);
  const result = JSON.parse(readFileSync(file, "utf8"));
  rmSync(file);
  return {
    exitCode,
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests,
  };
}
