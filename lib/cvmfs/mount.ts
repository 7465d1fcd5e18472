import type { ContainerMounts } from "@cdktf/provider-docker/lib/container";
import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import type { ContainerDemands } from "../container/demands";
import {
  absolutePath,
  checkDistinct,
  checkInstance,
  checkList,
  checkObject,
  checkText,
  copyOf,
  refuse,
} from "../refusal";
import { CvmfsRepository } from "./repository";

const cvmfsRoot = "/cvmfs";

/** How a host's CVMFS comes into the container. */
export interface CvmfsFromHostProps {
  /**
   * The repositories that the VO-Box needs. They decide what init waits for and what counts as healthy.
   * @default - alice.cern.ch and alice-ocdb.cern.ch
   */
  readonly repositories?: readonly CvmfsRepository[];
  /**
   * Where the container sees CVMFS: `/cvmfs`, or one repository below it. All software on CVMFS is built for that path.
   * @default /cvmfs
   */
  readonly mountPoint?: string;
  /**
   * What is bound from the host. It must lie on a shared mount there.
   * @default - the mount point's own path
   */
  readonly hostPath?: string;
}

/** How a VO-Box comes by CVMFS. */
export class CvmfsMount {
  /**
   * The host's own client, through autofs: `/cvmfs` is bound read-only and with `rslave`, so that what
   * autofs mounts and unmounts on the host later is seen inside. With Docker's default, a repository
   * that was not mounted at the start answers "Too many levels of symbolic links" for ever.
   */
  static fromHost(props: CvmfsFromHostProps = {}): CvmfsMount {
    return new CvmfsMount(props);
  }

  /** The repositories that the VO-Box needs. */
  readonly repositories: readonly CvmfsRepository[];
  /** Where the container sees CVMFS. */
  readonly mountPoint: string;
  /** What is bound from the host. */
  readonly hostPath: string;

  private constructor(props: CvmfsFromHostProps) {
    checkObject("CvmfsMount", "props", props);
    this.repositories = copyOf(
      props.repositories ?? [CvmfsRepository.alice(), CvmfsRepository.aliceOcdb()],
    );
    this.mountPoint = props.mountPoint ?? cvmfsRoot;
    this.hostPath = props.hostPath ?? this.mountPoint;
  }

  /** What it asks of the container with that name. */
  demands(): ContainerDemands {
    return { environment: this.environment, mounts: this.mounts };
  }

  private get environment(): Readonly<Record<string, string>> {
    const probeFiles = this.repositories
      .filter((repository) => repository.probeFile !== undefined)
      .map((repository) => `${repository.name}=${repository.probeFile}`);
    return {
      VOBOX_CVMFS_REPOSITORIES: this.repositories.map((repository) => repository.name).join(" "),
      ...(probeFiles.length > 0 && { VOBOX_CVMFS_PROBE_FILES: probeFiles.join(" ") }),
    };
  }

  private get mounts(): readonly ContainerMounts[] {
    return [
      {
        type: "bind",
        source: this.hostPath,
        target: this.mountPoint,
        readOnly: true,
        bindOptions: { propagation: "rslave" },
      },
    ];
  }

  /** @throws Refusal for repositories, mount point or host path that cannot work. */
  validate(scope: IConstruct, property: string): void {
    checkText(scope, `${property}.mountPoint`, this.mountPoint, {
      pattern: /^\/cvmfs(\/[a-z0-9][a-z0-9.-]*)?$/,
      allowed: "/cvmfs, or one repository's directory in it",
      remedy: "The software on CVMFS is built for that path.",
    });
    checkText(scope, `${property}.hostPath`, this.hostPath, {
      pattern: absolutePath,
      allowed: "an absolute path on the host other than /, without blanks, . or ..",
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
      if (Token.isUnresolved(repository.name) || Token.isUnresolved(this.mountPoint)) return;
      if (!`${cvmfsRoot}/${repository.name}/`.startsWith(`${this.mountPoint}/`))
        refuse(scope, {
          property: place,
          given: repository.name,
          allowed: `repositories below ${this.mountPoint}`,
          remedy: "Bind /cvmfs as a whole.",
        });
    });
    checkDistinct(scope, `${property}.repositories`, this.repositories, ({ name }) => name);
  }
}
