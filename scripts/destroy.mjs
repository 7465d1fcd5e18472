// npm run destroy [-- --remove-data]: takes Nemesis down, and what npm start put on this machine for it.
// The VO-Box's state and logs stay, unless --remove-data is given.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { cdktf, main, refuseUnknown, run, runLogged, Sentence, top } from "./support.mjs";

await main(async (args) => {
  refuseUnknown(args, ["--remove-data"], "npm run destroy [-- --remove-data]");
  const removeData = args.includes("--remove-data");
  await build();
  const { Progress } = await import(join(top, "dist/local/progress.js"));
  const { prepare } = await import(join(top, "dist/local/prepare.js"));
  const local = await import(join(top, "dist/local/local-site.js"));

  const progress = new Progress();
  const { engine, image, volumes } = lastDeployment() ?? {};
  if (engine === undefined && hasResources())
    throw new Sentence(
      "Terraform's state in state/ says that Nemesis is deployed, but cdktf.out, which names its engine, is gone: run npm start, then this again.",
    );
  const ofOthers = engine !== undefined && !local.isPrivateEngine(engine);
  const deployed = engine !== undefined && hasResources();
  // It has to answer for Terraform to take the container down.
  if (deployed || (ofOthers && removeData)) await local.bringUpDeployedEngine(engine);
  if (deployed) {
    const parts = await prepare({ terraform: true }, progress);
    const env = { ...parts.environment, DOCKER_HOST: engine };
    await progress.step("cdktf destroy 'nemesis-*'", (onLine) =>
      cdktf("destroy", "nemesis-*", { env, onLine }),
    );
  }
  // A private engine's data go with it.
  if (ofOthers && removeData) {
    await docker(engine, "volume", "rm", "--force", ...volumes);
    await removeImages(engine, image.slice(0, image.lastIndexOf(":")));
  }
  await progress.step("engine and CVMFS", () => local.takeDown(removeData));
  console.log(
    removeData
      ? "Nemesis is gone, with its state and logs."
      : "Nemesis is gone; its state and logs stay for the next start (npm run destroy -- --remove-data removes them).",
  );
  return 0;
});

/** Engine and image of Nemesis at the last synthesis. */
function lastDeployment() {
  const manifest = join(top, "cdktf.out", "vobox-sites.json");
  if (!existsSync(manifest)) return undefined;
  return JSON.parse(readFileSync(manifest, "utf8")).sites.find(({ site }) => site === "nemesis");
}

/** Whether Terraform knows of anything of Nemesis that is there. */
function hasResources() {
  return ["image", "vobox"].some((stack) => {
    const state = join(top, "state", `nemesis-${stack}.tfstate`);
    return existsSync(state) && JSON.parse(readFileSync(state, "utf8")).resources.length > 0;
  });
}

/** Removes Nemesis's images, and the base image if it was made here; what another container uses stays. */
async function removeImages(engine, name) {
  const format = "{{.Repository}}:{{.Tag}} {{.ID}}";
  const list = async (...filter) =>
    (await docker(engine, "image", "ls", "--format", format, ...filter))
      .split("\n")
      .map((line) => line.split(" "))
      .filter(([tag]) => tag !== "");
  const all = await list(name);
  const own = all.filter(([tag]) => /:nemesis-(current|previous)$/.test(tag)).map(([, id]) => id);
  const others = all
    .filter(([tag]) => /-(current|previous)$/.test(tag) && !tag.includes(":nemesis-"))
    .map(([, id]) => id);
  const base = await list("--filter", "label=vobox.base.origin", "debian");
  for (const [tag, id] of [...all, ...base])
    if (!others.includes(id) && (own.includes(id) || tag.startsWith("debian:")))
      await runLogged("docker", ["--host", engine, "image", "rm", tag], { log: "docker.log" });
}

async function docker(engine, ...args) {
  return (await run("docker", ["--host", engine, ...args], { log: "docker.log" })).trim();
}
