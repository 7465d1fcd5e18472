import {
  BaseImage,
  CvmfsMount,
  type PublishedPort,
  VoBoxContainer,
  VoBoxImage,
  VoBoxNetwork,
  VoBoxPorts,
  VoBoxService,
  VoBoxServices,
  VoBoxSizing,
} from "../../lib";
import { waitFor } from "../../local/support/wait";
import { SiteStack } from "../../stacks/site-stack";
import { Neighbour, plug } from "./support/neighbour";
import { describeE2e } from "./support/parts";
import { compatibleCvmfsPackage, SiteHost } from "./support/site-host";

jest.setTimeout(180_000);

const stackName = "published";
const ports = VoBoxPorts.jalien();
const forWorld = ports.port("1093/tcp");
const forWorkerNodes = ports.port("8098/tcp");
/** Says the VO-Box's name to everyone who asks. */
const teller = (number: number): VoBoxService =>
  new VoBoxService({
    name: `teller-${number}`,
    command: ["python3", "-m", "http.server", String(number), "--directory=/etc"],
  });

/** The host's addresses on the cable. */
const inside = ["192.0.2.2", "2001:db8::2"];
const outside = ["192.0.2.3", "2001:db8::3"];

describeE2e("a VO-Box on the bridge", () => {
  let site: SiteHost;
  let neighbour: Neighbour;

  beforeAll(async () => {
    site = await SiteHost.start({ name: "published-ports" });
    neighbour = await Neighbour.start(site, ["192.0.2.1/24", "2001:db8::1/64"]);
    const own = [...inside, ...outside].map((one) => one + (one.includes(":") ? "/64" : "/24"));
    await plug(site.host, Neighbour.siteInterface, own);
    publish([
      { port: forWorld },
      ...inside.map((hostAddress) => ({ port: forWorkerNodes, hostAddress })),
    ]);
    await site.apply(stackName);
  });
  afterAll(async () => {
    await neighbour?.destroy();
    await site?.destroy();
  });

  test("is reached from another host on the addresses that its ports are published on, and on no others", async () => {
    await areReached(forWorld.number, [...inside, ...outside]);
    await areReached(forWorkerNodes.number, inside);
    await areNotReached(forWorkerNodes.number, outside);
  });

  test("has no change in any of ten plans", async () => {
    for (let time = 1; time <= 10; time++)
      expect({ time, ...(await site.plan(stackName)) }).toMatchObject({ time, exitCode: 0 });
  });

  test("is not replaced for its ports when it was stopped", async () => {
    const { Id } = await site.inspect("box");
    await site.docker("stop", "box");
    expect((await site.plan(stackName)).output).toContain("0 to add, 1 to change, 0 to destroy");
    await site.apply(stackName);
    await areReached(forWorkerNodes.number, inside);
    expect((await site.inspect("box")).Id).toBe(Id);
  });

  test("has edited ports by a replacement, and the next plan is empty", async () => {
    publish(
      outside.map((hostAddress) => ({ port: forWorkerNodes, hostAddress, hostNumber: 18098 })),
    );
    const { exitCode, output } = await site.plan(stackName);
    expect(exitCode).toBe(2);
    expect(output).toContain("Plan: 1 to add, 0 to change, 1 to destroy.");
    await site.apply(stackName);
    await areReached(18098, outside);
    await areNotReached(18098, inside);
    await areNotReached(forWorkerNodes.number, inside);
    await areNotReached(forWorld.number, [...inside, ...outside]);
    expect((await site.plan(stackName)).exitCode).toBe(0);
  });

  test("has none where none is published any more", async () => {
    publish([]);
    expect((await site.plan(stackName)).exitCode).toBe(2);
    await site.apply(stackName);
    await waitFor("the service answers inside", 30_000, async () => {
      const ask = [
        "curl",
        "--silent",
        "--fail",
        `http://127.0.0.1:${forWorkerNodes.number}/hostname`,
      ];
      return (await site.tryInside("box", ask)).exitCode === 0;
    });
    await areNotReached(18098, outside);
    expect((await site.plan(stackName)).exitCode).toBe(0);
  });

  async function areReached(port: number, addresses: readonly string[]): Promise<void> {
    for (const address of addresses)
      await waitFor(
        `the VO-Box answers at ${address}, port ${port}`,
        30_000,
        async () => (await neighbour.get(address, port, "/hostname")) === "box.site.test",
      );
  }

  async function areNotReached(port: number, addresses: readonly string[]): Promise<void> {
    for (const address of addresses)
      expect([address, await neighbour.get(address, port, "/hostname")]).toEqual([
        address,
        undefined,
      ]);
  }

  function publish(published: readonly PublishedPort[]): void {
    site.synthesize((app) => {
      const stack = new SiteStack(app, stackName);
      stack.useDocker(site.engine);
      new VoBoxContainer(stack, "box", {
        image: new VoBoxImage(stack, "image", {
          base: BaseImage.debian(),
          cvmfsPackage: compatibleCvmfsPackage(),
          services: VoBoxServices.of(teller(forWorld.number), teller(forWorkerNodes.number)),
        }),
        fqdn: "box.site.test",
        cvmfs: CvmfsMount.fromHost(),
        memoryMegabytes: 1024,
        sizing: VoBoxSizing.reduced({ reason: "a test" }),
        network: VoBoxNetwork.bridge({ publish: published }),
      });
    });
  }
});
