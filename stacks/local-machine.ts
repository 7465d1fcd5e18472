import { getServers } from "node:dns";
import { isIP } from "node:net";
import type { NemesisProps } from "./sites/nemesis";

/**
 * What Nemesis takes from the machine that it runs on.
 *
 * - `DOCKER_HOST`: the engine, as for Docker's own commands. Default `unix:///var/run/docker.sock`.
 * - `VOBOX_NEMESIS_RESOLVERS`: resolvers in order, separated by blanks or commas. Default: the machine's own, three at most.
 * - `VOBOX_NEMESIS_STARTUP_DIRECTORY`: directory with startup commands. Default: none.
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
  const healthSeconds = environment["VOBOX_NEMESIS_HEALTH_SECONDS"];
  return {
    engine: environment["DOCKER_HOST"] || "unix:///var/run/docker.sock",
    resolvers,
    startupDirectory: environment["VOBOX_NEMESIS_STARTUP_DIRECTORY"] || undefined,
    healthLimitSeconds: healthSeconds ? Number(healthSeconds) : undefined,
  };
}
