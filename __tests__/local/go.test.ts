import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

  it("has an old Go fetch a newer one, once, and builds with that", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vobox-go-"));
    const local = process.env.VOBOX_LOCAL_DIR;
    process.env.VOBOX_LOCAL_DIR = join(folder, "local");
    process.env.PATH = `${folder}:/usr/bin:/bin`;
    const calls = join(folder, "calls");
    // Modules come without a bit for execution.
    const old = `#!/bin/sh
case $1 in
  env) echo go1.19.8 ;;
  mod)
    echo "old $*" >>${calls}
    root=$GOMODCACHE/$3
    tool=$root/pkg/tool/$(echo "\${3##*.}" | tr - _)
    mkdir -p "$root/bin" "$tool"
    printf '#!/bin/sh\\necho "new $1" >>${calls}\\n' >"$root/bin/go"
    touch "$tool/compile"
    ;;
  *) exit 9 ;;
esac
`;
    try {
      writeFileSync(join(folder, "go"), old, { mode: 0o755 });
      const build = { module: "null", package: "example.org/thing", output: join(folder, "out") };
      await goBuild(build);
      await goBuild(build);
      expect(readFileSync(calls, "utf8")).toMatch(
        /^old mod download golang\.org\/toolchain@v0\.0\.1-go1\.\S+\nnew build\nnew build\n$/,
      );
    } finally {
      if (local === undefined) delete process.env.VOBOX_LOCAL_DIR;
      else process.env.VOBOX_LOCAL_DIR = local;
      rmSync(folder, { recursive: true });
    }
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
