import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../cli/exit-codes";
import { readSites } from "../../cli/manifest";
import { useScratch } from "../support/scratch";

const scratch = useScratch();

function outputWith(name: string, text: string): string {
  const folder = join(scratch.folder, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "vobox-sites.json"), text);
  return folder;
}

describe("readSites", () => {
  const sites = [{ site: "a" }, { site: "b" }];
  let output: string;
  beforeAll(() => {
    output = outputWith("good", JSON.stringify({ version: 1, sites }));
  });

  it("gives all sites, or the one that is named", () => {
    expect(readSites(output)).toEqual(sites);
    expect(readSites(output, "b")).toEqual([{ site: "b" }]);
  });

  it("names the sites that there are", () => {
    expect(() => readSites(output, "c")).toThrow(UserError);
    expect(() => readSites(output, "c")).toThrow("There is no site c; the sites are: a, b.");
  });

  it("says what to do where nothing was synthesized", () => {
    const nothing = join(scratch.folder, "nothing");
    expect(() => readSites(nothing)).toThrow(UserError);
    expect(() => readSites(nothing)).toThrow(/vobox-sites\.json is not there: .* Run npm start/);
  });

  it.each(["", '{"version": 1, "sit', "null", "[]", "{}", "7"])(
    "says what to do with %j",
    (text) => {
      const broken = outputWith(`broken-${Buffer.from(text).toString("hex")}`, text);
      expect(() => readSites(broken)).toThrow(UserError);
      expect(() => readSites(broken)).toThrow(
        /is not a list of sites.* write it again with cdktf synth/,
      );
    },
  );
});
