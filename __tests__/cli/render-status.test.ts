import { renderStatus } from "../../cli/render-status";
import type { CredentialStatus, SiteStatus } from "../../cli/status";

const healthy: SiteStatus = {
  site: "a",
  healthy: true,
  reasons: [],
  warnings: ["proxy: p expires at 2026-11-02T00:00:00Z", "logs: small"],
  engine: "unix:///run/a.sock",
  fqdn: "a.cern.ch",
  container: {
    id: "0123456789abcdef0123",
    name: "a",
    state: "running",
    health: "healthy",
    restarts: 2,
    startedAt: "2026-11-01T00:00:00Z",
  },
  image: "vobox:00",
  repositories: [
    { name: "alice.cern.ch", readable: true, milliseconds: 7, mount: "fuse cvmfs2", problem: null },
    { name: "alice-ocdb.cern.ch", readable: false, milliseconds: 15003, mount: null, problem: "x" },
  ],
  services: [
    { name: "ce", running: true, user: "alicesgm", standIn: true, problem: null },
    { name: "monalisa", running: false, user: null, standIn: false, problem: "x" },
  ],
  healthCommands: [
    { name: "squid", user: "nobody", problem: null },
    { name: "disk", user: "alicesgm", problem: "ended with 1" },
  ],
  credentials: [
    credential("host certificate", "2027-01-01T00:00:00Z", 72),
    credential("proxy", "2026-11-02T00:00:00Z", 71),
    credential("proxy", "2026-11-01T00:00:00Z", -1, "expired"),
    { ...credential("proxy", null, null), file: null },
  ],
  resolvers: ["192.0.2.2", "192.0.2.1"],
  reducedSizing: "a test",
};

function credential(
  name: string,
  expiresAt: string | null,
  hoursLeft: number | null,
  ...problems: readonly string[]
): CredentialStatus {
  return { name, file: "/x", expiresAt, hoursLeft, problems, warnings: [] };
}

it("is a table for a person", () => {
  expect(renderStatus([healthy]).split("\n")).toEqual([
    "a: healthy",
    "  warning: proxy: p expires at 2026-11-02T00:00:00Z",
    "  warning: logs: small",
    "",
    "  host name  a.cern.ch",
    "  engine     unix:///run/a.sock",
    "  image      vobox:00",
    "  container  a, 0123456789ab, running, healthy, 2 restarts",
    "  started    2026-11-01T00:00:00Z",
    "  resolvers  192.0.2.2, 192.0.2.1",
    "  sizing     reduced: a test",
    "",
    "  REPOSITORY          READABLE  MILLISECONDS  MOUNT",
    "  alice.cern.ch       yes       7             fuse cvmfs2",
    "  alice-ocdb.cern.ch  NO        15003         -",
    "",
    "  SERVICE   RUNNING          USER",
    "  ce        yes, a stand-in  alicesgm",
    "  monalisa  NO               -",
    "",
    "  HEALTH COMMAND  WELL  USER",
    "  squid           yes   nobody",
    "  disk            NO    alicesgm",
    "",
    "  CREDENTIAL        USABLE    EXPIRES               LEFT",
    "  host certificate  yes       2027-01-01T00:00:00Z  3 days",
    "  proxy             yes       2026-11-02T00:00:00Z  71 h",
    "  proxy             NO        2026-11-01T00:00:00Z  none",
    "  proxy             none yet  -                     -",
  ]);
});

it("begins with the reasons where it is not healthy, and leaves out what is not known", () => {
  const absent: SiteStatus = {
    ...healthy,
    site: "b",
    healthy: false,
    reasons: ["container: absent", "second"],
    container: { id: null, name: "b", state: "absent", health: null, restarts: 0, startedAt: null },
    repositories: [],
    services: [],
    warnings: [],
    healthCommands: [],
    credentials: [],
    resolvers: [],
    reducedSizing: null,
  };
  expect(renderStatus([absent]).split("\n")).toEqual([
    "b: NOT HEALTHY",
    "  ! container: absent",
    "  ! second",
    "",
    "  host name  a.cern.ch",
    "  engine     unix:///run/a.sock",
    "  image      vobox:00",
    "  container  b, absent, 0 restarts",
    "  resolvers  -",
  ]);
});

it("gives each site a part of its own", () =>
  expect(renderStatus([healthy, { ...healthy, site: "b" }])).toMatch(
    /CREDENTIAL(.|\n)*\n\nb: healthy\n/,
  ));
