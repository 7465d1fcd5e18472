import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../settings";
import type { Daemon, Host } from "../support/host";
import { Problem } from "../support/problem";
import { publishRepository, type Publication } from "./publish";
import { publicKeyFile } from "./publishing/keys";
import { waitUntilReady } from "./ready";

/** A repository to publish and serve. */
export interface LocalRepository {
  /** Full name, e.g. "alice.cern.ch". */
  readonly name: string;
  /** The directory tree that it holds. */
  readonly source: string;
}

export interface LocalRepositoriesOptions {
  /** Runs the server. */
  readonly host: Host;
  readonly repositories: readonly LocalRepository[];
  /** Keeps what is published; created. The host sees it at the same path. */
  readonly directory: string;
  /** Keeps the keys that sign the repositories; created. One for all services whose repositories one client is to read. */
  readonly keysDirectory: string;
  /** Port of the server on the host's 127.0.0.1. */
  readonly port: number;
}

/** The repository with servers and keys of the others, as the official client's package names it. */
export const configRepository = "cvmfs-config.cern.ch";

/** Where a client in the container finds the keys that the configuration repository brings. */
const configRepositoryKeys = `/cvmfs/${configRepository}/etc/cvmfs/keys`;

const serverName = "cvmfs-server";

/** The stand-ins for ALICE's two repositories, which lie beside this file. */
export function standInRepositories(): LocalRepository[] {
  const directory = path.join(__dirname, "stand-ins");
  const names = readdirSync(directory).sort();
  return names.map((name) => ({ name, source: path.join(directory, name) }));
}

/** Where a server with that port, on loopback, serves repositories; `@fqrn@` stands for a repository's name. */
export function serverUrl(port: number): string {
  return `http://127.0.0.1:${port}/cvmfs/@fqrn@`;
}

/** Repositories of this machine, and their server. */
export class LocalRepositories {
  constructor(private readonly options: LocalRepositoriesOptions) {
    mkdirSync(options.directory, { recursive: true });
  }

  /** Whether the server was started on a host and is there still. */
  static isServedOn(host: Host): boolean {
    return host.findDaemon(serverName)?.isRunning() === true;
  }

  /** Stops the server on a host, whichever process started it; nothing where there is none. */
  static async stopOn(host: Host): Promise<void> {
    await host.findDaemon(serverName)?.stop();
  }

  /** The server. */
  get server(): Daemon {
    const daemon = this.options.host.findDaemon(serverName);
    if (!daemon) throw new Error(`${serverName} has not been started`);
    return daemon;
  }

  /** For a client that is to read them. */
  get serverUrl(): string {
    return serverUrl(this.options.port);
  }

  /** Domains of the repositories, e.g. "cern.ch". */
  get domains(): readonly string[] {
    const names = [configRepository, ...this.options.repositories.map(({ name }) => name)];
    return [...new Set(names.map((name) => name.slice(name.indexOf(".") + 1)))];
  }

  /** Public key (PEM) with which a client verifies them; after {@link publish}. */
  readPublicKey(): Buffer {
    return readFileSync(publicKeyFile(this.options.keysDirectory));
  }

  /**
   * Publishes what has changed in the sources, and the configuration repository. Seen where a repository is
   * mounted anew, not before.
   */
  async publish(): Promise<Publication[]> {
    const { directory, keysDirectory, repositories } = this.options;
    const publications: Publication[] = [];
    for (const { name, source } of repositories) {
      const destination = path.join(directory, "cvmfs", name);
      publications.push(
        await publishRepository({ repository: name, source, destination, keysDirectory }),
      );
    }
    await publishRepository({
      repository: configRepository,
      source: this.writeConfigRepository(),
      destination: path.join(directory, "cvmfs", configRepository),
      keysDirectory,
    });
    return publications;
  }

  /** The configuration repository's tree: for each domain its server and the keys. */
  private writeConfigRepository(): string {
    const source = path.join(this.options.directory, "config-repository");
    rmSync(source, { recursive: true, force: true });
    for (const domain of this.domains) {
      const write = (name: string, content: string | Buffer): void => {
        const file = path.join(source, "etc/cvmfs", name);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, content);
      };
      write(`keys/${domain}/cdktf-vobox-local.pub`, this.readPublicKey());
      write(
        `domain.d/${domain}.conf`,
        `CVMFS_SERVER_URL='${this.serverUrl}'\nCVMFS_KEYS_DIR='${configRepositoryKeys}/${domain}'\n`,
      );
    }
    return source;
  }

  /** Starts the server, unless it runs already. */
  async startServer(): Promise<void> {
    const { host, port } = this.options;
    if (LocalRepositories.isServedOn(host)) return;
    const started = Date.now();
    const args = [serverProgram(), this.options.directory, "127.0.0.1", String(port)];
    const daemon = await host.startDaemon(serverName, process.execPath, args);
    // The log goes on from start to start, so the time in the line tells which one it is of.
    const isReady = () =>
      [...readFileSync(daemon.logFile, "utf8").matchAll(/^listening on \S+ since (\S+)$/gm)].some(
        ([, since]) => Date.parse(since) >= started,
      );
    await waitUntilReady("The repository server", host, daemon, isReady);
  }

  async stopServer(): Promise<void> {
    await LocalRepositories.stopOn(this.options.host);
  }
}

/** The compiled server, also when this runs from its source, as in tests. */
function serverProgram(): string {
  const program = path.join(repositoryRoot(), "dist", "local", "cvmfs", "server.js");
  if (!existsSync(program)) {
    throw new Problem(
      `The repository server is not compiled: there is no ${program}; run "npm run build".`,
    );
  }
  return program;
}
