// npm start: prepares what this machine lacks, deploys the test site Nemesis, waits for its health, prints its status.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { cdktf, main, refuseUnknown, run, runHere, runLogged, top } from "./support.mjs";

await main(async (args) => {
  refuseUnknown(args, [], "npm start takes none; its settings are in docs/commands.md.");
  await build();
  const { Progress } = await import(join(top, "dist/local/progress.js"));
  const { prepare, baseImageDirectory } = await import(join(top, "dist/local/prepare.js"));
  const { ensureBaseImage, hasImage } = await import(join(top, "dist/local/base-image.js"));
  const local = await import(join(top, "dist/local/local-site.js"));
  const { BaseImage, VoBoxPorts, VoBoxServices } = await import(join(top, "dist/lib/index.js"));
  const { cvmfsUpstream } = await import(join(top, "dist/lib/cvmfs/upstream.js"));

  const progress = new Progress();
  const found = await local.survey();
  // The ports of a VO-Box that is there already are its own.
  const own = await runsContainer(found.runningEngine);
  const started = VoBoxServices.jalien().list.map(({ name }) => name);
  const servicePorts = VoBoxPorts.jalien()
    .list.filter(({ service }) => started.includes(service))
    .map(({ number, protocol, service }) => ({ number, protocol, use: `the service ${service}` }));
  await local.assertPortsFree([...(own ? [] : servicePorts), ...local.cvmfsPorts(found)]);
  const hostServes = found.mountsInContainer === undefined;
  // Asked where it makes a difference: stand-ins, which this machine can serve, take the compatible client.
  const official =
    (found.servesCvmfs || !hostServes) &&
    (await local.officialClientAnswers(cvmfsUpstream.releasePackages.debian));
  const standIns = !found.servesCvmfs && !official;
  if (!hostServes) console.error(`${found.mountsInContainer}: the VO-Box mounts CVMFS itself.`);
  if (standIns) local.assertStandInsReachable(found);
  const parts = await prepare(
    {
      terraform: true,
      engine: found.engine === undefined,
      cvmfsClient: standIns,
      autofs: standIns && hostServes,
      // An engine of this machine's own may pull; if it turns out that it cannot, the tar is made then.
      baseImage: found.engine === undefined,
    },
    progress,
  );
  const site = await progress.step("engine and CVMFS", () =>
    local.bringUp(found, parts.cvmfsClient),
  );
  const environment = {
    ...parts.environment,
    DOCKER_HOST: site.engineAddress,
    VOBOX_NEMESIS_CVMFS: hostServes ? "host" : "container",
    VOBOX_NEMESIS_CVMFS_CLIENT: site.containerClientDirectory ?? (official ? "" : "none"),
  };
  const reference = BaseImage.debianReference;
  if (!(await hasImage(site.engineAddress, reference)))
    await progress.step("base image on the engine", (onLine) =>
      ensureBaseImage({
        engineAddress: site.engineAddress,
        reference,
        cacheDirectory: baseImageDirectory(),
        onLine,
      }),
    );
  await removeUnfinishedContainer(site.engineAddress);
  await progress.step("cdktf deploy 'nemesis-*'", (onLine) =>
    cdktf("deploy", "nemesis-*", { env: environment, onLine }),
  );
  progress.printSummary("Seconds by part:");

  const status = await runHere(
    process.execPath,
    [join(top, "dist/cli/main.js"), "status", "--site", "nemesis", "--wait", "120"],
    environment,
  );
  if (!hostServes)
    console.log(
      `\n${found.mountsInContainer}: this VO-Box mounts CVMFS itself (VOBOX_NEMESIS_CVMFS=container).`,
    );
  if (standIns)
    console.log(
      "\nThe two repositories are local ones, read through a protocol-compatible client; JAliEn and MonALISA in them are stand-ins.",
    );
  if (site.privateEngine)
    console.log(`\nThe engine is a private one: export DOCKER_HOST=${site.engineAddress}`);
  return status;
});

async function runsContainer(engine) {
  if (engine === undefined) return false;
  return (await inspectContainer(engine, "{{.State.Running}}")) === "true";
}

/**
 * Removes a container that was made and never started, where Terraform does not know of it: it was interrupted
 * between the engine's making and answering, and could not make another one with the name.
 */
async function removeUnfinishedContainer(engine) {
  const [status, id] = (await inspectContainer(engine, "{{.State.Status}} {{.Id}}")).split(" ");
  const state = join(top, "state", "nemesis-vobox.tfstate");
  if (status !== "created" || (existsSync(state) && readFileSync(state, "utf8").includes(id)))
    return;
  await run("docker", ["--host", engine, "container", "rm", id], { log: "docker.log" });
}

/** What the engine knows of Nemesis, in that format; empty where there is none. */
async function inspectContainer(engine, format) {
  const inspect = ["--host", engine, "container", "inspect", "--format", format, "nemesis"];
  const { code, output } = await runLogged("docker", inspect, { log: "docker.log" });
  return code === 0 ? output.trim() : "";
}
