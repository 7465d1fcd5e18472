import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remembered } from "../../local/answers";
import {
  mirrorConfiguration,
  mirrorPath,
  registryAnswers,
  terraformEnvironment,
} from "../../local/providers";
import { providers } from "../../local/settings";

const saved = process.env.VOBOX_LOCAL_DIR;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vobox-providers-"));
  process.env.VOBOX_LOCAL_DIR = folder;
});
afterEach(() => {
  if (saved === undefined) delete process.env.VOBOX_LOCAL_DIR;
  else process.env.VOBOX_LOCAL_DIR = saved;
  rmSync(folder, { recursive: true });
});

describe("the filesystem mirror", () => {
  it("has the layout in which Terraform looks", () => {
    const [docker] = providers;
    if (!docker) throw new Error("no provider");
    expect(mirrorPath("registry.terraform.io", docker)).toMatch(
      /^registry\.terraform\.io\/kreuzwerker\/docker\/4\.6\.0\/[a-z0-9]+_[a-z0-9]+\/terraform-provider-docker_v4\.6\.0$/,
    );
  });

  it("is for the mirrored providers only, under Terraform's and OpenTofu's names", () => {
    const configuration = mirrorConfiguration("/a folder");
    const listed =
      '["registry.terraform.io/kreuzwerker/docker","registry.terraform.io/hashicorp/null",' +
      '"registry.opentofu.org/kreuzwerker/docker","registry.opentofu.org/hashicorp/null"]';
    expect(configuration).toContain('path    = "/a folder"');
    expect(configuration).toContain(`include = ${listed}`);
    expect(configuration).toContain(`exclude = ${listed}`);
  });
});

describe("terraformEnvironment", () => {
  it("names the binary, and no configuration of ours before the mirror is made", () => {
    const environment = terraformEnvironment({ binary: "/bin/terraform", version: "1.11.4" });
    expect(environment.TERRAFORM_BINARY_NAME).toBe("/bin/terraform");
    expect(environment.TF_CLI_CONFIG_FILE ?? "").not.toContain(folder);
  });
});

describe("remembered", () => {
  it("asks once, whatever the answer", async () => {
    let asked = 0;
    const probe = (): Promise<boolean> => Promise.resolve(++asked > 1);
    expect(await remembered("registry", probe)).toBe(false);
    expect(await remembered("registry", probe)).toBe(false);
    expect(asked).toBe(1);
  });

  it.each([
    ["silence", false, 9, false],
    ["silence", false, 11, true],
    ["an answer", true, 23 * 60, false],
    ["an answer", true, 25 * 60, true],
  ])("of %s (%s), asks again after %i minutes: %s", async (_, answers, minutes, again) => {
    await remembered("registry", () => Promise.resolve(answers));
    const now = Date.now();
    const clock = jest.spyOn(Date, "now").mockReturnValue(now + minutes * 60_000);
    const probe = jest.fn().mockResolvedValue(!answers);
    try {
      expect(await remembered("registry", probe)).toBe(again ? !answers : answers);
      expect(probe).toHaveBeenCalledTimes(again ? 1 : 0);
    } finally {
      clock.mockRestore();
    }
  });
});

describe("registryAnswers", () => {
  /** A Terraform whose `init` prints a line and does not come to an end. */
  function terraform(line: string) {
    const binary = join(folder, "terraform-program");
    writeFileSync(binary, `#!/bin/sh\necho "${line}"\nexec sleep 60\n`, { mode: 0o755 });
    return { binary, version: "1.12.0" };
  }

  it("takes a slow download for an answer", async () => {
    const slow = terraform("- Installing kreuzwerker/docker v4.6.0...");
    expect(await registryAnswers(slow, 500)).toBe(true);
  });

  it("takes a search without end for silence", async () => {
    const silent = terraform('- Finding kreuzwerker/docker versions matching \\"~> 4.6\\"...');
    expect(await registryAnswers(silent, 500)).toBe(false);
  });
});
