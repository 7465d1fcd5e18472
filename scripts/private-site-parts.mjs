// What private sites run with: prepared once, for the end-to-end tests and the benchmarks. Loaded after build().
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { localFolder, run, top } from "./support.mjs";

/** Whether private hosts can be made here; what it takes is in `privateHostNeeds`. */
export function canMakeHosts() {
  return process.platform === "linux" && process.getuid() === 0;
}

export const privateHostNeeds = "root on Linux, for private hosts with an engine and CVMFS";

/**
 * Terraform, the CVMFS client of hosts and that of images, in what `prepare` returns and `containerClient`. `more` is
 * what `prepare` is to get besides. Throws a Problem when a part cannot be had.
 */
export async function preparePrivateSites(progress, more = {}) {
  const { prepare } = await import(join(top, "dist/local/prepare.js"));
  const { makeContainerClient } = await import(join(top, "dist/local/local-site.js"));
  const parts = await prepare(
    {
      terraform: true,
      engine: true,
      cvmfsClient: true,
      autofs: true,
      baseImage: true,
      privateNetwork: true,
      ...more,
    },
    progress,
  );
  return { ...parts, containerClient: await makeContainerClient(parts.cvmfsClient) };
}

/** The data that the engines begin with: base image and cached layers. Returns their folder. */
export async function engineSeed(parts, progress) {
  const { makeEngineSeed } = await import(join(top, "dist/local/engine-seed.js"));
  const { BaseImage } = await import(join(top, "dist/lib/index.js"));
  const environment = { ...parts.environment, VOBOX_NEMESIS_CVMFS_CLIENT: parts.containerClient };
  return progress.step("engine with cached layers", (onLine) =>
    makeEngineSeed({
      base: BaseImage.debianReference,
      inputs: [join(top, "lib/image/base-image.ts")],
      build: (engine) => buildNemesisImage(engine, environment, onLine),
      onLine,
    }),
  );
}

/** Builds Nemesis's image as a deployment does, and takes its tag away: the tests want to see it built. */
async function buildNemesisImage(engine, environment, onLine) {
  const output = join(localFolder(), "engine-seed-synthesis");
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const env = { ...environment, DOCKER_HOST: engine, CDKTF_OUTDIR: join(output, "cdktf.out") };
  const options = { env, onLine, log: "engine-seed.log" };
  await run(process.execPath, [join(top, "dist/main.js")], options);
  const terraform = environment.TERRAFORM_BINARY_NAME ?? "terraform";
  const inStack = { ...options, cwd: join(output, "cdktf.out/stacks/nemesis-image") };
  await run(terraform, ["init", "-input=false", "-no-color"], inStack);
  await run(terraform, ["apply", "-input=false", "-no-color", "-auto-approve"], inStack);
  const manifest = JSON.parse(readFileSync(join(output, "cdktf.out/vobox-sites.json"), "utf8"));
  await run("docker", ["--host", engine, "image", "rm", manifest.sites[0].image], options);
  rmSync(output, { recursive: true, force: true });
}
