import { createSocket } from "node:dgram";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { writeContainerClient } from "./cvmfs/container-client";
import { LocalRepositories, standInRepositories } from "./cvmfs/repositories";
import { CvmfsService } from "./cvmfs/service";
import { remembered } from "./answers";
import { askEngine, assertEngineUsable, findEngine, type Engine } from "./engine";
import { MachineHost } from "./machine-host";
import { PrivateHost } from "./private-host";
import { cvmfsServerPort, localDirectory, repositoryRoot } from "./settings";
import type { Host } from "./support/host";
import { Problem } from "./support/problem";
import { tryRun } from "./support/run";

const readLimitMilliseconds = 15_000;
const officialLimitMilliseconds = 5_000;

/** A repository file that every client of alice.cern.ch can read. */
const probeFile = "/cvmfs/alice.cern.ch/bin/alienv";

/** What the machine has already, and so what has to be prepared. */
export interface Survey {
  /** The engine that answers now, a private one of an earlier start included. */
  readonly runningEngine?: string;
  /** The engine that is used; undefined where a private one is made. */
  readonly engine?: Engine;
  /** Whether the host of the engine serves alice.cern.ch itself, not by what an earlier start set up. */
  readonly servesCvmfs: boolean;
  /** Why the VO-Box has to mount CVMFS itself, as a sentence; undefined where the host can serve it. */
  readonly mountsInContainer?: string;
}

/** The local machine as the host of a site. */
export interface LocalSite {
  /** For DOCKER_HOST. */
  readonly engineAddress: string;
  /** True when the engine runs in a private host made here. */
  readonly privateEngine: boolean;
  /**
   * Where the repositories are local ones with stand-ins for JAliEn and MonALISA: directory with the compatible
   * client as files of an image.
   */
  readonly containerClientDirectory?: string;
}

function privateHostDirectory(): string {
  return join(localDirectory(), "host");
}

/** One for each host: its journal of installed files must never be read for the other. */
function cvmfsDirectory(on: "private host" | "machine"): string {
  return join(localDirectory(), "cvmfs", on === "machine" ? "machine-service" : "service");
}

/** One for all local repositories, so that one client reads them all. */
export function cvmfsKeysDirectory(): string {
  return join(localDirectory(), "cvmfs", "keys");
}

function machineHost(): MachineHost {
  return new MachineHost(join(localDirectory(), "daemons"));
}

/**
 * Looks at what there is. Starts nothing.
 * @throws Problem when there is no engine and none can be made, or CVMFS is missing and cannot be served
 */
export async function survey(): Promise<Survey> {
  const ownHost = PrivateHost.attach(privateHostDirectory());
  // DOCKER_HOST may still name the private engine from an earlier start.
  const asked = process.env.DOCKER_HOST;
  const engine =
    ownHost && (!asked || asked === ownHost.engineAddress) ? undefined : await findEngine();
  if (engine) assertEngineUsable(engine);
  const ownCvmfs = CvmfsService.isRunningOn(machineHost());
  const servesCvmfs =
    engine !== undefined && !engine.virtualMachine && !ownCvmfs && (await isReadable(probeFile));
  const isRootOnLinux = process.platform === "linux" && process.getuid?.() === 0;
  if (engine && !servesCvmfs && !engine.address.startsWith("unix://"))
    throw new Problem(
      `The engine at ${engine.address} is on another machine, and Nemesis runs on this one: unset DOCKER_HOST, or choose the local engine with docker context use.`,
    );
  if (!isRootOnLinux && !engine)
    throw new Problem(
      "No Docker engine answers on this machine. One can be set up here by root on Linux only: run this as root " +
        "on Debian, or start an engine and run it again.",
    );
  const ownEngine = ownHost && (await askEngine(ownHost.engineAddress));
  return {
    engine,
    servesCvmfs,
    runningEngine: engine?.address ?? ownEngine?.address,
    mountsInContainer: engine && !servesCvmfs ? whyInContainer(engine, isRootOnLinux) : undefined,
  };
}

/** Why this machine cannot run the autofs that the engine's containers would see. */
function whyInContainer(engine: Engine, isRootOnLinux: boolean): string | undefined {
  if (engine.virtualMachine)
    return "The engine's containers run in a virtual machine and see nothing that is mounted here";
  if (process.platform !== "linux") return "This machine is no Linux, and has no autofs";
  return isRootOnLinux ? undefined : "This account is not root, and cannot run autofs";
}

