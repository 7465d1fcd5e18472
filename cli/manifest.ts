import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "./docker";
import { UserError } from "./exit-codes";

/** A site as synthesis wrote it into `vobox-sites.json`. */
export interface SiteEntry extends Engine {
  readonly site: string;
  readonly container: string;
  readonly image: string;
  readonly fqdn: string;
  readonly volumes: readonly string[];
  readonly stacks: readonly string[];
}

/**
 * The sites of a synthesis, or the one that is named.
 *
 * @param output the folder that `cdktf synth` wrote to
 * @throws UserError when nothing was synthesized there, or there is no such site
 */
export function readSites(output: string, name?: string): readonly SiteEntry[] {
  const path = join(output, "vobox-sites.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new UserError(
      `${path} is not there: nothing is deployed from this folder yet. Run npm start or cdktf deploy first, or name the folder with --output.`,
    );
  }
  const sites = parseSites(path, text);
  if (name === undefined) return sites;
  const found = sites.filter((site) => site.site === name);
  if (found.length === 0)
    throw new UserError(
      `There is no site ${name}; the sites are: ${sites.map(({ site }) => site).join(", ")}.`,
    );
  return found;
}

function parseSites(path: string, text: string): readonly SiteEntry[] {
  try {
    const { sites } = JSON.parse(text) as { readonly sites?: readonly SiteEntry[] };
    if (sites !== undefined) return sites;
  } catch {
    // The same as for another document.
  }
  throw new UserError(
    `${path} is not a list of sites, or only a part of one: write it again with cdktf synth.`,
  );
}
