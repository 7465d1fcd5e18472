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
}

/** What the engine at an address says of itself; undefined when it does not answer within 5 s. */
export async function askEngine(address: string): Promise<Engine | undefined> {
  const answer = address.startsWith("unix://")
    ? await askSocket(address.slice("unix://".length))
    : await askByCommand(address);
  return answer === undefined
    ? undefined
    : { address, version: answer.Version, operatingSystem: answer.Os };
}

interface VersionAnswer {
  readonly Version: string;
  readonly Os: string;
}

/** Needs no docker command. */
function askSocket(socketPath: string): Promise<VersionAnswer | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      { socketPath, path: "/version", timeout: answerLimitMilliseconds },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
        response.on("error", () => resolve(undefined));
        response.on("end", () => resolve(parseAnswer(body)));
      },
    );
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(undefined));
    asked.on("close", () => resolve(undefined));
    asked.end();
  });
}

/** For addresses over ssh and TLS, which the docker command knows how to dial. */
async function askByCommand(address: string): Promise<VersionAnswer | undefined> {
  const printed = await docker(["--host", address, "version", "--format", "{{json .Server}}"]);
  return printed === undefined ? undefined : parseAnswer(printed);
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

function parseAnswer(text: string): VersionAnswer | undefined {
  try {
    const answer = JSON.parse(text) as Partial<VersionAnswer> | null;
    return answer?.Version && answer.Os
      ? { Version: answer.Version, Os: answer.Os.toLowerCase() }
      : undefined;
  } catch {
    return undefined;
  }
}