/**
 * Whether the official client's packages can be had.
 * @param releasePackage address of the package that makes their repository known
 */
export function officialClientAnswers(releasePackage: string): Promise<boolean> {
  return remembered("cvmfs-packages", async () => {
    const signal = AbortSignal.timeout(officialLimitMilliseconds);
    const answer = fetch(releasePackage, { method: "HEAD", signal });
    return (await answer.catch(() => undefined))?.ok === true;
  });
}

/** @throws Problem where the compatible client cannot take the official one's place in the container */
export function assertStandInsReachable(found: Survey): void {
  if (found.mountsInContainer === undefined || !engineIsElsewhere(found)) return;
  throw new Problem(
    `${found.mountsInContainer}. So the VO-Box has to mount CVMFS itself, and the official client's packages ` +
      "cannot be reached: look at the network and start again, or use an engine that runs on Linux itself " +
      "(docker context use default, or DOCKER_HOST), whose containers can read the local repositories.",
  );
}

function engineIsElsewhere({ engine }: Survey): boolean {
  return engine?.virtualMachine === true || process.platform !== "linux";
}

/**
 * Brings up what the survey found missing, and leaves alone what runs already.
 * @param clientBinary the compatible CVMFS client, where it is to read local repositories; undefined where the
 * host serves CVMFS, or the VO-Box mounts it with the official client
 * @throws Problem when something does not come up
 */
export async function bringUp(found: Survey, clientBinary: string | undefined): Promise<LocalSite> {
  const ownHost = PrivateHost.attach(privateHostDirectory());
  const privateHost = found.engine ? undefined : (ownHost ?? (await privateSiteHost()));
  try {
    return await bringUpOn(privateHost, found, clientBinary);
  } catch (error) {
    // Half a host is of no use; one that was there before may still run a VO-Box.
    if (!ownHost) await privateHost?.destroy({ keepEngineData: true });
    throw error;
  }
}

/** Nemesis's startup commands, see docs/commands.md. */
function startupDirectories(): string[] {
  const directory = process.env.VOBOX_NEMESIS_STARTUP_DIRECTORY;
  return directory ? [directory] : [];
}

/** @throws Problem when the engine could not bind the startup commands: the old VO-Box would be gone by then */
async function assertStartupDirectory(host: Host): Promise<void> {
  for (const directory of startupDirectories()) {
    if ((await host.tryRun("test", ["-d", directory])).exitCode === 0) continue;
    throw new Problem(
      `VOBOX_NEMESIS_STARTUP_DIRECTORY is ${directory}, which is no directory that ${host.name} sees: ` +
        `give another, or make it and run npm run destroy before npm start.`,
    );
  }
}

async function bringUpOn(
  privateHost: PrivateHost | undefined,
  found: Survey,
  clientBinary: string | undefined,
): Promise<LocalSite> {
  await assertStartupDirectory(privateHost ?? machineHost());
  const containerClientDirectory =
    clientBinary && (await bringUpRepositories(privateHost, found, clientBinary));
  return {
    // After CVMFS: containers that the engine starts again find it there.
    engineAddress: await bringUpEngine(found),
    privateEngine: privateHost !== undefined,
    containerClientDirectory,
  };
}

/** Local repositories, mounted by the host's autofs or to be mounted by the VO-Box. Returns the client for its image. */
async function bringUpRepositories(
  privateHost: PrivateHost | undefined,
  found: Survey,
  clientBinary: string,
): Promise<string> {
  const host: Host = privateHost ?? machineHost();
  const options = {
    host,
    repositories: standInRepositories(),
    directory: cvmfsDirectory(privateHost ? "private host" : "machine"),
    keysDirectory: cvmfsKeysDirectory(),
    port: cvmfsServerPort,
  };
  if (found.mountsInContainer === undefined) {
    if (!privateHost) await host.run("mount", ["--make-rshared", "/"]);
    const ignoreInstalledClient = privateHost !== undefined;
    await CvmfsService.start({ ...options, clientBinary, ignoreInstalledClient });
  } else {
    const repositories = new LocalRepositories(options);
    await repositories.publish();
    await repositories.startServer();
  }
  return makeContainerClient(clientBinary);
}

