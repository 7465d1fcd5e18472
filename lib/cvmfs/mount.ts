import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import type { ContainerDemands } from "../container/demands";
import { checkHostPath } from "../container/guarded-paths";
import type { IVoBoxImage } from "../image/image";
import { checkProps, type PropNames } from "../props";
import { checkDistinct, checkInstance, checkList, checkText, copyOf, refuse } from "../refusal";
import { CvmfsClient } from "./client";
import { CvmfsRepository } from "./repository";
import { cvmfsUpstream } from "./upstream";

const cvmfsRoot = "/cvmfs";

/** What is the same wherever CVMFS is mounted. */
export interface CvmfsMountProps {
  /**
   * The repositories that the VO-Box needs. They decide what init waits for and what counts as healthy.
   * @default - alice.cern.ch and alice-ocdb.cern.ch
   */
  readonly repositories?: readonly CvmfsRepository[];
}

/** How a host's CVMFS comes into the container. */
export interface CvmfsFromHostProps extends CvmfsMountProps {
  /**
   * Where the container sees CVMFS: `/cvmfs`, or one repository below it. All software on CVMFS is built for that path.
   * @default /cvmfs
   */
  readonly mountPoint?: string;
  /**
   * What is bound from the host. The bind has to lie on a shared mount.
   * @default - the mount point's own path
   */
  readonly hostPath?: string;
  /** The set-up of the host's client: `defaultLocal` is what belongs there. @default - the host's own, whatever it is */
  readonly client?: CvmfsClient;
}

/** How a container mounts CVMFS itself. */
export interface CvmfsInContainerProps extends CvmfsMountProps {
  /** The set-up of its client. @default new CvmfsClient() */
  readonly client?: CvmfsClient;
  /**
   * The repository with servers and keys of the others, which is mounted first; its own come with the client's
   * package.
   * @default cvmfs-config.cern.ch
   */
  readonly configRepository?: string;
}

const fromHostPropNames: PropNames<CvmfsFromHostProps> = {
  repositories: true,
  mountPoint: true,
  hostPath: true,
  client: true,
};

const inContainerPropNames: PropNames<CvmfsInContainerProps> = {
  repositories: true,
  client: true,
  configRepository: true,
};

/** How a VO-Box comes by CVMFS. */
export abstract class CvmfsMount {
  /**
   * The host's own client, through autofs: `/cvmfs` is bound read-only and with `rslave`, so that what
   * autofs mounts and unmounts on the host later is seen inside. With Docker's default, a repository
   * that was not mounted at the start answers "Too many levels of symbolic links" for ever.
   */
  static fromHost(props: CvmfsFromHostProps = {}): CvmfsMount {
    return new FromHost(props);
  }

  /**
   * The client of the image, in the container: it needs nothing of the host but `/dev/fuse`. The container gets
   * the capability SYS_ADMIN, which mounting takes, and goes without the engine's AppArmor profile, which
   * forbids mounts; it is not privileged. Its cache is a volume of its own, for two clients on one cache destroy it.
   */
  static inContainer(props: CvmfsInContainerProps = {}): CvmfsMount {
    return new InContainer(props);
  }

  /** The repositories that the VO-Box needs. */
  readonly repositories: readonly CvmfsRepository[];
  /** The set-up of the client; undefined where it is the host's own affair. */
  readonly client: CvmfsClient | undefined;

  protected constructor(props: CvmfsMountProps, client: CvmfsClient | undefined) {
    this.repositories = copyOf(
      props.repositories ?? [CvmfsRepository.alice(), CvmfsRepository.aliceOcdb()],
    );
    this.client = client;
  }

  /** What belongs into `/etc/cvmfs/default.local` of the client that mounts; undefined where that is the host's own affair. */
  get defaultLocal(): string | undefined {
    return this.client?.renderDefaultLocal(this.repositories);
  }

  /** Whether the container mounts CVMFS itself. */
  protected abstract readonly usesClientOfImage: boolean;

  /** What it asks of the container with that name on the engine. */
  abstract demands(containerName: string): ContainerDemands;

