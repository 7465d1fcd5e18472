import { getServers } from "node:dns";
import { isIP } from "node:net";
import { CvmfsMount, CvmfsPackage, Refusal, VoBoxFile } from "../lib";
import type { NemesisProps } from "./sites/nemesis";

/**
 * What Nemesis takes from the machine that it runs on.
 *
 * - `DOCKER_HOST`: the engine, as for Docker's own commands. Default `unix:///var/run/docker.sock`.
 * - `VOBOX_NEMESIS_RESOLVERS`: resolvers in order, separated by blanks or commas. Default: the machine's own, three at most.
 * - `VOBOX_NEMESIS_STARTUP_DIRECTORY`: directory with startup commands. Default: none.
 * - `VOBOX_NEMESIS_CVMFS`: `host` or `container`, where CVMFS is mounted. Default: `host`.
 * - `VOBOX_NEMESIS_CVMFS_CLIENT`: directory with a compatible CVMFS client as files of the image, or `none`. Default:
 *   the official one.
 * - `VOBOX_NEMESIS_HEALTH_SECONDS`: how long a deployment waits for its health. Default: 600.
 */
export function localMachine(environment: NodeJS.ProcessEnv = process.env): NemesisProps {
  const given = environment["VOBOX_NEMESIS_RESOLVERS"];
  const resolvers =
    given === undefined
      ? getServers()
          .filter((server) => isIP(server) !== 0)
          .slice(0, 3)
      : given.split(/[\s,]+/).filter((server) => server !== "");
  const form = environment["VOBOX_NEMESIS_CVMFS"] || "host";
  if (form !== "host" && form !== "container")
    throw new Refusal("nemesis", {
      property: "VOBOX_NEMESIS_CVMFS",
      given: form,
      allowed: "host or container",
      remedy: "Leave it out for host.",
    });
  const healthSeconds = environment["VOBOX_NEMESIS_HEALTH_SECONDS"];
  return {
    engine: environment["DOCKER_HOST"] || "unix:///var/run/docker.sock",
    resolvers,
    startupDirectory: environment["VOBOX_NEMESIS_STARTUP_DIRECTORY"] || undefined,
    cvmfs: form === "container" ? CvmfsMount.inContainer() : undefined,
    cvmfsPackage: cvmfsPackage(environment["VOBOX_NEMESIS_CVMFS_CLIENT"]),
    healthLimitSeconds: healthSeconds ? Number(healthSeconds) : undefined,
  };
}

function cvmfsPackage(client: string | undefined): CvmfsPackage | undefined {
  if (!client) return undefined;
  return client === "none"
    ? CvmfsPackage.none()
    : CvmfsPackage.compatible({ files: VoBoxFile.fromDirectory(client) });
}