/** Writes the compatible client as files of an image, which reads the local repositories. Returns their directory. */
export async function makeContainerClient(clientBinary: string): Promise<string> {
  const directory = join(localDirectory(), "cvmfs", "container-client");
  const keysDirectory = cvmfsKeysDirectory();
  await writeContainerClient({ directory, clientBinary, keysDirectory, port: cvmfsServerPort });
  return directory;
}

/** Starts the private engine where there is no other, and returns the address of the one to use. */
async function bringUpEngine(found: Survey): Promise<string> {
  if (found.engine) return found.engine.address;
  const host = await privateSiteHost();
  await host.startEngine();
  return host.engineAddress;
}

async function privateSiteHost(): Promise<PrivateHost> {
  const directory = privateHostDirectory();
  const running = PrivateHost.attach(directory);
  if (running) return running;
  return PrivateHost.start({
    name: "nemesis-host",
    directory,
    network: "machine",
    // Of what lies in /tmp and /run it sees these only.
    sharedDirectories: [repositoryRoot(), localDirectory(), ...startupDirectories()],
    lifetime: "detached",
    engineStorage: "disk",
  });
}

/** Whether the engine at that address is, or was, the private one of this folder. */
export function isPrivateEngine(address: string): boolean {
  return address === PrivateHost.engineAddressIn(privateHostDirectory());
}

/**
 * The engine at the address that a deployment went to, brought up when it is the private one.
 * @throws Problem when it does not answer
 */
export async function bringUpDeployedEngine(address: string): Promise<void> {
  if (isPrivateEngine(address)) await (await privateSiteHost()).startEngine();
  else if (!(await askEngine(address)))
    throw new Problem(
      `Nemesis was deployed to the engine at ${address}, which does not answer: start that engine and run this again.`,
    );
}

/**
 * Takes down what {@link bringUp} made; an engine and a CVMFS that were there before stay.
 * @param removeData also the private engine's images and volumes, and the local repositories
 */
export async function takeDown(removeData: boolean): Promise<void> {
  const directory = privateHostDirectory();
  await PrivateHost.attach(directory)?.destroy({ keepEngineData: !removeData });
  await CvmfsService.stopOn(machineHost(), cvmfsDirectory("machine"));
  await LocalRepositories.stopOn(machineHost());
  if (!removeData) return;
  await PrivateHost.removeStale(localDirectory());
  const { directory: daemons } = machineHost();
  for (const folder of [
    directory,
    cvmfsDirectory("private host"),
    cvmfsDirectory("machine"),
    cvmfsKeysDirectory(),
    daemons,
  ])
    rmSync(folder, { recursive: true, force: true });
}

/** In a process of its own: a read of a dead mount may hang. */
async function isReadable(path: string): Promise<boolean> {
  const read = tryRun("head", ["-c", "1", path], { timeoutMilliseconds: readLimitMilliseconds });
  return (await read.catch(() => undefined))?.exitCode === 0;
}

/** A port that a service of the VO-Box listens on. */
export interface Port {
  readonly number: number;
  readonly protocol: "tcp" | "udp";
  /** Shown when it is taken. */
  readonly use: string;
}

/** The port of the repositories' server, where one has to be started. */
export function cvmfsPorts(found: Survey): Port[] {
  const host = found.engine ? machineHost() : PrivateHost.attach(privateHostDirectory());
  if (found.servesCvmfs || (host && LocalRepositories.isServedOn(host))) return [];
  const use = "the server of the local repositories (VOBOX_CVMFS_PORT names another port)";
  return [{ number: cvmfsServerPort, protocol: "tcp", use }];
}

/** @throws Problem when one of the ports is in use on this machine */
export async function assertPortsFree(ports: readonly Port[]): Promise<void> {
  for (const { number, protocol, use } of ports) {
    if (await (protocol === "tcp" ? tcpPortIsFree(number) : udpPortIsFree(number))) continue;
    throw new Problem(
      `Port ${number}/${protocol} is taken on this machine, and ${use} needs it: end what listens there (ss -lnp shows it) and start again.`,
    );
  }
}

function tcpPortIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function udpPortIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind({ port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
