import { getServers } from "node:dns";
import { isIP } from "node:net";
import { join } from "node:path";
import { CvmfsMount, CvmfsPackage } from "../../lib";
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

it("can be told to mount CVMFS in the container, with another client or none in the image", () => {
  const from = (client: string) =>
    localMachine({ VOBOX_NEMESIS_CVMFS: "container", VOBOX_NEMESIS_CVMFS_CLIENT: client });
  expect(from("").cvmfs).toEqual(CvmfsMount.inContainer());
  expect(from("").cvmfsPackage).toBeUndefined();
  expect(from("none").cvmfsPackage).toEqual(CvmfsPackage.none());
  const files = from(join(__dirname, "sites")).cvmfsPackage?.files.map(({ target }) => target);
  expect(files).toContain("/nemesis.test.ts");
  expect(localMachine({ VOBOX_NEMESIS_CVMFS: "host" }).cvmfs).toBeUndefined();
});

it("refuses another form", () =>
  expect(() => localMachine({ VOBOX_NEMESIS_CVMFS: "both" })).toThrow(
    'nemesis: VOBOX_NEMESIS_CVMFS: given "both"; allowed: host or container.',
  ));

it("can be told to have no resolvers", () =>
  expect(localMachine({ VOBOX_NEMESIS_RESOLVERS: "" }).resolvers).toEqual([]));
