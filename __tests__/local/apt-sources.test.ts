import {
  aptConfiguration,
  parseAptOptions,
  parseIndexTargets,
  sourcesList,
} from "../../local/apt-sources";

describe("parseIndexTargets", () => {
  const listing = [
    "http://mirror.example/debian/|bookworm-updates|main",
    "http://mirror.example/debian/|bookworm|main",
    "http://mirror.example/debian/|bookworm|contrib",
    "http://mirror.example/debian-security/|bookworm-security|main",
    "http://mirror.example/debian/|bookworm-backports|main",
    "http://mirror.example/tool/|nodistro|main",
    "",
  ].join("\n");

  it("keeps the suite with its updates and security, the suite first", () => {
    expect(parseIndexTargets(listing, "bookworm")).toEqual([
      {
        uri: "http://mirror.example/debian/",
        suite: "bookworm",
        components: ["main", "contrib"],
      },
      { uri: "http://mirror.example/debian/", suite: "bookworm-updates", components: ["main"] },
      {
        uri: "http://mirror.example/debian-security/",
        suite: "bookworm-security",
        components: ["main"],
      },
    ]);
  });

  it("takes the release's name where apt has no lists yet", () => {
    const listing = "http://mirror.example/debian/|$(CODENAME)|main|bookworm\n";
    expect(parseIndexTargets(listing, "bookworm")).toEqual([
      { uri: "http://mirror.example/debian/", suite: "bookworm", components: ["main"] },
    ]);
  });

  it("finds nothing for another suite", () => {
    expect(parseIndexTargets(listing, "trixie")).toEqual([]);
  });

  it("leaves out what an image cannot use: other transports, and addresses with a password", () => {
    const unusable =
      "cdrom://disc/|bookworm|main\nhttp://user:word@mirror.example/debian/|bookworm|main\n";
    expect(parseIndexTargets(unusable, "bookworm")).toEqual([]);
  });
});

describe("parseAptOptions", () => {
  it("takes the proxy and the checks over, but no proxy with a password", () => {
    expect(parseAptOptions("O0='http://proxy.example:3128'\nO2='false'\n")).toEqual({
      "Acquire::http::Proxy": "http://proxy.example:3128",
      "Acquire::Check-Valid-Until": "false",
    });
    expect(parseAptOptions("O0='http://user:word@proxy.example:3128'\n")).toEqual({});
  });
});

describe("the files of the image", () => {
  const source = { uri: "http://mirror.example/debian/", suite: "bookworm", components: ["main"] };
  it("are lines that apt reads", () => {
    const setup = { sources: [source], options: { "Acquire::Check-Date": "false" } } as const;
    expect(sourcesList(setup)).toBe("deb http://mirror.example/debian/ bookworm main\n");
    expect(aptConfiguration(setup)).toBe('Acquire::Check-Date "false";\n');
  });
});
