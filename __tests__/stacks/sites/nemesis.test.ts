import { TerraformElement } from "cdktf";
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { VoBoxApp } from "../../../stacks/app";
import { Nemesis } from "../../../stacks/sites/nemesis";
import { expectGolden } from "../../support/golden";
import { useScratch } from "../../support/scratch";

const temporary = os.tmpdir();
const scratch = useScratch();

const stacks = ["nemesis-host", "nemesis-image", "nemesis-vobox"];

describe("Nemesis", () => {
  let app: VoBoxApp;
  beforeAll(() => {
    app = new VoBoxApp({ outdir: join(scratch.folder, "out") });
    new Nemesis(app, {
      engine: "unix:///var/run/docker.sock",
      resolvers: ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
    });
    app.synth();
  });

  const textOf = (stack: string): string =>
    readFileSync(join(app.outdir, "stacks", stack, "cdk.tf.json"), "utf8");

  it("keeps its construct ids: another one destroys what it names, and makes it anew", () => {
    const ids = app.node
      .findAll()
      .filter((node) => TerraformElement.isTerraformElement(node))
      .map((node) => `${node.node.path}  ${node.friendlyUniqueId}`);
    expectGolden("nemesis-ids.txt", `${ids.join("\n")}\n`);
  });

  it.each(stacks)("synthesizes %s as before", (stack) => {
    const json = JSON.parse(textOf(stack)) as { "//"?: { metadata?: { version?: string } } };
    const metadata = json["//"]?.metadata;
    if (metadata) metadata.version = "(any)";
    expectGolden(`${stack}.json`, `${JSON.stringify(json, null, 2)}\n`);
  });

  it.each(stacks)("has no path of this machine in %s", (stack) => {
    const text = textOf(stack);
    for (const folder of [process.cwd(), temporary, scratch.folder, os.homedir()])
      expect([folder, text.includes(`${folder}/`) || text.includes(`"${folder}"`)]).toEqual([
        folder,
        false,
      ]);
  });

  it("carries the build context and the script with it", () => {
    const found = [
      ...`${textOf("nemesis-image")}${textOf("nemesis-vobox")}`.matchAll(/assets\/[^"]+/g),
    ];
    const [image, script] = found.map(([path]) => path);
    expect(existsSync(join(app.outdir, "stacks/nemesis-image", image, "Dockerfile"))).toBe(true);
    expect(existsSync(join(app.outdir, "stacks/nemesis-vobox", script))).toBe(true);
  });

  it("is deployed host, image, VO-Box", () => {
    const manifest = JSON.parse(readFileSync(join(app.outdir, "manifest.json"), "utf8")) as {
      stacks: Record<string, { dependencies: string[] }>;
    };
    expect(stacks.map((stack) => manifest.stacks[stack].dependencies)).toEqual([
      [],
      ["nemesis-host"],
      ["nemesis-image"],
    ]);
  });
});

it("has the engine's resolvers where none are given", () => {
  const app = new VoBoxApp({ outdir: join(scratch.folder, "plain") });
  const { vobox } = new Nemesis(app, { engine: "unix:///var/run/docker.sock", resolvers: [] });
  expect(JSON.stringify(vobox.toTerraform())).not.toContain("VOBOX_DNS_SERVERS");
});
