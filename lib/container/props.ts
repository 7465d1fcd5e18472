import type { GridCredentials } from "../credentials";
import type { CvmfsMount } from "../cvmfs/mount";
import type { DnsSettings } from "../dns";
import type { IVoBoxImage } from "../image/image";
import type { VoBoxNetwork } from "../network/network";
import type { PropNames } from "../props";
import type { VoBoxSizing } from "../sizing";
import type { HealthCheckProps } from "./health-check";
import type { HealthCommandProps } from "./health-commands";
import type { LogRotationProps } from "./log-rotation";
import type { TemporaryDirectory } from "./temporary-directory";
import type { VoBoxMount } from "./mount";

/** What the container of a VO-Box is. */
export interface VoBoxContainerProps {
  /** The image that runs. */
  readonly image: IVoBoxImage;
  /**
   * Fully qualified name that the VO-Box is registered with in ALICE's LDAP, up to 64 characters. It
   * becomes the host name: services look their configuration up by it.
   */
  readonly fqdn: string;
  /** How CVMFS comes into the container. */
  readonly cvmfs: CvmfsMount;
  /** Name of the container on the engine. @default - the first label of the FQDN */
  readonly name?: string;
  /** How the VO-Box is attached to the network. @default VoBoxNetwork.host() */
  readonly network?: VoBoxNetwork;
  /** Resolvers of the site, in order. @default - those that the engine gives */
  readonly dns?: DnsSettings;
  /**
   * Directory of the host with the site's own startup commands; absolute path, refused where that of a bind is. It is
   * bound read-only at `/etc/vobox/init.d`. Its files (`*.sh`, or executables) run in order of their names before the
   * services start, as root; one that fails stops the start. Changing them needs no build.
   * @default - none
   */
  readonly startupDirectory?: string;
  /** Host certificate and proxies, from directories of the host. @default - none */
  readonly credentials?: GridCredentials;
  /** Megabytes of memory, without swap, 512 to 1048576: no less than `sizing` asks for. @default 4096 */
  readonly memoryMegabytes?: number;
  /** How large the VO-Box has to be. @default VoBoxSizing.alice() */
  readonly sizing?: VoBoxSizing;
  /**
   * Seconds from a stop until the engine kills the container, 10 to 600: at least 5 more than the image's
   * `stopSeconds`, the sum of those of its services.
   * @default 60
   */
  readonly stopGraceSeconds?: number;
  /** When the VO-Box counts as unhealthy. @default - see HealthCheckProps */
  readonly healthCheck?: HealthCheckProps;
  /** Commands that health depends on, besides those of the image's services. @default - none */
  readonly healthCommands?: readonly HealthCommandProps[];
  /** How much of the container's log is kept. @default - see LogRotationProps */
  readonly logRotation?: LogRotationProps;
  /**
   * Further environment of init and services. Names of letters, digits and `_`, not `VOBOX_…`; values of one
   * line, all of it 1 MiB at most. They stand in clear in Terraform's state and in `docker inspect`, so names
   * like that of a secret (`DB_PASS`, `PGPASSWORD`, `API_TOKENS`) are refused: bind a directory of the host
   * that holds it.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further labels of the container; as with the environment, none named like a secret. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Further directories of the host, and volumes; not the VO-Box's own. @default - none */
  readonly mounts?: readonly VoBoxMount[];
  /** Directories in memory, empty at each start. @default - none */
  readonly temporaryDirectories?: readonly TemporaryDirectory[];
  /**
   * Further Linux capabilities, e.g. `NET_ADMIN`, with or without `CAP_`, for programs of the site's own: `NET_ADMIN` is
   * for the host's network where that is the VO-Box's. Not `ALL`, and none that gives the host or its kernel away: `BPF`,
   * `DAC_READ_SEARCH`, `MAC_ADMIN`, `MAC_OVERRIDE`, `PERFMON`, `SYS_ADMIN`, `SYS_BOOT`, `SYS_MODULE`, `SYS_RAWIO`,
   * `SYS_TIME`.
   * @default - none besides the engine's own set
   */
  readonly capabilities?: readonly string[];
}

/** The names of all props but `image`. */
export const propNamesBesideImage: PropNames<Omit<VoBoxContainerProps, "image">> = {
  fqdn: true,
  cvmfs: true,
  name: true,
  network: true,
  dns: true,
  startupDirectory: true,
  credentials: true,
  memoryMegabytes: true,
  sizing: true,
  stopGraceSeconds: true,
  healthCheck: true,
  healthCommands: true,
  logRotation: true,
  environment: true,
  labels: true,
  mounts: true,
  temporaryDirectories: true,
  capabilities: true,
};

/** The names of all props. */
export const containerPropNames: PropNames<VoBoxContainerProps> = {
  image: true,
  ...propNamesBesideImage,
};
