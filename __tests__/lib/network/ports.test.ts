import { VoBoxPort, type VoBoxPortProps, VoBoxPorts } from "../../../lib";
import { badNumbers, refusalOf, wrong } from "../../support/synthesis";

const own: VoBoxPortProps = {
  number: 9618,
  protocol: "tcp",
  service: "condor",
  openTo: ["workerNodes"],
  purpose: "the batch system",
};

const audiencesOf = (ports: VoBoxPorts) =>
  Object.fromEntries(ports.list.map(({ name, openTo }) => [name, openTo]));

describe("the tables", () => {
  const common = {
    "1093/tcp": ["world"],
    "8884/udp": ["workerNodes", "storageElements"],
    "9930/udp": ["storageElements"],
    "1975/tcp": ["administrators"],
  };

  it("of today are those of the JAliEn documentation", () =>
    expect(audiencesOf(VoBoxPorts.jalien())).toEqual({
      ...common,
      "8097/tcp": ["workerNodes"],
      "8098/tcp": ["workerNodes"],
      "10000/tcp": [],
    }));

  it("of 2017 have ClusterMonitor, and PackMan not", () =>
    expect(audiencesOf(VoBoxPorts.alien())).toEqual({
      ...common,
      "8084/tcp": ["cern", "workerNodes"],
    }));

  it.each([VoBoxPorts.jalien(), VoBoxPorts.alien()])("hold, with a source each", (ports) => {
    expect(() => ports.validate("x", "ports")).not.toThrow();
    for (const port of ports.list) expect(port.source).toMatch(/documentation|2017|JAliEn/);
  });
});

describe("a set", () => {
  it("is changed with only and and, and leaves the table as it is", () => {
    const ports = VoBoxPorts.jalien().only("1093/tcp").and(new VoBoxPort(own));
    expect(ports.list.map(({ name }) => name)).toEqual(["1093/tcp", "9618/tcp"]);
    expect(VoBoxPorts.jalien().list).toHaveLength(7);
  });

  it("gives one port, and says which there are", () => {
    expect(VoBoxPorts.jalien().port("8884/udp").service).toBe("monalisa");
    expect(refusalOf(() => VoBoxPorts.alien().port("8884/tcp"))).toContain(
      'VoBoxPorts: port: given "8884/tcp"; allowed: 1093/tcp, 8884/udp, 9930/udp, 1975/tcp, 8084/tcp.',
    );
  });

  it("refuses names that are not there, where it is used", () =>
    expect(
      refusalOf(() => VoBoxPorts.alien().only("1093/tcp", "8097/tcp").and().validate("x", "ports")),
    ).toBe(
      'x: ports: given "8097/tcp (of 1093/tcp, 8884/udp, 9930/udp, 1975/tcp, 8084/tcp)"; ' +
        "allowed: names of the set's ports. A port of your own is added with and(new VoBoxPort({ … })).",
    ));

  it("refuses two with the same number and protocol, and takes one number with both", () => {
    const [tcp, again] = [new VoBoxPort(own), new VoBoxPort({ ...own, service: "other" })];
    const udp = new VoBoxPort({ ...own, protocol: "udp" });
    const base = VoBoxPorts.jalien();
    expect(refusalOf(() => base.and(tcp, udp, again).validate("x", "ports"))).toBe(
      'x: ports[9]: given "9618/tcp"; allowed: each one once. Remove the second 9618/tcp.',
    );
    expect(() => base.and(tcp, udp).validate("x", "ports")).not.toThrow();
  });

  it("refuses what is no port", () =>
    expect(refusalOf(() => VoBoxPorts.jalien().and(wrong(own)).validate("x", "ports"))).toContain(
      "allowed: new VoBoxPort({ … }).",
    ));
});

describe("a port", () => {
  const refused = (props: unknown): string =>
    refusalOf(() =>
      new VoBoxPort({ ...own, ...wrong<VoBoxPortProps>(props) }).validate("x", "port"),
    );

  it.each([
    [8884, "tcp", "udp", "monalisa's (monitoring information (ApMon))"],
    [9930, "tcp", "udp", "monalisa's (metrics of XRootD)"],
    [1093, "udp", "tcp", "monalisa's (MonALISA's FDT server, tests of storage elements)"],
    [8084, "udp", "tcp", "monitor's (ClusterMonitor)"],
  ])("%i is not taken as %s", (number, protocol, right, whose) =>
    expect(refused({ number, protocol })).toBe(
      `x: port.protocol: given "${protocol}"; allowed: ${right} for port ${number}. On a VO-Box it is ${whose}.`,
    ),
  );

  it("may be a known one with other words", () =>
    expect(() =>
      new VoBoxPort({ ...own, number: 8884, protocol: "udp" }).validate("x", "port"),
    ).not.toThrow());

  it("has a number from 1 to 65535", () => {
    for (const number of badNumbers(1, 65535))
      expect(refused({ number })).toContain("allowed: a whole number of ports from 1 to 65535");
    for (const number of [1, 65535])
      expect(() => new VoBoxPort({ ...own, number }).validate("x", "port")).not.toThrow();
  });

  it.each<[unknown, string]>([
    [{ protocol: "sctp" }, 'protocol: given "sctp"; allowed: tcp or udp'],
    [{ protocol: "TCP" }, 'protocol: given "TCP"; allowed: tcp or udp'],
    [{ protocol: undefined }, "protocol: given undefined; allowed: tcp or udp"],
    [{ service: "a\nb" }, "service: given"],
    [{ purpose: 5 }, "purpose: given 5"],
    [{ source: "a\u0000" }, "source: given"],
    [{ openTo: "world" }, 'openTo: given "world"; allowed: a list'],
    [
      { openTo: ["everyone"] },
      'openTo[0]: given "everyone"; allowed: world, workerNodes, storageElements, cern, administrators',
    ],
    [{ openTo: ["cern", "cern"] }, 'openTo[1]: given "cern"; allowed: each one once'],
    [
      { openTo: ["world", "cern"] },
      'openTo: given ["world","cern"]; allowed: world alone, or others without it',
    ],
  ])("refuses %j", (props, message) => expect(refused(props)).toContain(`x: port.${message}`));

  it("refuses no props", () =>
    expect(refusalOf(() => new VoBoxPort(wrong(undefined)))).toContain(
      "VoBoxPort: props: given undefined; allowed: an object with named values.",
    ));

  it("is not changed through the caller's list", () => {
    const openTo: ("world" | "cern")[] = ["cern"];
    const port = new VoBoxPort({ ...own, openTo });
    openTo.push("world");
    expect(port.isForWorld).toBe(false);
  });
});
