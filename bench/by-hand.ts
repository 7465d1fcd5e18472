import type { PrivateHost } from "../local/private-host";
import { waitFor } from "../local/support/wait";
import { changeInitStep, resolvers } from "./nemesis";

const healthLimitMilliseconds = 120_000;
const image = "by-hand";

/** What `docker run` takes for the container that Nemesis's vobox stack describes. */
const runOptions = [
  "--name=nemesis",
  "--hostname=nemesis.cern.ch",
  "--network=host",
  "--restart=always",
  "--init",
  "--stop-timeout=60",
  "--stop-signal=SIGTERM",
  "--memory=2048m",
  "--memory-swap=2048m",
  "--log-driver=json-file",
  "--log-opt=max-size=50m",
  "--log-opt=max-file=5",
  "--env=VOBOX_CVMFS_PROBE_FILES=alice.cern.ch=bin/alienv",
  "--env=VOBOX_CVMFS_REPOSITORIES=alice.cern.ch alice-ocdb.cern.ch",
  `--env=VOBOX_DNS_SERVERS=${resolvers}`,
  "--env=VOBOX_FQDN=nemesis.cern.ch",
  "--env=VOBOX_HEALTH_SECONDS=45",
  "--env=VOBOX_SIZING_REDUCED=stand-ins need little",
  "--mount=type=volume,source=nemesis-state,target=/var/lib/vobox",
  "--mount=type=volume,source=nemesis-logs,target=/home/alicesgm/ALICE",
  "--mount=type=bind,source=/cvmfs,target=/cvmfs,readonly,bind-propagation=rslave",
  "--health-cmd=/usr/libexec/vobox/health",
  "--health-interval=5s",
  "--health-timeout=45s",
  "--health-start-period=120s",
  "--health-retries=3",
];

/** A VO-Box that is built, started and replaced with Docker's own commands. */
export class ByHand {
  /** @param buildContext a folder of its own with Dockerfile and files */
  constructor(
    private readonly host: PrivateHost,
    private readonly buildContext: string,
  ) {}

  changeInitStep(): void {
    changeInitStep(`${this.buildContext}/rootfs`);
  }

  async build(...options: readonly string[]): Promise<void> {
    await this.host.docker(
      ["build", "--network=host", `--tag=${image}`, ...options, this.buildContext],
      // The builder that needs no plug-in of the command.
      { env: { DOCKER_BUILDKIT: "0" } },
    );
  }

  /** Starts the container, and ends when it is healthy. */
  async start(): Promise<void> {
    await this.host.docker(["run", "--detach", ...runOptions, image]);
    const format = "--format={{.State.Health.Status}}";
    await waitFor("healthy by hand", healthLimitMilliseconds, async () => {
      const status = await this.host.docker(["container", "inspect", format, "nemesis"]);
      return status.trim() === "healthy";
    });
  }

  /** Builds first, so that the VO-Box is down no longer than a deployment of Nemesis has it down. */
  async rollOut(): Promise<void> {
    await this.build();
    await this.host.docker(["container", "stop", "nemesis"]);
    await this.host.docker(["container", "rm", "nemesis"]);
    await this.start();
  }
}
