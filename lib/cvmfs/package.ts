import type { IConstruct } from "constructs";
import type { BaseImage } from "../image/base-image";
import type { VoBoxFile } from "../image/file";
import { portInUrl } from "../network/addresses";
import { checkProps, type PropNames } from "../props";
import { checkText } from "../refusal";

/** Where an image's official CVMFS client comes from. */
export interface CvmfsOfficialPackageProps {
  /**
   * Address of the release package (rpm or deb, as the base's family), which brings the address and the keys of
   * the package repository: that of a mirror of one's own, say.
   * @default - CERN's, for the base's family
   */
  readonly releasePackage?: string;
}

/** A client that an image is given as files. */
export interface CvmfsCompatiblePackageProps {
  /** Its program, `/sbin/mount.cvmfs`, configuration and keys. */
  readonly files: readonly VoBoxFile[];
  /** Packages that it needs, by the names of the base's family. @default - none */
  readonly packages?: readonly string[];
}

const packageUrl = new RegExp(
  String.raw`^https?://[A-Za-z0-9.-]+(${portInUrl})?/[A-Za-z0-9./_+~-]+\.(rpm|deb)$`,
);

const officialPropNames: PropNames<CvmfsOfficialPackageProps> = {
  releasePackage: true,
};

const compatiblePropNames: PropNames<CvmfsCompatiblePackageProps> = {
  files: true,
  packages: true,
};

/** The CVMFS client that an image holds, for containers that mount CVMFS themselves. */
export class CvmfsPackage {
  /** The official client, from CERN's package repository. */
  static official(props: CvmfsOfficialPackageProps = {}): CvmfsPackage {
    checkProps("CvmfsPackage", "props", props, officialPropNames);
    return new CvmfsPackage("official", props.releasePackage, [], []);
  }

  /**
   * Another client that takes the official one's place and reads the same configuration: where the official
   * package cannot be had.
   */
  static compatible(props: CvmfsCompatiblePackageProps): CvmfsPackage {
    checkProps("CvmfsPackage", "props", props, compatiblePropNames);
    return new CvmfsPackage("compatible", undefined, props.files, props.packages ?? []);
  }

  /** No client: the image can only be given the host's CVMFS. */
  static none(): CvmfsPackage {
    return new CvmfsPackage("none", undefined, [], []);
  }

  private constructor(
    private readonly kind: "official" | "compatible" | "none",
    private readonly releasePackage: string | undefined,
    /** Files that the image gets for it. */
    readonly files: readonly VoBoxFile[],
    /** Packages that the image gets for it, beside the client's own. */
    readonly packages: readonly string[],
  ) {}

  /** Whether a container can mount CVMFS with it. */
  get isThere(): boolean {
    return this.kind !== "none";
  }

  /** @throws Refusal for an address that none can be fetched from; files and packages are checked as the image's own */
  validate(scope: IConstruct, property: string): void {
    if (this.releasePackage !== undefined)
      checkText(scope, `${property}.releasePackage`, this.releasePackage, {
        pattern: packageUrl,
        allowed: "the address of an rpm or deb, http:// or https://",
        remedy: "Leave it out for CERN's own, or give the address of a copy of it.",
      });
  }

  /** Dockerfile instructions that install it; empty where files are all. */
  renderInstall(base: BaseImage): readonly string[] {
    return this.kind === "official" ? [base.renderCvmfsInstall(this.releasePackage)] : [];
  }
}
