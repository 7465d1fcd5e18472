import { request } from "node:http";
import { Problem } from "./support/problem";
import { tryRun } from "./support/run";

/** A Docker engine that answers. */
export interface Engine {
  /** As in DOCKER_HOST, e.g. "unix:///var/run/docker.sock". */
  readonly address: string;
  readonly version: string;
  /** The kernel that its containers run on: "linux" or "windows". */
  readonly operatingSystem: string;
  /** What makes it unfit for a VO-Box although it answers; each completes "The engine …". */
  readonly limitations: readonly Limitation[];
  /** Whether its containers run in a virtual machine, and so see nothing that is mounted on this one. */
  readonly virtualMachine: boolean;
}

/** Something that an engine is and a VO-Box's must not be. */
interface Limitation {
  /** What it is, and what is therefore not possible. */
  readonly what: string;
  /** How to get an engine without it. */
  readonly mend: string;
}

const answerLimitMilliseconds = 5000;

/**
 * The engine that the docker command would use: DOCKER_HOST, else the current context's, else
 * /var/run/docker.sock. Undefined when none answers within 5 s.
 * Throws {@link Problem} when DOCKER_HOST is set and nothing answers there: another engine is not what was asked for.
 */
export async function findEngine(): Promise<Engine | undefined> {
  const chosen = process.env.DOCKER_HOST;
  if (chosen) {
    const engine = await askEngine(chosen);
    if (engine) return engine;
    throw new Problem(
      `DOCKER_HOST is ${chosen}, but no engine answers there: start that engine, or unset DOCKER_HOST.`,
    );
  }
  const usual = "unix:///var/run/docker.sock";
  const ofContext = await contextAddress();
  if (ofContext !== undefined && ofContext !== usual) {
    const engine = await askEngine(ofContext);
    if (engine) return engine;
  }
  return askEngine(usual);
}

/** Throws {@link Problem} when the engine cannot run a VO-Box. */
export function assertEngineUsable(engine: Engine): void {
  if (engine.operatingSystem !== "linux")
    throw new Problem(
      `The Docker engine at ${engine.address} runs ${engine.operatingSystem} containers, but a VO-Box needs ` +
        `linux containers: switch the engine over, or set DOCKER_HOST to another one.`,
    );
  for (const { what, mend } of engine.limitations)
    throw new Problem(`The Docker engine at ${engine.address} ${what}: ${mend}.`);
}

/** Of `docker info`, what tells how an engine was set up. */
interface InfoAnswer {
  readonly OperatingSystem?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly DriverStatus?: ReadonlyArray<readonly [name: string, value: string]> | null;
}

function limitationsIn(info: InfoAnswer): Limitation[] {
  const limitations: Limitation[] = [];
  if (info.SecurityOptions?.some((option) => option.split(",").includes("name=rootless")))
    limitations.push({
      what: "is rootless: its containers see no /cvmfs that is mounted after it started, nor this machine's network",
      mend: "use the engine that root runs (docker context use default, or DOCKER_HOST)",
    });
  if (
    info.DriverStatus?.some(
      ([name, value]) => name === "driver-type" && value === "io.containerd.snapshotter.v1",
    )
  )
    limitations.push({
      what: "keeps its images in containerd's store, into which the Terraform provider cannot build",
      mend:
        'set "features": {"containerd-snapshotter": false} in its /etc/docker/daemon.json and restart it ' +
        "(images that it has now are not shown until that is taken back)",
    });
  return limitations;
}

/** What the engine at an address says of itself; undefined when it does not answer within 5 s. */
export async function askEngine(address: string): Promise<Engine | undefined> {
  const ask = address.startsWith("unix://") ? askSocket : askByCommand;
  const [version, info] = await Promise.all([
    ask<Partial<VersionAnswer>>(address, "version"),
    ask<InfoAnswer>(address, "info"),
  ]);
  if (!version?.Version || !version.Os) return undefined;
  return {
    address,
    version: version.Version,
    operatingSystem: version.Os.toLowerCase(),
    limitations: limitationsIn(info ?? {}),
    virtualMachine: info?.OperatingSystem === "Docker Desktop",
  };
}

interface VersionAnswer {
  readonly Version: string;
  readonly Os: string;
}

type Question = "version" | "info";

/** Needs no docker command. */
function askSocket<Answer>(address: string, question: Question): Promise<Answer | undefined> {
  const socketPath = address.slice("unix://".length);
  return new Promise((resolve) => {
    const asked = request(
      { socketPath, path: `/${question}`, timeout: answerLimitMilliseconds },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
        response.on("error", () => resolve(undefined));
        response.on("end", () => resolve(parseAnswer<Answer>(body)));
      },
    );
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(undefined));
    asked.on("close", () => resolve(undefined));
    asked.end();
  });
}

/** For addresses over ssh and TLS, which the docker command knows how to dial. */
async function askByCommand<Answer>(
  address: string,
  question: Question,
): Promise<Answer | undefined> {
  const format = question === "version" ? "{{json .Server}}" : "{{json .}}";
  const printed = await docker(["--host", address, question, "--format", format]);
  return printed === undefined ? undefined : parseAnswer<Answer>(printed);
}

async function contextAddress(): Promise<string | undefined> {
  const printed = await docker(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  return printed?.trim() || undefined;
}

async function docker(args: readonly string[]): Promise<string | undefined> {
  try {
    const result = await tryRun("docker", args, { timeoutMilliseconds: answerLimitMilliseconds });
    return result.exitCode === 0 ? result.stdout : undefined;
  } catch {
    return undefined; // not installed, or no answer in time
  }
}

function parseAnswer<Answer>(text: string): Answer | undefined {
  try {
    const answer = JSON.parse(text) as Answer | null;
    return answer ?? undefined;
  } catch {
    return undefined;
  }
}
