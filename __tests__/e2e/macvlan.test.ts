import {
  BaseImage,
  CvmfsMount,
  VoBoxContainer,
  VoBoxImage,
  VoBoxNetwork,
  VoBoxService,
  VoBoxServices,
  VoBoxSizing,
} from "../../lib";
import { waitFor } from "../../local/support/wait";
import { SiteStack } from "../../stacks/site-stack";
import { Neighbour } from "./support/neighbour";
import { describeE2e } from "./support/parts";
import { compatibleCvmfsPackage, SiteHost } from "./support/site-host";

jest.setTimeout(180_000);

const stackName = "pair";
const port = 1093;
/** Says the VO-Box's name to everyone who asks, on IPv4 and IPv6. */
const teller = new VoBoxService({
  name: "teller",
  command: ["python3", "-m", "http.server", String(port), "--bind=::", "--directory=/etc"],
});

interface Addresses {
  readonly v4: string;
  readonly v6: string;
}
interface BoxProps {
  readonly addresses: Addresses;
  readonly environment?: Readonly<Record<string, string>>;
}
const first: Addresses = { v4: "192.0.2.10", v6: "2001:db8::10" };
const second: Addresses = { v4: "192.0.2.11", v6: "2001:db8::11" };
const moved: Addresses = { v4: "192.0.2.12", v6: "2001:db8::12" };

describeE2e("two VO-Boxes with addresses of their own", () => {
  let site: SiteHost;
  let neighbour: Neighbour;

  beforeAll(async () => {
    site = await SiteHost.start({ name: "macvlan" });
    neighbour = await Neighbour.start(site, ["192.0.2.1/24", "2001:db8::1/64"]);
    describePair();
    await site.apply(stackName);
  });
  afterAll(async () => {
    await neighbour?.destroy();
    await site?.destroy();
  });

  test("are reached from another host, on IPv4 and IPv6, each under a MAC of its own", async () => {
    await areReached(first, second);
    const macs = await Promise.all(
      [first.v4, first.v6, second.v4, second.v6].map((address) => neighbour.macOf(address)),
    );
    expect(macs).not.toContain(undefined);
    expect(macs[0]).toBe(macs[1]);
    expect(macs[2]).toBe(macs[3]);
    expect(macs[0]).not.toBe(macs[2]);
  });

  test("have no change in any of ten plans", async () => {
    for (let time = 1; time <= 10; time++)
      expect({ time, ...(await site.plan(stackName)) }).toMatchObject({ time, exitCode: 0 });
  });

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "have the same addresses after the engine's end by %s and its start",
    async (signal) => {
      const before = await ids();
      await site.host.stopEngine(signal);
      await site.host.startEngine();
      await areReached(first, second);
      expect(await ids()).toEqual(before);
      expect((await site.plan(stackName)).exitCode).toBe(0);
    },
  );

  test("one has the same addresses after its replacement, and the other goes on", async () => {
    const [boxA, boxB] = await ids();
    describePair({ environment: { ALIEN_SITE: "replaced" } });
    await site.apply(stackName);
    await areReached(first, second);
    const after = await ids();
    expect(after[0]).not.toBe(boxA);
    expect(after[1]).toBe(boxB);
    expect((await site.plan(stackName)).exitCode).toBe(0);
  });

  test("one moves to edited addresses by a replacement, and the next plan is empty", async () => {
    const [, boxB] = await ids();
    describePair({ addresses: moved, environment: { ALIEN_SITE: "replaced" } });
    const { exitCode, output } = await site.plan(stackName);
    expect(exitCode).toBe(2);
    expect(output).toContain("Plan: 1 to add, 0 to change, 1 to destroy.");
    await site.apply(stackName);
    await areReached(moved, second);
    expect(await neighbour.get(first.v4, port, "/hostname")).toBeUndefined();
    expect(await neighbour.get(first.v6, port, "/hostname")).toBeUndefined();
    expect((await ids())[1]).toBe(boxB);
    expect((await site.plan(stackName)).exitCode).toBe(0);
  });

  /** The container's ids. */
  function ids(): Promise<string[]> {
    return Promise.all(["box-a", "box-b"].map(async (name) => (await site.inspect(name)).Id));
  }

  /** Each answers under its two addresses, with its own name. */
  async function areReached(boxA: Addresses, boxB: Addresses): Promise<void> {
    for (const [name, { v4, v6 }] of [
      ["box-a", boxA],
      ["box-b", boxB],
    ] as const)
      for (const address of [v4, v6])
        await waitFor(
          `${name} answers at ${address}`,
          30_000,
          async () => (await neighbour.get(address, port, "/hostname")) === `${name}.site.test`,
        );
  }

  /** @param boxA what is other than at first of the first of them */
  function describePair(boxA: Partial<BoxProps> = {}): void {
    site.synthesize((app) => {
      const stack = new SiteStack(app, stackName);
      stack.useDocker(site.engine);
      const image = new VoBoxImage(stack, "image", {
        base: BaseImage.debian(),
        cvmfsPackage: compatibleCvmfsPackage(),
        services: VoBoxServices.of(teller),
      });
      const boxes = { "box-a": { addresses: first, ...boxA }, "box-b": { addresses: second } };
      for (const [name, { addresses, environment }] of Object.entries<BoxProps>(boxes))
        new VoBoxContainer(stack, name, {
          image,
          fqdn: `${name}.site.test`,
          name,
          cvmfs: CvmfsMount.fromHost(),
          memoryMegabytes: 1024,
          sizing: VoBoxSizing.reduced({ reason: "a test" }),
          environment,
          network: VoBoxNetwork.macvlan({
            parent: Neighbour.siteInterface,
            ipv4: { address: addresses.v4, subnet: "192.0.2.0/24", gateway: "192.0.2.1" },
            // In spellings that are not the engine's.
            ipv6: {
              address: addresses.v6.toUpperCase(),
              subnet: "2001:0DB8::/64",
              gateway: "2001:db8:0::1",
            },
          }),
        });
    });
  }
});