  /** @throws Refusal for repositories, paths or client settings that cannot work, and for an image that lacks a client */
  validate(scope: IConstruct, property: string, image: IVoBoxImage): void {
    if (this.usesClientOfImage && !image.hasCvmfsClient)
      refuse(scope, {
        property,
        given: "CvmfsMount.inContainer()",
        allowed: "CvmfsMount.fromHost() with this image, which holds no CVMFS client",
        remedy: "Give the image a client: cvmfsPackage: CvmfsPackage.official().",
      });
    checkList(scope, `${property}.repositories`, this.repositories);
    if (this.repositories.length === 0)
      refuse(scope, {
        property: `${property}.repositories`,
        given: [],
        allowed: "at least one repository",
        remedy: "JAliEn itself comes from alice.cern.ch.",
      });
    this.repositories.forEach((repository, index) => {
      const place = `${property}.repositories[${index}]`;
      checkInstance(
        scope,
        place,
        repository,
        CvmfsRepository,
        'CvmfsRepository.alice(), CvmfsRepository.aliceOcdb() or new CvmfsRepository("<name>.<domain>")',
      );
      repository.validate(scope, place);
    });
    checkDistinct(scope, `${property}.repositories`, this.repositories, ({ name }) => name);
    if (this.client === undefined) return;
    const place = `${property}.client`;
    checkInstance(scope, place, this.client, CvmfsClient, "new CvmfsClient({ … })");
    this.client.validate(scope, place);
  }

  /** What init and health are told, wherever CVMFS is mounted. */
  protected get environment(): Readonly<Record<string, string>> {
    const probeFiles = this.repositories
      .filter((repository) => repository.probeFile !== undefined)
      .map((repository) => `${repository.name}=${repository.probeFile}`);
    return {
      VOBOX_CVMFS_REPOSITORIES: this.repositories.map((repository) => repository.name).join(" "),
      ...(probeFiles.length > 0 && { VOBOX_CVMFS_PROBE_FILES: probeFiles.join(" ") }),
    };
  }
}

class FromHost extends CvmfsMount {
  protected override readonly usesClientOfImage = false;
  private readonly mountPoint: string;
  private readonly hostPath: string;

  constructor(props: CvmfsFromHostProps) {
    checkProps("CvmfsMount", "props", props, fromHostPropNames);
    super(props, props.client);
    this.mountPoint = props.mountPoint ?? cvmfsRoot;
    this.hostPath = props.hostPath ?? this.mountPoint;
  }

  override demands(): ContainerDemands {
    return {
      environment: this.environment,
      mounts: [
        {
          type: "bind",
          source: this.hostPath,
          target: this.mountPoint,
          readOnly: true,
          bindOptions: { propagation: "rslave" },
        },
      ],
    };
  }

  override validate(scope: IConstruct, property: string, image: IVoBoxImage): void {
    checkText(scope, `${property}.mountPoint`, this.mountPoint, {
      pattern: /^\/cvmfs(\/[a-z0-9][a-z0-9.-]*)?$/,
      allowed: "/cvmfs, or one repository's directory in it",
      remedy: "The software on CVMFS is built for that path.",
    });
    checkHostPath(scope, `${property}.hostPath`, this.hostPath);
    super.validate(scope, property, image);
    this.repositories.forEach(({ name }, index) => {
      if (Token.isUnresolved(name) || Token.isUnresolved(this.mountPoint)) return;
      if (!`${cvmfsRoot}/${name}/`.startsWith(`${this.mountPoint}/`))
        refuse(scope, {
          property: `${property}.repositories[${index}]`,
          given: name,
          allowed: `repositories below ${this.mountPoint}`,
          remedy: "Bind /cvmfs as a whole.",
        });
    });
  }
}

class InContainer extends CvmfsMount {
  protected override readonly usesClientOfImage = true;
  declare readonly client: CvmfsClient;
  private readonly configRepository: string;

  constructor(props: CvmfsInContainerProps) {
    checkProps("CvmfsMount", "props", props, inContainerPropNames);
    super(props, props.client ?? new CvmfsClient());
    this.configRepository = props.configRepository ?? cvmfsUpstream.configRepository;
  }

  override demands(containerName: string): ContainerDemands {
    const cache = `${containerName}-cvmfs-cache`;
    return {
      environment: {
        ...this.environment,
        VOBOX_CVMFS_CONFIG_REPOSITORY: this.configRepository,
      },
      volumeNames: { cvmfsCache: cache },
      mounts: [{ type: "volume", source: cache, target: "/var/lib/cvmfs" }],
      files: { "/etc/cvmfs/default.local": this.client.renderDefaultLocal(this.repositories) },
      capabilities: ["SYS_ADMIN"],
      devices: ["/dev/fuse"],
      // An engine on a host without AppArmor takes it and ignores it.
      securityOptions: ["apparmor=unconfined"],
    };
  }

  override validate(scope: IConstruct, property: string, image: IVoBoxImage): void {
    super.validate(scope, property, image);
    new CvmfsRepository(this.configRepository).validate(scope, `${property}.configRepository`);
  }
}
