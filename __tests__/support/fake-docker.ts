import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Answers from files of its own folder: <container>.inspect, <container>.exec and, for the next time,
// <container>.exec.next. An engine whose address ends in "down" does not answer.
const program = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
printf '%s|%s|%s\\n' "$*" "\${DOCKER_HOST-}" "\${DOCKER_CONTEXT-}" >>calls
case $2 in
  *down) echo "Cannot connect to the Docker daemon at $2. Is the docker daemon running?" >&2; exit 1 ;;
esac
case $3 in
  container)
    if [ ! -f "$5.inspect" ]; then
      echo '[]'
      echo "Error: No such container: $5" >&2
      exit 1
    fi
    cat "$5.inspect"
    ;;
  exec)
    if [ ! -f "$4.exec" ]; then
      echo 'OCI runtime exec failed: no such file' >&2
      exit 126
    fi
    cat "$4.exec"
    if [ -f "$4.exec.next" ]; then mv "$4.exec.next" "$4.exec"; fi
    grep -q '"healthy":true' "$4.exec"
    ;;
  *) exit 125 ;;
esac
`;

/** What the engine says of a container. */
export interface FakeInspection {
  readonly status?: string;
  readonly health?: string;
  readonly restarts?: number;
}

/** A command named docker, in a folder for PATH, that stands for the client and the engine behind it. */
export class FakeDocker {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "docker"), program);
    chmodSync(join(folder, "docker"), 0o755);
  }

  /** A container, and what its health program prints: at first, and from the second time on. */
  add(name: string, inspection: FakeInspection, ...reports: readonly string[]): void {
    const { status = "running", health, restarts = 0 } = inspection;
    const inspected = {
      Id: "0123456789abcdef".repeat(4),
      RestartCount: restarts,
      Config: { Image: "vobox:0000000000000000" },
      State: {
        Status: status,
        StartedAt: "2026-11-01T00:00:00.123456789Z",
        ...(health !== undefined && { Health: { Status: health } }),
      },
    };
    writeFileSync(join(this.folder, `${name}.inspect`), JSON.stringify([inspected]));
    reports.forEach((report, index) =>
      writeFileSync(join(this.folder, `${name}.exec${index === 0 ? "" : ".next"}`), report),
    );
  }

  /** Each call: arguments, DOCKER_HOST and DOCKER_CONTEXT, with | between. */
  get calls(): readonly string[] {
    return readFileSync(join(this.folder, "calls"), "utf8").trim().split("\n");
  }
}

/** What health reports where all is well. */
export const wellReport = {
  healthy: true,
  reasons: [],
  warnings: ["proxy: none yet in /var/lib/vobox/alice/proxy_repository: register one"],
  hostName: "a.cern.ch",
  repositories: [
    {
      name: "alice.cern.ch",
      readable: true,
      milliseconds: 12,
      mount: "fuse cvmfs2",
      problem: null,
    },
  ],
  services: [
    { name: "monalisa", running: true, user: "alicesgm", standIn: false, problem: null },
    { name: "ce", running: true, user: "alicesgm", standIn: false, problem: null },
  ],
  healthCommands: [{ name: "squid", user: "alicesgm", problem: null }],
  credentials: [
    {
      name: "host certificate",
      file: "/etc/grid-security/hostcert.pem",
      expiresAt: "2027-05-01T12:00:00Z",
      hoursLeft: 4000,
      problems: [],
      warnings: [],
    },
    {
      name: "proxy",
      file: null,
      expiresAt: null,
      hoursLeft: null,
      problems: [],
      warnings: ["none yet in /var/lib/vobox/alice/proxy_repository: register one"],
    },
  ],
  resolvers: ["192.0.2.2", "192.0.2.1"],
  reducedSizing: "a test",
};

/** The same as the health program prints it. */
export const healthyReport = JSON.stringify(wellReport);

/** What an older image prints, which knows of no warnings yet, where CVMFS is dead and a service is down. */
export const unhealthyReport = JSON.stringify({
  healthy: false,
  reasons: ["alice.cern.ch: a read did not end within 15 s", "ce: backoff: exited too quickly"],
  hostName: "a.cern.ch",
  repositories: [
    {
      name: "alice.cern.ch",
      readable: false,
      milliseconds: 15003,
      mount: null,
      problem: "a read did not end within 15 s",
    },
  ],
  services: [
    {
      name: "ce",
      running: false,
      user: null,
      standIn: false,
      problem: "backoff: exited too quickly",
    },
  ],
  resolvers: [],
});
