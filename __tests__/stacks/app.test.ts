import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VoBoxNetwork } from "../../lib";
import { siteManifestFile, VoBoxApp } from "../../stacks/app";
import { Nemesis } from "../../stacks/sites/nemesis";
import { Site } from "../../stacks/site";
import { useScratch } from "../support/scratch";
import { refusalOf } from "../support/synthesis";

const scratch = useScratch();

const engine = "unix:///run/docker.sock";

describe("the manifest of the sites", () => {
  it("lists them in order, with all that the command needs", () => {
    const app = new VoBoxApp({ outdir: join(scratch.folder, "out") });
    new Nemesis(app, { engine });
    const second = new Site(app, "second", {
      engine,
      vobox: { fqdn: "b.cern.ch", name: "two", network: VoBoxNetwork.bridge() },
    });
    app.synth();
    const text = readFileSync(join(app.outdir, siteManifestFile), "utf8");
    const image = expect.stringMatching(/^vobox:[0-9a-f]{16}$/) as string;
    expect(JSON.parse(text)).toEqual({
      version: 1,
      sites: [
        {
          site: "nemesis",
          engine,
          container: "nemesis",
          image,
          fqdn: "nemesis.cern.ch",
          volumes: ["nemesis-state", "nemesis-logs"],
          stacks: ["nemesis-host", "nemesis-image", "nemesis-vobox"],
        },
        {
          site: "second",
          engine,
          container: "two",
          image,
          fqdn: "b.cern.ch",
          volumes: ["two-state", "two-logs"],
          stacks: ["second-host", "second-image", "second-vobox"],
        },
      ],
    });
    expect(second.vobox.dependencies).toEqual([second.image]);
    expect(second.image.dependencies).toEqual([second.host]);
  });

  it("has each name once", () => {
    const app = new VoBoxApp({ outdir: join(scratch.folder, "twice") });
    new Nemesis(app, { engine });
    const message =
      'site: name: given "nemesis"; allowed: a name that no other site has. Rename one of the two.';
    expect(refusalOf(() => new Nemesis(app, { engine }))).toBe(message);
    expect(refusalOf(() => app.refuseTakenName("nemesis"))).toBe(message);
  });
});
