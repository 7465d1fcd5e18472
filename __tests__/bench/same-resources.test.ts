import { assertSameStacks, type SynthesizedStack } from "../../bench/same-resources";

const content = "ABCDEF0123456789ABCDEF";

/** A stack with an image whose content has a hash, and a container. */
function stack(id: string, hash: string, memory: number): SynthesizedStack {
  return {
    resource: {
      docker_image: {
        [id]: {
          "//": { metadata: { path: id } },
          name: `vobox:${hash.toLowerCase().slice(0, 16)}`,
          triggers: { content: hash },
          build: { context: `assets/${id}/${hash}` },
        },
      },
      docker_container: {
        [id]: {
          memory,
          labels: [{ label: "ch.cern.alice.vobox.replace-on", value: hash.slice(0, 4) }],
        },
      },
      null_resource: { [id]: { triggers: { container: `\${docker_container.${id}.id}` } } },
    },
  };
}

describe("assertSameStacks", () => {
  it("lets names, hashes and places of files differ", () => {
    const other = stack("theirs", content.split("").reverse().join(""), 512);
    expect(() => assertSameStacks([stack("ours", content, 512)], [other])).not.toThrow();
  });

  it("throws for another value", () => {
    const other = stack("ours", content, 1024);
    expect(() => assertSameStacks([stack("ours", content, 512)], [other])).toThrow("1024");
  });

  it("throws for a missing resource", () => {
    const ours = stack("ours", content, 512);
    const less = Object.entries(ours.resource ?? {}).filter(
      ([type]) => type !== "docker_container",
    );
    expect(() => assertSameStacks([ours], [{ resource: Object.fromEntries(less) }])).toThrow(
      "docker_container",
    );
  });

  it("throws for a missing stack", () => {
    const ours = stack("ours", content, 512);
    expect(() => assertSameStacks([ours, ours], [ours])).toThrow();
  });
});
