import { join } from "node:path";
import { PrivateHost } from "../../../local/private-host";
import { run, type CommandResult } from "../../../local/support/run";
import type { SiteHost } from "./site-host";

/** Another private host, in a network of its own, at the other end of a cable to a site's host. */
export class Neighbour {
  /** The cable's end at the site's host. */
  static readonly siteInterface = "cable0";

  /** @param addresses its own, with prefix length */
  static async start(site: SiteHost, addresses: readonly string[]): Promise<Neighbour> {
    const host = await PrivateHost.start({
      name: "neighbour",
      directory: join(site.directory, "neighbour"),
      network: "private",
      lifetime: "caller",
      engineStorage: "memory",
    });
    try {
      // With the machine's process numbers, by which the far end's network is named; only the two networks change.
      const inSite = ["--target", String(site.host.initPid), "--net", "--"];
      await run("nsenter", [
        ...[...inSite, "ip", "link", "add", Neighbour.siteInterface, "type", "veth"],
        ...["peer", "name", "eth0", "netns", String(host.initPid)],
      ]);
      await plug(site.host, Neighbour.siteInterface, []);
      await plug(host, "eth0", addresses);
      return new Neighbour(host);
    } catch (error) {
      await host.destroy();
      throw error;
    }
  }

  private constructor(private readonly host: PrivateHost) {}

  /** What a web server says at the address, within 2 s; undefined when nobody answers. */
  async get(address: string, port: number, path: string): Promise<string | undefined> {
    const where = address.includes(":") ? `[${address}]` : address;
    const { exitCode, stdout } = await this.try("curl", [
      ...["--silent", "--fail", "--globoff", "--noproxy", "*", "--max-time", "2"],
      `http://${where}:${port}${path}`,
    ]);
    return exitCode === 0 ? stdout.trim() : undefined;
  }

  /** The MAC that answered for the address last. */
  async macOf(address: string): Promise<string | undefined> {
    const { stdout } = await this.try("ip", ["neighbour", "show", address]);
    return /lladdr (\S+)/.exec(stdout)?.[1];
  }

  async destroy(): Promise<void> {
    await this.host.destroy();
  }

  private try(command: string, args: readonly string[]): Promise<CommandResult> {
    return this.host.tryRun(command, args);
  }
}

/** Gives an interface of a host addresses, and sets it up. */
export async function plug(
  host: PrivateHost,
  name: string,
  addresses: readonly string[],
): Promise<void> {
  for (const address of addresses)
    // Without the second in which IPv6 asks whether somebody has it.
    await host.run("ip", [
      ...["address", "add", address, "dev", name],
      ...(address.includes(":") ? ["nodad"] : []),
    ]);
  await host.run("ip", ["link", "set", name, "up"]);
}
