import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSentence, goBuild } from "../../local/go";
import { goModuleDirectory, providers, terraform } from "../../local/settings";

describe("goBuild", () => {
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
  });

  it("says that Go is missing", async () => {
    process.env.PATH = "";
    const attempt = goBuild({ module: "null", package: "example.org/thing", output: "out" });
    await expect(attempt).rejects.toThrow(/thing has to be built here and there is no Go: install/);
  });
});

describe("buildSentence", () => {
  it.each([
    ["write /x: no space left on device", /the disk is full: free some space/],
    ["Get: dial tcp: lookup proxy: no such host", /sources could not be fetched: look at the netw/],
    ["main.go:1: undefined: x", /it stopped with the error below/],
  ])("explains %s", (output, sentence) => {
    expect(buildSentence("thing", output)).toMatch(sentence);
    expect(buildSentence("thing", output)).toContain(output);
  });
});

describe("the pinned modules", () => {
  it.each([...providers.map(({ name, goPackage }) => [name, goPackage] as const)])(
    "%s: tools.go imports what is built, with checksums committed",
    (name, goPackage) => {
      const directory = goModuleDirectory(name);
      expect(readFileSync(join(directory, "tools.go"), "utf8")).toContain(`"${goPackage}"`);
      expect(readFileSync(join(directory, "go.sum"), "utf8")).toContain(" h1:");
    },
  );

  it("OpenTofu's is the version that is told", () => {
    const { version, goPackage } = terraform.openTofu;
    const directory = goModuleDirectory("opentofu");
    expect(readFileSync(join(directory, "tools.go"), "utf8")).toContain(`"${goPackage}"`);
    expect(readFileSync(join(directory, "go.mod"), "utf8")).toContain(
      `require github.com/opentofu/opentofu v${version}\n`,
    );
  });
});
