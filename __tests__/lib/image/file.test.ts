import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VoBoxFile } from "../../../lib";
import { useScratch } from "../../support/scratch";
import { badNumbers, newStack, refusalOf, wrong } from "../../support/synthesis";

const scratch = useScratch();

describe("modes", () => {
  it.each([
    [0o644, 0o644],
    [0o600, 0o644],
    [0o664, 0o644],
    [0o755, 0o755],
    [0o700, 0o755],
  ])("a copy of a file with mode %o gets %o", (mode, expected) => {
    const source = join(scratch.folder, `file-${mode.toString(8)}`);
    writeFileSync(source, "x");
    chmodSync(source, mode);
    const file = VoBoxFile.fromPath(source, "/etc/x");
    expect([file.mode, file.content.toString(), file.target]).toEqual([expected, "x", "/etc/x"]);
    expect(VoBoxFile.fromPath(source, "/etc/x", { mode: 0o400 }).mode).toBe(0o400);
  });

  it("a text is not executable unless told", () => {
    expect(VoBoxFile.fromText("/etc/x", "").mode).toBe(0o644);
    expect(VoBoxFile.fromText("/etc/x", "", { mode: 0o750 }).mode).toBe(0o750);
  });
});

describe("validate", () => {
  const validate = (target: unknown, mode?: unknown): void =>
    VoBoxFile.fromText(wrong(target), "x", { mode: wrong(mode) }).validate(newStack(), "files[0]");

  it.each(["/etc/x", '/etc/it\'s a "file"', "/..a/b..", "/$HOME/`id`"])("takes %j", (target) =>
    expect(() => validate(target)).not.toThrow(),
  );

  it.each([
    "",
    "/",
    "etc/x",
    "/etc/",
    "/etc/../passwd",
    "/./x",
    "//x",
    "/a\nb",
    "/a\u0000",
    undefined,
    null,
    5,
  ])("refuses the target %j", (target) =>
    expect(refusalOf(() => validate(target))).toContain(
      `site: files[0].target: given ${target === undefined ? "undefined" : JSON.stringify(target)}; allowed: an absolute path in the image, without . or ...`,
    ),
  );

  it("refuses modes that are none", () => {
    for (const mode of badNumbers(0, 0o777))
      expect(refusalOf(() => validate("/x", mode))).toContain(
        "allowed: a whole number of permission bits (0o000 to 0o777) from 0 to 511.",
      );
  });

  it.each([undefined, null, 5, {}])("refuses %j for a text", (text) =>
    expect(refusalOf(() => VoBoxFile.fromText("/etc/x", wrong(text)))).toMatch(
      /^VoBoxFile \/etc\/x: text: given .*; allowed: a text\. [A-Z]/,
    ),
  );
});
