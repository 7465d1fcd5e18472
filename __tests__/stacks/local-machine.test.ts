import { getServers } from "node:dns";
import { isIP } from "node:net";
import { localMachine } from "../../stacks/local-machine";

it("takes the engine, resolvers and startup commands from the environment", () =>
  expect(
    localMachine({
      DOCKER_HOST: "unix:///run/private.sock",
      VOBOX_NEMESIS_RESOLVERS: " 192.0.2.3, 192.0.2.1  192.0.2.2 ",
      VOBOX_NEMESIS_STARTUP_DIRECTORY: "/srv/startup",
    }),
  ).toEqual({
    engine: "unix:///run/private.sock",
    resolvers: ["192.0.2.3", "192.0.2.1", "192.0.2.2"],
    startupDirectory: "/srv/startup",
  }));

it("has the machine's own resolvers and socket otherwise", () =>
  expect(localMachine({ DOCKER_HOST: "", VOBOX_NEMESIS_STARTUP_DIRECTORY: "" })).toEqual({
    engine: "unix:///var/run/docker.sock",
    resolvers: getServers()
      .filter((server) => isIP(server) !== 0)
      .slice(0, 3),
    startupDirectory: undefined,
  }));

it("can be told to have no resolvers", () =>
  expect(localMachine({ VOBOX_NEMESIS_RESOLVERS: "" }).resolvers).toEqual([]));
