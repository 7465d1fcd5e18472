import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, type AppConfig } from "cdktf";
import { Refusal } from "../lib";

/** Name of the file, in the synthesis output, that lists the sites for the `vobox` command. */
export const siteManifestFile = "vobox-sites.json";

/** A site as the `vobox` command sees it. */
export interface SiteManifestEntry {
  readonly site: string;
  /** Address of the engine, e.g. `unix:///var/run/docker.sock`. */
  readonly engine: string;
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

  /** @throws Refusal when a site of that name is there already. */
  addSite(entry: SiteManifestEntry): void {
    this.refuseTakenName(entry.site);
    this.sites.push(entry);
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
