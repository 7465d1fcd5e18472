import { VoBoxImage, VoBoxPort, VoBoxPorts, VoBoxService, VoBoxServices } from "../../../lib";
import { useScratch } from "../../support/scratch";
import { newStack, refusalOf } from "../../support/synthesis";

useScratch();

const extra = new VoBoxService({ name: "extra", command: ["/usr/bin/extra"] });

function names(services: VoBoxServices): readonly string[] {
  return services.list.map(({ name }) => name);
}

function refused(services: VoBoxServices): string {
  return refusalOf(() => services.validate(newStack(), "services"));
}

describe("the profile of JAliEn", () => {
  it("is MonALISA and the computing element, as the VO account, with the sites' environment files", () => {
    const { list } = VoBoxServices.jalien();
    expect(list.map(({ name, user, environmentFile }) => [name, user, environmentFile])).toEqual([
      ["monalisa", undefined, "/home/alicesgm/.alien/config/ml.env"],
      ["ce", undefined, "/home/alicesgm/.alien/config/CE.env"],
    ]);
    expect(() => VoBoxServices.jalien().validate(newStack(), "services")).not.toThrow();
  });

  it("checks each by its own process, and not by another check", () => {
    for (const { healthCommand } of VoBoxServices.jalien().list) {
      expect(healthCommand.slice(0, 5)).toEqual(["pgrep", "-u", "alicesgm", "-f", "--"]);
      expect(healthCommand.join(" ")).not.toMatch(new RegExp(healthCommand[5]));
    }
  });
});

describe("the profile of AliEn", () => {
  const { list } = VoBoxServices.alien();

  it("is the four services of a site with CVMFS, as the VO account, in the order of their start", () => {
    const inOrder = [...list].sort((a, b) => a.priority - b.priority);
    expect(inOrder.map(({ name, user }) => [name, user])).toEqual([
      ["monalisa", undefined],
      ["monitor", undefined],
      ["ce", undefined],
      ["cmreport", undefined],
    ]);
    expect(new Set(list.map(({ priority }) => priority)).size).toBe(4);
    expect(() => VoBoxServices.alien().validate(newStack(), "services")).not.toThrow();
  });

  it("starts each by AliEn's name, with the file of variables that AliEn reads", () => {
    expect(list.map(({ command }) => command.slice(0, 2))).toEqual(
      ["MonaLisa", "Monitor", "CE", "CMreport"].map((name) => [
        "/usr/libexec/vobox/services/alien",
        name,
      ]),
    );
    for (const { environmentFile } of list)
      expect(environmentFile).toBe("/home/alicesgm/.alien/Environment");
  });

  // From the start commands of AlienServices.sh; the second one is for the older SOAP::Lite.
  it.each([
    ["monalisa", "java -DMonaLisa_HOME=/cvmfs/x/java/MonaLisa -Xmx256m"],
    ["monitor", "/cvmfs/x/httpd -k start -f /home/alicesgm/.alien/httpd/conf.8084/httpd.conf"],
    ["monitor", "perl -w /cvmfs/x/scripts/Service.pl ClusterMonitor -logfile /l/CM.log"],
    ["ce", "perl -w /cvmfs/x/scripts/CE.pl CE -logfile /l/CE.log"],
    ["cmreport", "perl -w /cvmfs/x/scripts/CMreport.pl CMreport -logfile /l/CMreport.log"],
  ])("finds the process of %s, and no other's", (name, commandLine) => {
    const found = list.filter(({ healthCommand }) =>
      new RegExp(healthCommand[5]).test(commandLine),
    );
    expect(found.map((service) => service.name)).toEqual([name]);
  });

  it("checks each by its own process, as its wrapper does, and not by wrapper or another check", () => {
    for (const { command, healthCommand } of list) {
      expect(healthCommand.slice(0, 5)).toEqual(["pgrep", "-u", "alicesgm", "-f", "--"]);
      expect(command[2]).toBe(healthCommand[5]);
      for (const line of [command, healthCommand])
        expect(line.join(" ")).not.toMatch(new RegExp(healthCommand[5]));
    }
  });

  it("fits the default grace of the container", () => {
    const image = new VoBoxImage(newStack(), "image", { services: VoBoxServices.alien() });
    expect(image.stopSeconds).toBeLessThanOrEqual(60 - 5);
  });

  it("cannot be added to JAliEn's", () =>
    expect(refused(VoBoxServices.jalien().and(...list))).toContain(
      'given "monalisa"; allowed: each',
    ));
});

