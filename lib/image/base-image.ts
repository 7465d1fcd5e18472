import type { IConstruct } from "constructs";
import { cvmfsUpstream } from "../cvmfs/upstream";
import { portInUrl } from "../network/addresses";
import { checkProps, type PropNames } from "../props";
import { checkText } from "../refusal";

/** Another image of a base's family. */
export interface BaseImageProps {
  /** Name and tag, or name and digest, of the image. Not the tag `latest`. */
  readonly reference: string;
}

/** [registry[:port]/]name, then a tag, a digest or both. */
const imageReference = new RegExp(
  [
    String.raw`^([a-zA-Z0-9][a-zA-Z0-9.-]*(${portInUrl})?/)?[a-z0-9]+((\.|__?|-+|/)[a-z0-9]+)*`,
    String.raw`(:(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`,
    String.raw`|(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?@sha256:[0-9a-f]{64})$`,
  ].join(""),
);

const propNames: PropNames<BaseImageProps> = {
  reference: true,
};

/** What a VO-Box image is made from: a reference and the way in which its family installs packages. */
export abstract class BaseImage {
  /** What {@link el9} takes by default. */
  static readonly el9Reference = "almalinux:9.6";
  /** What {@link debian} takes by default. */
  static readonly debianReference = "debian:12-slim";

  /**
   * EL 9, what ALICE asks for (JAliEn documentation, VO-Box requirements). The default.
   * @param props another reference of the same family. @default BaseImage.el9Reference
   */
  static el9(props: BaseImageProps = { reference: BaseImage.el9Reference }): BaseImage {
    return new EnterpriseLinux(referenceIn(props));
  }

  /**
   * Debian 12: what a machine without a container registry can make itself.
   * @param props another reference of the same family. @default BaseImage.debianReference
   */
  static debian(props: BaseImageProps = { reference: BaseImage.debianReference }): BaseImage {
    return new Debian(referenceIn(props));
  }

  protected constructor(
    /** Name and tag, or digest. */
    readonly reference: string,
  ) {}

  /** Packages that the VO-Box itself needs, by this family's names. */
  abstract readonly requiredPackages: readonly string[];

  /** Dockerfile instructions that install the packages. */
  abstract renderInstall(packages: readonly string[]): string;

  /**
   * Dockerfile instructions that install the official CVMFS client.
   * @param releasePackage address of the package that makes its repository known. @default - CERN's
   */
  abstract renderCvmfsInstall(releasePackage?: string): string;

  /** @throws Refusal for a reference without a fixed version. */
  validate(scope: IConstruct, property: string): void {
    checkText(scope, `${property}.reference`, this.reference, {
      pattern: imageReference,
      allowed: "name:tag with a version as the tag (not latest), or name@sha256:digest",
      remedy: "Without a fixed version the same sources would give different images.",
    });
  }
}

/** Callers in JavaScript may give the reference itself. */
function referenceIn(props: BaseImageProps): string {
  checkProps("BaseImage", "props", props, propNames);
  return props.reference;
}

function listed(packages: readonly string[]): string {
  return packages.join(" \\\n      ");
}

/** What `cvmfs_config setup` writes beside the maps of autofs, which an image has no use for. */
const allowOthers =
  "(grep -qx user_allow_other /etc/fuse.conf || echo user_allow_other >>/etc/fuse.conf)";

class EnterpriseLinux extends BaseImage {
  // The commands that the VO-Box scripts and AliEn's call: ldapsearch, envsubst, perl, curl, tar, ps, hostname, awk, which;
  // openssl for health.
  readonly requiredPackages = [
    "ca-certificates",
    "curl-minimal",
    "findutils",
    "gawk",
    "gettext",
    "hostname",
    "openldap-clients",
    "openssl",
    "perl-interpreter",
    "procps-ng",
    "shadow-utils",
    "supervisor",
    "tar",
    "util-linux",
    "which",
  ];

  constructor(reference: string) {
    super(reference);
  }

  override renderInstall(packages: readonly string[]): string {
    return [
      "RUN dnf -y install epel-release \\",
      " && dnf -y install --setopt=install_weak_deps=False \\",
      `      ${listed(packages)} \\`,
      " && dnf clean all",
    ].join("\n");
  }

  override renderCvmfsInstall(
    releasePackage: string = cvmfsUpstream.releasePackages.enterpriseLinux,
  ): string {
    return [
      `RUN dnf -y install ${releasePackage} \\`,
      " && dnf -y install --setopt=install_weak_deps=False cvmfs cvmfs-fuse3 \\",
      ` && ${allowOthers} \\`,
      " && dnf clean all",
    ].join("\n");
  }
}

class Debian extends BaseImage {
  readonly requiredPackages = [
    "ca-certificates",
    "curl",
    "gettext-base",
    "hostname",
    "ldap-utils",
    "openssl",
    "perl",
    "procps",
    "supervisor",
    "tar",
    "util-linux",
  ];

  constructor(reference: string) {
    super(reference);
  }

  override renderInstall(packages: readonly string[]): string {
    return [
      "RUN apt-get update \\",
      " && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \\",
      `      ${listed(packages)} \\`,
      " && rm -rf /var/lib/apt/lists/*",
    ].join("\n");
  }

  override renderCvmfsInstall(
    releasePackage: string = cvmfsUpstream.releasePackages.debian,
  ): string {
    return [
      `RUN curl --fail --silent --show-error --location --output /tmp/cvmfs-release.deb ${releasePackage} \\`,
      " && apt-get update \\",
      " && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends /tmp/cvmfs-release.deb \\",
      " && apt-get update \\",
      " && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends cvmfs cvmfs-fuse3 \\",
      ` && ${allowOthers} \\`,
      " && rm -rf /tmp/cvmfs-release.deb /var/lib/apt/lists/*",
    ].join("\n");
  }
}
