// npm run destroy [-- --remove-data]: takes Nemesis down, and what npm start put on this machine for it.
// The VO-Box's state and logs stay, unless --remove-data is given.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, cdktf, main, refuseUnknown, run, top } from "./support.mjs";

await main(async (args) => {
  refuseUnknown(args, ["--remove-data"], "npm run destroy [-- --remove-data]");
  const removeData = args.includes("--remove-data");
  await build();
  const { Progress } = await import(join(top, "dist/local/progress.js"));
  const { prepare } = await import(join(top, "dist/local/prepare.js"));
  const local = await import(join(top, "dist/local/local-site.js"));

  const progress = new Progress();
  const manifest = join(top, "cdktf.out", "vobox-sites.json");
  if (existsSync(manifest) && existsSync(join(top, "state", "nemesis-vobox.tfstate"))) {
    const found = await local.survey();
    const parts = await prepare({ terraform: true }, progress);
    // The engine has to answer for Terraform to take the container down.
    const engine = found.runningEngine ?? (await local.bringUpEngine(found));
    const env = { ...parts.environment, DOCKER_HOST: engine };
    await progress.step("cdktf destroy 'nemesis-*'", (onLine) =>
      cdktf("destroy", "nemesis-*", { env, onLine }),
    );
    if (removeData)
      for (const volume of ["nemesis-state", "nemesis-logs"])
        await run("docker", ["--host", engine, "volume", "rm", "--force", volume], {
          log: "docker.log",
        });
  }
  await progress.step("engine and CVMFS", () => local.takeDown(removeData));
  console.log(
    removeData
      ? "Nemesis is gone, with its state and logs."
      : "Nemesis is gone; its state and logs stay for the next start (npm run destroy -- --remove-data removes them).",
  );
  return 0;
});
