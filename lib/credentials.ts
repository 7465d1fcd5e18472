import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import type { ContainerDemands } from "./container/demands";
import { checkHostPath } from "./container/guarded-paths";
import { checkProps } from "./props";
import { refuse, refuseInCvmfs } from "./refusal";

/** Where the host keeps what the VO-Box shows others. At least one of the two. */
export interface GridCredentialsProps {
  /**
   * Directory of the host that holds `hostcert.pem` and `hostkey.pem` (mode 400 or 600, root's); absolute path,
   * usually `/etc/grid-security`. The VO-Box sees it at `/etc/grid-security`.
   * @default - none
   */
  readonly hostCertificateDirectory?: string;
  /**
   * Directory of the host in which the renewal service keeps the proxies (`*lcgadmin`, mode 400 or 600, readable
   * for the VO account's number); absolute path. The VO-Box sees it at `/var/lib/vobox/alice/proxy_repository`.
   * @default - none
   */
  readonly proxyDirectory?: string;
}

/** What is bound, by prop: its name in the environment, and where the services look for it. */
const bindings = {
  // WLCG VOBOX deployment.
  hostCertificateDirectory: { name: "host-certificate", target: "/etc/grid-security" },
  // JAliEn documentation, "Manage VOBox Proxy".
  proxyDirectory: { name: "proxies", target: "/var/lib/vobox/alice/proxy_repository" },
} as const;

/**
 * Host certificate and proxies of a VO-Box.
 *
 * Directories of the host are bound read-only, and never files: a renewal puts a new file in place, and a bind of
 * the file would go on showing the old one. Terraform knows the paths and reads nothing in them, so no key
 * stands in its state, in a plan or in an image.
 */
export class GridCredentials {
  /** Directory of the host with the host certificate and its key. */
  readonly hostCertificateDirectory?: string;
  /** Directory of the host with the proxies. */
  readonly proxyDirectory?: string;

  /** @throws Refusal when the props are no object or misnamed; everything else is refused by the container that gets it. */
  constructor(props: GridCredentialsProps) {
    checkProps<GridCredentialsProps>("GridCredentials", "props", props, bindings);
    this.hostCertificateDirectory = props.hostCertificateDirectory;
    this.proxyDirectory = props.proxyDirectory;
  }

  /** What it asks of the container: the binds, and which of them health looks at. */
  demands(): ContainerDemands {
    const given = this.given;
    return {
      environment: { VOBOX_CREDENTIALS: given.map(({ name }) => name).join(" ") },
      mounts: given.map(({ source, target }) => ({ type: "bind", source, target, readOnly: true })),
    };
  }

  /** @throws Refusal for no directory at all, and for one that cannot be what it is given for. */
  validate(scope: IConstruct, property: string): void {
    const { given } = this;
    if (given.length === 0)
      refuse(scope, {
        property,
        given: {},
        allowed: "hostCertificateDirectory, proxyDirectory or both",
        remedy: "Leave credentials out where the VO-Box has none.",
      });
    for (const { prop, source } of given) {
      checkHostPath(scope, `${property}.${prop}`, source);
      if (!Token.isUnresolved(source))
        refuseInCvmfs(
          scope,
          `${property}.${prop}`,
          source,
          "Everybody reads /cvmfs: no key lies there.",
        );
    }
    if (given.length === 2 && given[0].source === given[1].source)
      refuse(scope, {
        property: `${property}.proxyDirectory`,
        given: given[1].source,
        allowed: "another directory than hostCertificateDirectory",
        remedy: "The VO account reads the proxies, and not the host's key.",
      });
  }

  private get given() {
    return (Object.keys(bindings) as (keyof typeof bindings)[]).flatMap((prop) => {
      const source = this[prop];
      return source === undefined ? [] : [{ prop, source, ...bindings[prop] }];
    });
  }
}