describe("PackMan", () => {
  const warning = /site: services: "packman" installs packages that every VO-Box reads from CVMFS/;
  const warnings = (services: VoBoxServices): string => {
    const stack = newStack();
    services.validate(stack, "services");
    return stack.node.metadata.map(({ data }) => String(data)).join("\n");
  };

  it("is a warning", () => {
    const packman = new VoBoxService({ name: "packman", command: ["/usr/bin/packman"] });
    expect(warnings(VoBoxServices.alien().and(packman))).toMatch(warning);
    expect(warnings(VoBoxServices.of(packman))).toMatch(warning);
  });

  it("is none without it", () => expect(warnings(VoBoxServices.alien())).toBe(""));
});

describe("what the services listen on", () => {
  const ports = (services: VoBoxServices) => services.ports.map(({ name }) => name).sort();
  const login = "1975/tcp";

  it.each([
    ["JAliEn", VoBoxServices.jalien(), VoBoxPorts.jalien()],
    ["AliEn", VoBoxServices.alien(), VoBoxPorts.alien()],
  ])("is the table of ports, for %s, without the login", (_name, services, table) =>
    expect([...ports(services), login].sort()).toEqual(table.list.map(({ name }) => name).sort()),
  );

  it("is each one's own, and none's of those that are left out", () => {
    expect(ports(VoBoxServices.alien().only("monitor", "cmreport"))).toEqual(["8084/tcp"]);
    expect(ports(VoBoxServices.of(extra))).toEqual([]);
    const gsisshd = new VoBoxService({
      name: "gsisshd",
      command: ["/usr/sbin/gsisshd", "-D"],
      ports: [VoBoxPorts.jalien().port(login)],
    });
    expect(ports(VoBoxServices.of(extra, gsisshd))).toEqual([login]);
    const image = new VoBoxImage(newStack(), "image", { services: VoBoxServices.of(gsisshd) });
    expect(image.ports).toEqual(gsisshd.ports);
  });

  it("changes no image", () => {
    const reference = (ports: readonly VoBoxPort[]) =>
      new VoBoxImage(newStack(), "image", {
        services: VoBoxServices.of(new VoBoxService({ name: "x", command: ["/x"], ports })),
      }).reference;
    expect(reference([VoBoxPorts.jalien().port(login)])).toBe(reference([]));
  });
});

describe("sets", () => {
  it("are made smaller and larger", () => {
    expect(names(VoBoxServices.jalien().only("ce"))).toEqual(["ce"]);
    expect(names(VoBoxServices.jalien().only("ce").and(extra))).toEqual(["ce", "extra"]);
    expect(names(VoBoxServices.of(extra))).toEqual(["extra"]);
  });

  it("refuse a name that is not there", () => {
    const services = VoBoxServices.jalien().only("ce", "cmreport").and(extra);
    expect(refused(services)).toContain(
      'site: services: given "cmreport (of monalisa, ce)"; allowed: names of the profile. ' +
        "A service of your own is added with and(new VoBoxService({ … })).",
    );
  });

  it("refuse to be empty", () => {
    const message = "site: services: given []; allowed: at least one service.";
    expect(refused(VoBoxServices.of())).toContain(message);
    expect(refused(VoBoxServices.jalien().only())).toContain(message);
  });

  it("refuse a second service of one name", () => {
    const ce = new VoBoxService({ name: "ce", command: ["/usr/bin/ce"] });
    expect(refused(VoBoxServices.jalien().and(ce))).toContain(
      'site: services[2]: given "ce"; allowed: each one once. Remove the second ce.',
    );
  });

  it("refuse two services that listen on one port", () => {
    const fdt = VoBoxPorts.jalien().port("1093/tcp");
    const own = (name: string, number: number, protocol: "tcp" | "udp") =>
      new VoBoxService({
        ...{ name, command: ["/usr/bin/own"] },
        ports: [new VoBoxPort({ ...fdt, number, protocol })],
      });
    expect(refused(VoBoxServices.jalien().and(own("x", 1093, "tcp")))).toContain(
      'site: services.ports[6]: given "1093/tcp"; allowed: each one once.',
    );
    const different = VoBoxServices.of(own("x", 4000, "tcp"), own("y", 4000, "udp"));
    expect(() => refused(different)).toThrow("it was taken");
  });

  it("name the service that is refused", () => {
    const root = new VoBoxService({ name: "r", command: ["x"], user: "root" });
    expect(refused(VoBoxServices.jalien().and(root))).toContain(
      'site: services[2].user: given "root"',
    );
  });
});
