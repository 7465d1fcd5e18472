import type { TemporaryDirectory } from "../../../lib";
import { containerWith } from "../../support/container";
import { useScratch } from "../../support/scratch";
import { badNumbers, refusalOf, type Resource, wrong } from "../../support/synthesis";

useScratch();

const temporary = (temporaryDirectories: readonly TemporaryDirectory[]): Resource =>
  containerWith({ temporaryDirectories });

it("is mounted without programs, unless they are asked for", () =>
  expect(
    temporary([
      { path: "/scratch", sizeMegabytes: 64 },
      { path: "/tmp", sizeMegabytes: 512, executable: true },
    ])["tmpfs"],
  ).toEqual({
    "/scratch": "rw,nosuid,nodev,noexec,size=64m",
    "/tmp": "rw,nosuid,nodev,exec,size=512m",
  }));

it("is left out where there is none", () => expect(temporary([])).not.toHaveProperty("tmpfs"));

it.each(badNumbers(1, 65536))("refuses the size %p", (sizeMegabytes) =>
  expect(refusalOf(() => temporary([wrong({ path: "/tmp", sizeMegabytes })]))).toContain(
    "temporaryDirectories[0].sizeMegabytes: given ",
  ),
);

it("refuses a path that is none, one given twice, and what is no object", () => {
  const refused = (list: unknown) => refusalOf(() => temporary(wrong(list)));
  expect(refused([{ path: "tmp", sizeMegabytes: 1 }])).toContain("[0].path: given");
  for (const path of ["/cvmfs", "/cvmfs/alice.cern.ch"])
    expect(refused([{ path, sizeMegabytes: 1 }])).toContain(
      `temporaryDirectories[0].path: given "${path}"; allowed: a directory outside of /cvmfs`,
    );
  expect(() => refused([{ path: "/cvmfs-scratch", sizeMegabytes: 1 }])).toThrow("it was taken");
  for (const path of ["/etc", "/var/run", "/proc"])
    expect(refused([{ path, sizeMegabytes: 1 }])).toContain(
      `temporaryDirectories[0].path: given "${path}"; allowed: a path `,
    );
  const twice = { path: "/tmp", sizeMegabytes: 1 };
  expect(refused([twice, twice])).toContain("allowed: each one once");
  const spelled = ["/run/x", "/var/run/x"].map((path) => ({ path, sizeMegabytes: 1 }));
  expect(refused(spelled)).toContain("temporaryDirectories[1]: given");
  expect(refused(["/tmp"])).toContain("allowed: an object with named values");
});
