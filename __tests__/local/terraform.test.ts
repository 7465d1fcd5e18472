import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTerraform, plainTerraformEnvironment } from "../../local/terraform";
import { isAtLeast } from "../../local/version";

describe("isAtLeast", () => {
  it.each([
    ["1.5.0", "1.5.0", true],
    ["1.12.6", "1.5.0", true],
    ["1.4.99", "1.5.0", false],
    ["1.26-rc1", "1.21.0", true],
    ["2", "1.5.0", true],
  ])("%s against %s", (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});

describe("with programs of our own on PATH", () => {
  const saved = { ...process.env };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vobox-terraform-"));
    process.env.PATH = `${folder}:/usr/bin:/bin`;
    process.env.VOBOX_LOCAL_DIR = join(folder, "local");
    delete process.env.TERRAFORM_BINARY_NAME;
  });
  afterEach(() => {
    process.env = { ...saved };
    rmSync(folder, { recursive: true });
  });

  function program(name: string, version: string): string {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\necho '{"terraform_version": "${version}"}'\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it("takes terraform before tofu", async () => {
    program("tofu", "1.12.0");
    const binary = program("terraform", "1.11.4");
    expect(await findTerraform()).toEqual({ binary, version: "1.11.4" });
  });

  it("passes over one that is too old", async () => {
    program("terraform", "1.2.9");
    const binary = program("tofu", "1.12.0");
    expect(await findTerraform()).toEqual({ binary, version: "1.12.0" });
  });

  it("finds none when none is there", async () => {
    expect(await findTerraform()).toBeUndefined();
  });

  it("takes the one that TERRAFORM_BINARY_NAME names, or says why not", async () => {
    program("terraform", "1.11.4");
    const binary = program("mine", "1.9.0");
    process.env.TERRAFORM_BINARY_NAME = "mine";
    expect(await findTerraform()).toEqual({ binary, version: "1.9.0" });
    program("mine", "1.0.0");
    await expect(findTerraform()).rejects.toThrow(/is "mine", which is version 1.0.0: name a/);
    process.env.TERRAFORM_BINARY_NAME = "none-vobox";
    await expect(findTerraform()).rejects.toThrow(/which does not run as a Terraform/);
  });

  it("keeps a CLI configuration that is there, and drops one that is not", () => {
    process.env.TF_CLI_CONFIG_FILE = join(folder, "none");
    expect(plainTerraformEnvironment().TF_CLI_CONFIG_FILE).toBe("");
    process.env.TF_CLI_CONFIG_FILE = program("config", "");
    expect(plainTerraformEnvironment()).not.toHaveProperty("TF_CLI_CONFIG_FILE");
  });
});
