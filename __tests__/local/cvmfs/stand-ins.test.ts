import { readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { standInRepositories } from "../../../local/cvmfs/repositories";

const directory = path.join(__dirname, "../../../local/cvmfs");

function filesBelow(top: string): string[] {
  return readdirSync(top, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(top, name))
    .filter((file) => statSync(file).isFile());
}

const standInFiles = filesBelow(path.join(directory, "stand-ins"));
const shellFiles = [path.join(directory, "mount.cvmfs"), ...standInFiles].filter((file) =>
  /^#!\/bin\/(ba)?sh\n/.test(readFileSync(file, "utf8")),
);

it("finds the shell files", () => {
  const names = shellFiles.map((file) => path.basename(file)).sort();
  expect(names).toEqual([
    "ML_SER",
    "alien",
    "alien",
    "alien-perl",
    "alienv",
    "httpd",
    "jalien",
    "jalien-vobox.sh",
    "mount.cvmfs",
  ]);
});

it.each(shellFiles)("%s is executable", (file) => {
  expect(statSync(file).mode & 0o100).toBe(0o100);
});

it("finds the two stand-in repositories", () => {
  const names = standInRepositories().map(({ name }) => name);
  expect(names).toEqual(["alice-ocdb.cern.ch", "alice.cern.ch"]);
});

it.each(standInFiles.filter((file) => !file.endsWith(".stand-in-size")))(
  "%s says that it is a stand-in",
  (file) => {
    expect(readFileSync(file, "utf8").slice(0, 120)).toMatch(/stand-in/i);
  },
);
