import { join } from "node:path";
import { App } from "cdktf";
import { BaseImage, DnsSettings, type VoBoxImageProps } from "../../lib";
import { VoBoxApp } from "../../stacks/app";
import { Site, type SiteProps } from "../../stacks/site";
import { Nemesis } from "../../stacks/sites/nemesis";
import { useScratch } from "../support/scratch";
import {
  badNumbers,
  only,
  refusalOf,
  type Resource,
  synthesize,
  wrong,
} from "../support/synthesis";

const scratch = useScratch();
let count = 0;

function newSite(name: unknown = "a", props: Partial<SiteProps> = {}): Site {
  const app = new VoBoxApp({ outdir: join(scratch.folder, `out-${++count}`) });
  return new Site(app, wrong(name), {
    engine: "ssh://root@a.cern.ch:2222",
    vobox: { fqdn: "vobox.cern.ch" },
    ...props,
  });
}

describe("a site", () => {
  let image: Resource;
  let container: Resource;
  let hostResources: unknown;
  beforeAll(() => {
    const site = newSite("a", { healthLimitSeconds: 30 });
    hostResources = synthesize(site.host).resource;
    image = only(synthesize(site.image), "docker_image");
    container = only(synthesize(site.vobox), "docker_container");
  });

  it("has a host stack that needs no engine", () => expect(hostResources).toBeUndefined());

  it("runs the image that its image stack builds, by a tag known at synthesis", () => {
    expect(container["image"]).toBe(image["name"]);
    expect(container).not.toHaveProperty("depends_on");
  });
});

describe("the tag of a site's image", () => {
  const tagOf = (vobox: Partial<SiteProps["vobox"]>, props?: VoBoxImageProps): unknown => {
    const site = newSite("a", { vobox: { fqdn: "vobox.cern.ch", ...vobox }, image: props });
    return only(synthesize(site.image), "docker_image")["name"];
  };

  it("does not change with what is the site's own", () => {
    const tag = tagOf({});
    expect(tagOf({ fqdn: "other.cern.ch" })).toBe(tag);
    expect(tagOf({ dns: new DnsSettings({ servers: ["192.0.2.1"] }) })).toBe(tag);
    expect(tagOf({ startupDirectory: "/etc/vobox/startup" })).toBe(tag);
    expect(tagOf({ environment: { ALIEN_SITE: "X" } })).toBe(tag);
    expect(tagOf({}, { base: BaseImage.debian() })).not.toBe(tag);
  });
});

describe("refusals", () => {
  it.each(["", "A", "1a", "a.b", "a b", "a/b", "a\n", "a".repeat(42), undefined, null, 5])(
    "the name %j",
    (name) =>
      expect(refusalOf(() => newSite(name === undefined ? Symbol.for("none") : name))).toMatch(
        /^site: name: given .*; allowed: up to 41 lower-case letters, digits and -, beginning with a letter\. [A-Z]/,
      ),
  );

  it.each([
    "tcp://a.cern.ch:2375",
    "tcp://127.0.0.1:2376",
    "http://a.cern.ch",
    "npipe:////./pipe/docker_engine",
    "unix://",
    "unix:///run/a b.sock",
    "ssh://root@a.cern.ch/path",
    "ssh://root@a.cern.ch\n",
    "a.cern.ch",
    "",
    undefined,
    null,
    5,
  ])("the engine %j", (engine) =>
    expect(refusalOf(() => newSite("a", { engine: wrong(engine) }))).toBe(
      `a: engine: given ${engine === undefined ? "undefined" : JSON.stringify(engine)}; allowed: unix:///path/of/the/socket or ssh://user@host[:port]. ` +
        "A bare tcp:// socket would give root on the host to everyone who reaches it.",
    ),
  );

  it.each(["unix:///var/run/docker.sock", "ssh://a.cern.ch", "ssh://root@a.cern.ch:2222"])(
    "but not the engine %s",
    (engine) => expect(() => newSite("a", { engine })).not.toThrow(),
  );

  it("props that are none, and an app that is none", () => {
    const app = () => new VoBoxApp({ outdir: join(scratch.folder, `out-${++count}`) });
    for (const props of [undefined, null, "x", []])
      expect(refusalOf(() => new Site(app(), "a", wrong(props)))).toMatch(
        /^a: props: given .*; allowed: an object with named values\./,
      );
    for (const vobox of [undefined, null, "x"])
      expect(refusalOf(() => newSite("a", { vobox: wrong(vobox) }))).toMatch(
        /^a: vobox: given .*; allowed: an object with named values\./,
      );
    expect(refusalOf(() => new Site(wrong(new App()), "a", wrong({})))).toContain("a: app: given");
    expect(refusalOf(() => new Nemesis(app(), wrong(undefined)))).toContain(
      "nemesis: props: given undefined; allowed: an object with named values.",
    );
  });

  it("names that no prop has", () => {
    const vobox = { fqdn: "vobox.cern.ch" };
    expect(refusalOf(() => newSite("a", wrong({ healthLimit: 5 })))).toContain(
      'a: props: given "healthLimit"; allowed: the names engine, provider, image, vobox, healthLimitSeconds. Give healthLimitSeconds,',
    );
    expect(
      refusalOf(() => newSite("a", { vobox: wrong({ ...vobox, memoryMegaBytes: 1 }) })),
    ).toContain('a: vobox: given "memoryMegaBytes"');
    // Both are the site's own prop.
    for (const image of ["image", "imageProps"])
      expect(refusalOf(() => newSite("a", { vobox: wrong({ ...vobox, [image]: {} }) }))).toContain(
        `a: vobox: given "${image}"`,
      );
    const app = new VoBoxApp({ outdir: join(scratch.folder, `out-${++count}`) });
    expect(
      refusalOf(() => new Nemesis(app, wrong({ engine: "unix:///run/docker.sock", dns: [] }))),
    ).toContain('nemesis: props: given "dns"');
  });

  it("a limit of the wait out of range", () => {
    for (const limit of badNumbers(1, 86400))
      expect(refusalOf(() => newSite("a", { healthLimitSeconds: wrong(limit) }))).toContain(
        "a-vobox/health: limitSeconds: given",
      );
  });

  it("what a part refuses, under the part's path", () => {
    expect(refusalOf(() => newSite("a", { vobox: { fqdn: "x" } }))).toContain(
      'a-vobox/vobox/Container: fqdn: given "x"',
    );
    expect(refusalOf(() => newSite("a", { image: { name: "x:latest" } }))).toContain(
      'a-image/image: name: given "x:latest"',
    );
  });
});
