import { VoBoxService, VoBoxServices } from "../../../lib";
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

describe("sets", () => {
  it("are made smaller and larger", () => {
    expect(names(VoBoxServices.jalien().only("ce"))).toEqual(["ce"]);
    expect(names(VoBoxServices.jalien().only("ce").and(extra))).toEqual(["ce", "extra"]);
    expect(names(VoBoxServices.of(extra))).toEqual(["extra"]);
  });

  it("refuse a name that is not there", () => {
    const services = VoBoxServices.jalien().only("ce", "cmreport").and(extra);
    expect(refused(services)).toBe(
      'site: services: given "cmreport (of monalisa, ce)"; allowed: names of the profile. ' +
        "A service of your own is added with and(new VoBoxService({ … })).",
    );
  });

  it("refuse to be empty", () => {
    const message = "site: services: given []; allowed: at least one service.";
    expect(refused(VoBoxServices.of())).toBe(message);
    expect(refused(VoBoxServices.jalien().only())).toBe(message);
  });

  it("refuse a second service of one name", () => {
    const ce = new VoBoxService({ name: "ce", command: ["/usr/bin/ce"] });
    expect(refused(VoBoxServices.jalien().and(ce))).toBe(
      'site: services[2]: given "ce"; allowed: each one once. Remove the second ce.',
    );
  });

  it("name the service that is refused", () => {
    const root = new VoBoxService({ name: "r", command: ["x"], user: "root" });
    expect(refused(VoBoxServices.jalien().and(root))).toContain(
      'site: services[2].user: given "root"',
    );
  });
});
