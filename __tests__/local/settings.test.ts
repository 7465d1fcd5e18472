import type * as Settings from "../../local/settings";

describe("settings from the environment", () => {
  const saved = { ...process.env };
  afterEach(() => {
    process.env = { ...saved };
  });

  /** As a process that starts with that environment reads them. */
  function read(environment: Record<string, string>): typeof Settings {
    Object.assign(process.env, environment);
    jest.resetModules();
    return jest.requireActual<typeof Settings>("../../local/settings");
  }

  it("takes numbers, and the default where there is nothing", () => {
    const given = { VOBOX_PULL_SECONDS: "20", VOBOX_CVMFS_PORT: "" };
    expect(read(given)).toMatchObject({ pullSeconds: 20, cvmfsServerPort: 18000 });
  });

  it.each([
    ["VOBOX_PULL_SECONDS", "soon"],
    ["VOBOX_PULL_SECONDS", "0"],
    ["VOBOX_CVMFS_PORT", "70000"],
    ["VOBOX_CVMFS_PORT", "18e3"],
  ])("refuses %s=%s with a sentence", (name, value) => {
    expect(() => read({ [name]: value })).toThrow(
      `${name} is "${value}": set it to a whole number from 1`,
    );
  });
});
