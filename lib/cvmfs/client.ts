import { Annotations } from "cdktf";
import type { IConstruct } from "constructs";
import { checkProps, type PropNames } from "../props";
import { checkBoolean, checkInstance, checkWholeNumber } from "../refusal";
import { CvmfsProxy } from "./proxy";
import type { CvmfsRepository } from "./repository";

/** Megabytes that ALICE asks for as cache (JAliEn documentation, VO-Box requirements: 5 GB). */
const quotaMegabytes = 5000;

/** How a CVMFS client is set up. */
export interface CvmfsClientProps {
  /** How it reaches the servers. @default CvmfsProxy.discovered() */
  readonly proxy?: CvmfsProxy;
  /**
   * Megabytes of its cache, 1000 to 1000000. The client takes it for a soft limit: the disk should hold a fifth
   * more. Below 1000 its own check (`cvmfs_config chksetup`) warns.
   * @default 5000, what ALICE asks for
   */
  readonly quotaMegabytes?: number;
  /** Whether it reads from a content delivery network in place of the stratum 1 servers: where no proxy is near. @default false */
  readonly useCdn?: boolean;
}

const propNames: PropNames<CvmfsClientProps> = {
  proxy: true,
  quotaMegabytes: true,
  useCdn: true,
};

/** The set-up of a CVMFS client: what stands in its `/etc/cvmfs/default.local`. */
export class CvmfsClient {
  /** How it reaches the servers. */
  readonly proxy: CvmfsProxy;
  /** Megabytes of its cache. */
  readonly quotaMegabytes: number;
  /** Whether it reads from a content delivery network. */
  readonly useCdn: boolean;

  /** @throws Refusal when the props are no object or misnamed; everything else is refused by the container that gets it. */
  constructor(props: CvmfsClientProps = {}) {
    checkProps("CvmfsClient", "props", props, propNames);
    this.proxy = props.proxy ?? CvmfsProxy.discovered();
    this.quotaMegabytes = props.quotaMegabytes ?? quotaMegabytes;
    this.useCdn = props.useCdn ?? false;
  }

  /** @throws Refusal for settings that the client would not work with */
  validate(scope: IConstruct, property: string): void {
    checkInstance(
      scope,
      `${property}.proxy`,
      this.proxy,
      CvmfsProxy,
      "CvmfsProxy.discovered(), CvmfsProxy.none() or CvmfsProxy.through(…)",
    );
    this.proxy.validate(scope, `${property}.proxy`);
    checkWholeNumber(scope, `${property}.quotaMegabytes`, this.quotaMegabytes, {
      minimum: 1000,
      maximum: 1_000_000,
      unit: "megabytes",
    });
    checkBoolean(scope, `${property}.useCdn`, this.useCdn);
    if (this.proxy.isNone && !this.useCdn)
      Annotations.of(scope).addWarning(
        `${scope.node.path}: ${property}: without a proxy and without useCdn each read goes to a stratum 1 server; five machines or more of a site overload it.`,
      );
  }

  /** The text of `default.local`, as the official client's documentation has it; a shell reads it. */
  renderDefaultLocal(repositories: readonly CvmfsRepository[]): string {
    const settings = {
      CVMFS_REPOSITORIES: repositories.map(({ name }) => name).join(","),
      ...this.proxy.render(),
      CVMFS_QUOTA_LIMIT: String(this.quotaMegabytes),
      ...(this.useCdn && { CVMFS_USE_CDN: "yes" }),
    };
    return [
      "# From the description of the VO-Box: change it there.",
      ...Object.entries(settings).map(([key, value]) => `${key}='${value}'`),
      "",
    ].join("\n");
  }
}
