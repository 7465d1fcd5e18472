import type { IConstruct } from "constructs";
import { joined } from "../literals";
import { portInUrl } from "../network/addresses";
import { checkList, checkText, copyOf, isUnknownList, refuse, Unshown } from "../refusal";

const proxyUrl = new RegExp(
  String.raw`^https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(${portInUrl})?$`,
);

/** How a CVMFS client reaches the servers: its `CVMFS_HTTP_PROXY` and `CVMFS_CLIENT_PROFILE`. */
export class CvmfsProxy {
  /**
   * The client looks for the proxies of the network by itself, and goes without where there are none. For
   * sites with fewer than five machines that read CVMFS (client profile `single`).
   */
  static discovered(): CvmfsProxy {
    return new CvmfsProxy([], false, true);
  }

  /** Without a proxy. For fewer than five machines, or one with `useCdn`. */
  static none(): CvmfsProxy {
    return new CvmfsProxy([], true, false);
  }

  /**
   * The site's proxies as URLs, e.g. `http://squid.example.org:3128`. Each argument is one proxy, or a list of
   * proxies that share the load; the next argument is asked where none of those before answers.
   */
  static through(...groups: readonly (string | readonly string[])[]): CvmfsProxy {
    return new CvmfsProxy(
      groups.map((group) => (typeof group === "string" ? [group] : copyOf(group))),
      false,
      false,
    );
  }

  private constructor(
    private readonly groups: ReadonlyArray<readonly string[]>,
    private readonly endsDirect: boolean,
    private readonly discovers: boolean,
  ) {}

  /** The same, and without a proxy where none of them answers. */
  orNone(): CvmfsProxy {
    return new CvmfsProxy(this.groups, true, this.discovers);
  }

  /** Whether servers are asked without a proxy as the rule. */
  get isNone(): boolean {
    return this.groups.length === 0 && this.endsDirect && !this.discovers;
  }

  /** @throws Refusal for what is no proxy's URL, and for one with a password */
  validate(scope: IConstruct, property: string): void {
    if (this.groups.length === 0 && !this.endsDirect && !this.discovers)
      refuse(scope, {
        property,
        given: [],
        allowed: "at least one proxy, or CvmfsProxy.none()",
        remedy:
          "CERN asks sites for a proxy: give the site's, or say CvmfsProxy.none() where there is none.",
      });
    this.groups.forEach((group, index) => {
      const place = `${property}[${index}]`;
      checkList(scope, place, group);
      if (group.length === 0)
        refuse(scope, {
          property: place,
          given: [],
          allowed: "at least one",
          remedy: "Give a proxy, or leave the group out.",
        });
      if (isUnknownList(group)) return;
      for (const url of group) {
        if (typeof url === "string" && /\/\/[^/]*@/.test(url))
          refuse(scope, {
            property: place,
            given: new Unshown("a URL with a user"),
            allowed: "a proxy without user and password",
            remedy:
              "They would stand in clear in Terraform's state: let the proxy know the host by its address.",
          });
        checkText(scope, place, url, {
          pattern: proxyUrl,
          allowed:
            "http://host:port, such as http://squid.example.org:3128, with a port up to 65535",
          remedy: "No path after it, and DIRECT is said with .orNone().",
        });
      }
    });
  }

  /** The client's settings by name. */
  render(): Readonly<Record<string, string>> {
    const groups = this.groups.map((group) => joined("|", group));
    if (this.endsDirect) groups.push("DIRECT");
    return {
      ...(this.discovers && { CVMFS_CLIENT_PROFILE: "single" }),
      ...(groups.length > 0 && { CVMFS_HTTP_PROXY: groups.join(";") }),
    };
  }
}
