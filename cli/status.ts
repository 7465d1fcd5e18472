import { docker } from "./docker";
import type { SiteEntry } from "./manifest";

/** The container as the engine sees it; `id`, `health` and `startedAt` are null where there is none. */
export interface ContainerStatus {
  readonly id: string | null;
  readonly name: string;
  /** Docker's word (running, exited, restarting, …), `absent`, or `unknown` where the engine does not answer. */
  readonly state: string;
  /** Docker's word: starting, healthy or unhealthy. */
  readonly health: string | null;
  readonly restarts: number;
  readonly startedAt: string | null;
}

/** A repository, read by the VO account inside the container. */
export interface RepositoryStatus {
  readonly name: string;
  readonly readable: boolean;
  readonly milliseconds: number;
  /** File system type and source of the mount; null where nothing is mounted. */
  readonly mount: string | null;
  readonly problem: string | null;
}

/** A service, as the VO-Box's supervisor sees it. */
export interface ServiceStatus {
  readonly name: string;
  readonly running: boolean;
  /** The account that its process runs as. */
  readonly user: string | null;
  /** Whether what runs stands in for the real program, as on a machine without ALICE's repositories. */
  readonly standIn: boolean;
  readonly problem: string | null;
}

/** A command that the health of a VO-Box depends on, besides those of its services. */
export interface HealthCommandStatus {
  readonly name: string;
  /** The account that it runs as. */
  readonly user: string;
  readonly problem: string | null;
}

/** The host certificate or the newest proxy, as the VO-Box sees it in a directory of its host. */
export interface CredentialStatus {
  readonly name: string;
  /** Path inside; null while there is no proxy. */
  readonly file: string | null;
  /** Null where it cannot be told. */
  readonly expiresAt: string | null;
  /** Whole hours from now on, below zero for one that expired. */
  readonly hoursLeft: number | null;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** One site of the status document, see schema/status.schema.json. */
export interface SiteStatus {
  readonly site: string;
  readonly healthy: boolean;
  /** Why it is not healthy, by name. Empty when it is. */
  readonly reasons: readonly string[];
  /** What needs attention soon, whether it is healthy or not. */
  readonly warnings: readonly string[];
  readonly engine: string;
  readonly fqdn: string;
  readonly container: ContainerStatus;
  /** What the container runs; what it should run where there is none. */
  readonly image: string;
  readonly repositories: readonly RepositoryStatus[];
  readonly services: readonly ServiceStatus[];
  readonly healthCommands: readonly HealthCommandStatus[];
  /** Those that the container was given. */
  readonly credentials: readonly CredentialStatus[];
  /** In order, from resolv.conf inside. */
  readonly resolvers: readonly string[];
  /** Why it may be smaller than ALICE asks for; null where it may not. */
  readonly reducedSizing: string | null;
}

interface Inspection {
  readonly Id: string;
  readonly RestartCount: number;
  readonly Config: { readonly Image: string };
  readonly State: {
    readonly Status: string;
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string };
  };
}

type InsideReport = Pick<
  SiteStatus,
  | "healthy"
  | "reasons"
  | "warnings"
  | "repositories"
  | "services"
  | "healthCommands"
  | "credentials"
  | "resolvers"
  | "reducedSizing"
>;

/** Asks the engine and the VO-Box itself. An engine that does not answer is a reason as any other: there may be more sites. */
export async function siteStatus(entry: SiteEntry): Promise<SiteStatus> {
  const inspected = await docker(entry, ["container", "inspect", entry.container]);
  const answers = inspected.code === 0 || /no such container/i.test(inspected.stderr);
  const inspection =
    inspected.code === 0 ? (JSON.parse(inspected.stdout) as Inspection[])[0] : undefined;
  const container: ContainerStatus = {
    id: inspection?.Id ?? null,
    name: entry.container,
    state: inspection?.State.Status ?? (answers ? "absent" : "unknown"),
    health: inspection?.State.Health?.Status ?? null,
    restarts: inspection?.RestartCount ?? 0,
    startedAt: inspection?.State.StartedAt ?? null,
  };
  const inside = !answers
    ? nothingInside(`engine: does not answer (${inspected.stderr})`)
    : container.state === "running"
      ? await insideReport(entry)
      : nothingInside(`container: ${container.state}`);
  const reasons = [...inside.reasons];
  if (container.state === "running" && container.health !== "healthy" && reasons.length === 0)
    reasons.push(`container: health is ${container.health ?? "unknown"} by the engine's checks`);
  return {
    site: entry.site,
    healthy: inside.healthy && reasons.length === 0,
    reasons,
    warnings: inside.warnings,
    engine: entry.engine,
    fqdn: entry.fqdn,
    container,
    image: inspection?.Config.Image ?? entry.image,
    repositories: inside.repositories,
    services: inside.services,
    healthCommands: inside.healthCommands,
    credentials: inside.credentials,
    resolvers: inside.resolvers,
    reducedSizing: inside.reducedSizing,
  };
}

async function insideReport(entry: SiteEntry): Promise<InsideReport> {
  const health = ["exec", entry.container, "/usr/libexec/vobox/health", "--json"];
  const { stdout, stderr } = await docker(entry, health);
  try {
    return { ...nothing, ...(JSON.parse(stdout) as InsideReport) };
  } catch {
    return nothingInside(`container: gives no report (${stderr || "nothing printed"})`);
  }
}

/** The report of a VO-Box that gives none; an older image says nothing of some of it. */
const nothing = {
  warnings: [],
  repositories: [],
  services: [],
  healthCommands: [],
  credentials: [],
  resolvers: [],
  reducedSizing: null,
};

function nothingInside(reason: string): InsideReport {
  return { ...nothing, healthy: false, reasons: [reason] };
}
