// npm run status [-- --json] [-- --site NAME] [-- --wait SECONDS]
import { build } from "./build.mjs";
import { main, runHere, top } from "./support.mjs";

await main(async (args) => {
  await build();
  return runHere(process.execPath, [`${top}/dist/cli/main.js`, "status", ...args]);
});
