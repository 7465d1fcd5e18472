import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, type AppConfig, Token } from "cdktf";
import { Refusal } from "../lib";
import { findClash, type NetworkClaim, clashRefusal } from "../lib/network/claims";
import { canonicalEngine } from "./engine";

/** Name of the file, in the synthesis output, that lists the sites for the `vobox` command. */
export const siteManifestFile = "vobox-sites.json";

/** A site as the `vobox` command sees it. */
export interface SiteManifestEntry {
  readonly site: string;
  /** Address of the engine, e.g. `unix:///var/run/docker.sock`. */
  readonly engine: string;
  /** Options of ssh for an engine at `ssh://`. */
  readonly sshOptions?: readonly string[];
  /** Name of the container on the engine. */
  readonly container: string;
  /** Name and tag of the image that the container should run. */
  readonly image: string;
  /** Name in ALICE's LDAP. */
  readonly fqdn: string;
  /** Names of the volumes with state and logs. No destroy by Terraform removes them. */
  readonly volumes: readonly string[];
  /** Ids of the site's stacks in the order of their deployment. */
  readonly stacks: readonly string[];
}

/** A CDKTF app that also writes the manifest of its sites. */
export class VoBoxApp extends App {
  private readonly sites: SiteManifestEntry[] = [];
  private readonly claims = new Map<SiteManifestEntry, readonly NetworkClaim[]>();

  constructor(config: AppConfig = {}) {
    super(config);
  }

  /** @throws Refusal when a site of that name is there already. */
  refuseTakenName(name: string): void {
    if (this.sites.some(({ site }) => site === name))
      throw new Refusal("site", {
        property: "name",
        given: name,
        allowed: "a name that no other site has",
        remedy: "Rename one of the two.",
      });
  }

  /**
   * @param claims what its VO-Box takes of the network
   * @throws Refusal when another site has its name, its FQDN, its container's name on the same engine, or
   * something of the network that it takes
   */
  addSite(entry: SiteManifestEntry, claims: readonly NetworkClaim[]): void {
    this.refuseTakenName(entry.site);
    for (const other of this.sites) {
      const sameEngine = canonicalEngine(other.engine) === canonicalEngine(entry.engine);
      refuseSame(entry, other, "fqdn", "ALICE's LDAP knows each VO-Box by its own.");
      if (sameEngine)
        refuseSame(entry, other, "container", "They are on one engine: give one of them a name.");
      const clash = findClash(claims, this.claims.get(other) ?? [], {
        sameEngine,
        sameStack: false,
      });
      if (clash !== undefined)
        throw clashRefusal(entry.site, "vobox.network", clash, `the site ${other.site}`);
    }
    this.sites.push(entry);
    this.claims.set(entry, claims);
  }

  override synth(): void {
    super.synth();
    mkdirSync(this.outdir, { recursive: true });
    writeFileSync(
      join(this.outdir, siteManifestFile),
      `${JSON.stringify({ version: 1, sites: this.sites }, null, 2)}\n`,
    );
  }
}

function refuseSame(
  entry: SiteManifestEntry,
  other: SiteManifestEntry,
  key: "fqdn" | "container",
  remedy: string,
): void {
  if (entry[key] !== other[key] || Token.isUnresolved(entry[key])) return;
  throw new Refusal(entry.site, {
    property: key === "fqdn" ? "vobox.fqdn" : "vobox.name",
    given: entry[key],
    allowed: `what the site ${other.site} does not have`,
    remedy,
  });
}
