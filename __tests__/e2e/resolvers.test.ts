import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BaseImage,
  CvmfsMount,
  DnsSettings,
  VoBoxContainer,
  VoBoxImage,
  VoBoxNetwork,
  VoBoxSizing,
} from "../../lib";
import type { Daemon } from "../../local/support/host";
import { waitFor } from "../../local/support/wait";
import { SiteStack } from "../../stacks/site-stack";
import { describeE2e } from "./support/parts";
import { compatibleCvmfsPackage, SiteHost } from "./support/site-host";

jest.setTimeout(120_000);

// In an order that the provider's own `dns` would not keep.
const resolvers = ["10.53.0.1", "10.53.0.2", "10.53.0.3"];
const wanted = [
  "search site.test",
  ...resolvers.map((server) => `nameserver ${server}`),
  "options timeout:1 attempts:2",
  "",
].join("\n");

/** Containers, and whether their network reaches the host's. */
const modes = [
  { network: "host", container: "on-host", reaches: true },
  { network: "bridge", container: "on-bridge", reaches: true },
  { network: "a bridge of the user's own", container: "on-own-bridge", reaches: true },
  { network: "macvlan", container: "on-macvlan", reaches: true },
  { network: "none", container: "on-none", reaches: false },
] as const;
const containers = modes.map(({ container }) => container);
const reaching = modes.filter(({ reaches }) => reaches).map(({ container }) => container);

describeE2e("the site's resolvers in order, in every network mode", () => {
  let site: SiteHost;
  const servers: Daemon[] = [];
  const starts: number[] = [];

  beforeAll(async () => {
    site = await SiteHost.start({ name: "resolvers" });
    await Promise.all([startNameServers(), deployHostAndBridge()]);
    await startOthers();
    await settled(containers);
  });
  afterAll(() => site?.destroy());

  /** Each knows the same name, by another address. */
  async function startNameServers(): Promise<void> {
    for (const [index, address] of resolvers.entries()) {
      await site.host.run("ip", ["address", "add", `${address}/32`, "dev", "lo"]);
      servers.push(await startNameServer(index));
    }
  }

  async function startNameServer(index: number): Promise<Daemon> {
    const program = join(__dirname, "support", "dns-server.mjs");
    const args = [program, resolvers[index], "who.site.test", `192.0.2.${index + 1}`];
    const server = await site.host.startDaemon(`dns-${index}`, process.execPath, args);
    const lines = (starts[index] = (starts[index] ?? 0) + 1);
    // The log goes on from start to start.
    const isUp = () => readFileSync(server.logFile, "utf8").split("listening").length > lines;
    await waitFor("name server", 10_000, isUp, 20);
    return server;
  }

  /** The two modes that the constructs have. */
  async function deployHostAndBridge(): Promise<void> {
    site.synthesize((app) => {
      const stack = new SiteStack(app, "networks");
      stack.useDocker(site.engine);
      const image = new VoBoxImage(stack, "image", {
        base: BaseImage.debian(),
        cvmfsPackage: compatibleCvmfsPackage(),
      });
      for (const network of [VoBoxNetwork.host(), VoBoxNetwork.bridge()])
        new VoBoxContainer(stack, network.mode, {
          image,
          fqdn: "vobox.site.test",
          name: `on-${network.mode}`,
          network,
          cvmfs: CvmfsMount.fromHost(),
          dns: new DnsSettings({
            servers: resolvers,
            searchDomains: ["site.test"],
            options: ["timeout:1", "attempts:2"],
          }),
          memoryMegabytes: 1024,
          sizing: VoBoxSizing.reduced({ reason: "a test" }),
        });
    });
    await site.apply("networks");
  }

  async function startOthers(): Promise<void> {
    // macvlan does not reach its parent's own host, but what is at the other end of the cable.
    const cable = ["link", "add", "cable0", "type", "veth", "peer", "name", "cable1"];
    await site.host.run("ip", cable);
    await site.host.run("ip", ["link", "set", "cable0", "up"]);
    await site.host.run("ip", ["address", "add", "10.54.0.1/24", "dev", "cable1"]);
    await site.host.run("ip", ["link", "set", "cable1", "up"]);
    const subnet = ["--subnet=10.54.0.0/24", "--gateway=10.54.0.1", "--opt=parent=cable0"];
    await site.docker("network", "create", "--driver=macvlan", ...subnet, "cable");
    await site.docker("network", "create", "own");
    await site.docker("network", "create", "further");
    await site.runLike("on-host", "on-own-bridge", "--network=own");
    await site.runLike("on-host", "on-macvlan", "--network=cable");
    await site.runLike("on-host", "on-none", "--network=none");
  }

  /** Waits until supervisord, and so the keeper of resolv.conf, runs in all of them. */
  async function settled(names: readonly string[]): Promise<void> {
    for (const name of names)
      await waitFor(`${name} started`, 30_000, async () =>
        (await site.report(name)).services.every(({ running }) => running),
      );
  }

  function resolvConf(container: string): Promise<string> {
    return site.inside(container, ["cat", "/etc/resolv.conf"]);
  }

  /** The address that a program in the container gets for the short name. */
  async function whoAnswers(container: string): Promise<string | undefined> {
    const { stdout } = await site.tryInside(container, ["getent", "ahostsv4", "who"], "alicesgm");
    return stdout.split(/\s/)[0];
  }

  test.each(modes)("$network: resolv.conf holds them, and nothing else", async ({ container }) => {
    expect(await resolvConf(container)).toBe(wanted);
  });

  test("the same after a restart, in all of them", async () => {
    await Promise.all(containers.map((name) => site.docker("restart", name)));
    await settled(containers);
    const files = await Promise.all(containers.map(resolvConf));
    expect(files).toEqual(containers.map(() => wanted));
  });

  test.each(reaching)(
    "%s: the first is asked; without it the second; then the first",
    async (name) => {
      expect(await whoAnswers(name)).toBe("192.0.2.1");
      await servers[0].stop();
      expect(await whoAnswers(name)).toBe("192.0.2.2");
      servers[0] = await startNameServer(0);
      expect(await whoAnswers(name)).toBe("192.0.2.1");
    },
  );

  test.each(["on-bridge", "on-own-bridge", "on-macvlan"])(
    "%s: they are in effect after a further network was joined, and after it was left",
    async (name) => {
      for (const change of ["connect", "disconnect"]) {
        await site.docker("network", change, "further", name);
        await waitFor("resolvers back", 15_000, async () => (await resolvConf(name)) === wanted);
        expect(await whoAnswers(name)).toBe("192.0.2.1");
      }
    },
  );

  test("the engine does write its own into the file when a network is joined", async () => {
    // The keeper says so when it finds them.
    expect(await site.docker("logs", "on-bridge")).toContain(
      "resolv.conf was changed from outside",
    );
  });
});
