import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import type { CommandResult } from "../../local/support/run";
import { waitFor } from "../../local/support/wait";
import type { VoBoxApp } from "../../stacks/app";
import { SiteStack } from "../../stacks/site-stack";
import { sshOptions } from "../../stacks/ssh-options";
import { describeE2e, e2eParts } from "./support/parts";
import { SiteHost } from "./support/site-host";
import { SshServer } from "./support/ssh-server";

jest.setTimeout(180_000);

/** As many as Terraform asks for at the same time. */
const parallelism = 10;

describeE2e("guard 13: an engine that is reached by ssh", () => {
  let site: SiteHost;
  let server: SshServer;
  beforeAll(async () => {
    site = await SiteHost.start({ name: "ssh-engine" });
    // Refuses each connection beside two that are not logged in yet.
    server = await SshServer.start(site.host, site.directory, "2:100:2");
    const elsewhere = ["--docker", "host=unix:///nowhere"];
    await site.host.run("docker", ["context", "create", "other", ...elsewhere]);
  });
  afterAll(() => site?.destroy());

  /** In the private host, whose network the server is in, and with another engine in the caller's environment. */
  async function terraform(
    stack: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<CommandResult> {
    const parts = e2eParts().environment;
    const command = parts["TERRAFORM_BINARY_NAME"] ?? "terraform";
    const inStack = {
      cwd: join(site.directory, "cdktf.out", "stacks", stack),
      env: { ...parts, DOCKER_HOST: "unix:///nowhere", DOCKER_CONTEXT: "other", ...environment },
      timeoutMilliseconds: 120_000,
    };
    const initialized = await site.host.tryRun(command, ["init", "-input=false"], inStack);
    if (initialized.exitCode !== 0) return initialized;
    return site.host.tryRun(command, [...args, "-no-color", "-input=false"], inStack);
  }

  async function plan(stack: string): Promise<number> {
    return (await terraform(stack, ["plan", "-detailed-exitcode"])).exitCode;
  }

  async function apply(stack: string): Promise<void> {
    const { exitCode, stdout, stderr } = await terraform(stack, ["apply", "-auto-approve"]);
    if (exitCode !== 0) throw new Error(`apply of ${stack}:\n${stdout}${stderr}`);
  }

  async function noConnectionLeft(): Promise<void> {
    const masters = ["-f", "^ssh: /root/\\.ssh/vobox-"];
    const gone = async (): Promise<boolean> =>
      (await site.host.tryRun("pgrep", masters)).exitCode === 1;
    await waitFor("end of the shared connection", 45_000, gone);
  }

  /** What came of it, and what sshd did meanwhile. */
  async function counted<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly accepted: number; readonly throttled: number }> {
    const [accepted, throttled] = [server.accepted(), server.throttled()];
    const result = await work();
    return {
      result,
      accepted: server.accepted() - accepted,
      throttled: server.throttled() - throttled,
    };
  }

  test("guard 13: deploys a site, and plans it again, over one connection", async () => {
    const [, image, vobox] = site.synthesize((app) => {
      site.nemesis(app, { engine: server.engine });
    });
    const { result, accepted } = await counted(async () => {
      await apply(image);
      await apply(vobox);
      return [await plan(image), await plan(vobox)];
    });
    expect(await site.health("nemesis")).toBe("healthy");
    expect(result).toEqual([0, 0]);
    expect(accepted).toBe(1);
  });

  test("guard 13: tells the status over a connection that is there", async () => {
    await server.connect(sshOptions(server.engine) ?? []);
    const command = join(__dirname, "../../dist/cli/main.js");
    const output = join(site.directory, "cdktf.out");
    const { result, accepted } = await counted(() =>
      site.host.tryRun(process.execPath, [command, "status", "--json", "--output", output]),
    );
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(result.stdout)).toMatchObject({ sites: [{ healthy: true }] });
    expect(accepted).toBe(0);
  });

  test("guard 13: asks for much at the same time through a connection that is there, where sshd would drop it", async () => {
    const volumes = (withOptions: boolean) => (app: VoBoxApp) => {
      const stack = new SiteStack(app, "volumes");
      stack.useDocker(server.engine);
      if (!withOptions) stack.addOverride("provider.docker.0.ssh_opts", undefined);
      for (let number = 1; number <= parallelism; number++)
        new Volume(stack, `volume-${number}`, { name: `volume-${number}` });
    };
    // The provider's own first requests come all at once: each would still be a connection of its own.
    await server.connect(sshOptions(server.engine) ?? []);
    site.synthesize(volumes(true));
    expect(await counted(() => apply("volumes"))).toMatchObject({ accepted: 0, throttled: 0 });
    expect(await counted(() => plan("volumes"))).toEqual({ result: 0, accepted: 0, throttled: 0 });

    site.synthesize(volumes(false));
    const single = await counted(() => plan("volumes"));
    expect(single.result).toBe(1);
    expect(single.throttled).toBeGreaterThan(0);
  });

  test("guard 13: fails where a person would be asked", async () => {
    const asked = join(site.directory, "asked");
    const prompt = join(site.directory, "prompt");
    writeFileSync(prompt, `#!/bin/sh\ntouch ${asked}\nexit 1\n`);
    chmodSync(prompt, 0o755);
    const [, image] = site.synthesize((app) => {
      // The same server, by a name whose key is not known.
      site.nemesis(app, { engine: server.engine.replace("127.0.0.1", "localhost") });
    });
    const { exitCode, stderr } = await terraform(image, ["plan"], {
      SSH_ASKPASS: prompt,
      SSH_ASKPASS_REQUIRE: "force",
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Host key verification failed");
    expect(existsSync(asked)).toBe(false);
  });

  test("guard 13: leaves no ssh behind", () => noConnectionLeft());
});
