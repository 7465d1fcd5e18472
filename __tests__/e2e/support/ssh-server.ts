import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PrivateHost } from "../../../local/private-host";
import { run } from "../../../local/support/run";
import { waitFor } from "../../../local/support/wait";

const port = 2222;

/** An sshd in a private host, on its loopback, that the host's own root may log in to without being asked. */
export class SshServer {
  /**
   * Keys and settings are those of the private host's `/root/.ssh`: ssh takes that folder from the account, not
   * from the environment.
   * @param maxStartups sshd's MaxStartups
   */
  static async start(
    host: PrivateHost,
    directory: string,
    maxStartups: string,
  ): Promise<SshServer> {
    const key = (name: string): string => join(directory, name);
    for (const name of ["host-key", "user-key"])
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key(name)]);
    const address = `[127.0.0.1]:${port}`;
    await host.writeFile(
      "/root/.ssh/known_hosts",
      `${address} ${readFileSync(key("host-key.pub"), "utf8")}`,
    );
    await host.writeFile("/root/.ssh/authorized_keys", readFileSync(key("user-key.pub")));
    await host.writeFile("/root/.ssh/config", `IdentityFile ${key("user-key")}\n`);
    await host.run("mkdir", ["-p", "/run/sshd"]);
    const options = {
      HostKey: key("host-key"),
      ListenAddress: address,
      LogLevel: "VERBOSE",
      MaxStartups: maxStartups,
      PasswordAuthentication: "no",
      // Without it an account with a locked password is refused.
      UsePAM: "yes",
    };
    const daemon = await host.startDaemon("sshd", "/usr/sbin/sshd", [
      ...["-D", "-e", "-f", "/dev/null"],
      ...Object.entries(options).map(([name, value]) => `-o${name}=${value}`),
    ]);
    const server = new SshServer(host, daemon.logFile);
    await waitFor("sshd", 10_000, () => server.lines(/^Server listening on/).length > 0, 50);
    return server;
  }

  private constructor(
    private readonly host: PrivateHost,
    private readonly logFile: string,
  ) {}

  /** For a docker client in the private host. */
  readonly engine = `ssh://root@127.0.0.1:${port}`;

  /** Logs in once, from the private host, with these options of ssh. */
  async connect(options: readonly string[]): Promise<void> {
    const address = ["-l", "root", "-p", String(port), "--", "127.0.0.1"];
    await this.host.run("ssh", [...options, ...address, "true"]);
  }

  /** The connections that were accepted so far. */
  accepted(): number {
    return this.lines(/^Accepted publickey/).length;
  }

  /** The connections that sshd refused so far, for too many were not logged in yet. */
  throttled(): number {
    return this.lines(/past MaxStartups/).length;
  }

  private lines(pattern: RegExp): readonly string[] {
    return readFileSync(this.logFile, "utf8")
      .split("\n")
      .filter((line) => pattern.test(line));
  }
}
