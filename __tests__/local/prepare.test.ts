import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { baseImageDirectory, prepare } from "../../local/prepare";
import { Progress } from "../../local/progress";

const saved = process.env.VOBOX_LOCAL_DIR;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vobox-prepare-"));
  process.env.VOBOX_LOCAL_DIR = join(folder, "local");
});
afterEach(() => {
  if (saved === undefined) delete process.env.VOBOX_LOCAL_DIR;
  else process.env.VOBOX_LOCAL_DIR = saved;
  rmSync(folder, { recursive: true });
});

describe("prepare", () => {
  it("prepares nothing, and prints nothing, when nothing is asked for", async () => {
    let printed = "";
    const stream = { write: (text: string) => (printed += text) };
    expect(await prepare({}, new Progress({ stream }))).toEqual({
      environment: {},
      cvmfsClient: undefined,
    });
    expect(printed).toBe("");
  });

  it("keeps everything in the folder of VOBOX_LOCAL_DIR", () => {
    expect(baseImageDirectory()).toBe(join(folder, "local", "base-image"));
  });
});
