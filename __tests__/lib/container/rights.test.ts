import { containerWith } from "../../support/container";
import { useScratch } from "../../support/scratch";
import { refusalOf, type Resource, wrong } from "../../support/synthesis";

useScratch();

const allowed = (capabilities: readonly string[]): Resource => containerWith({ capabilities });

it("guard 7: gives capabilities with CAP_, sorted, as newer engines give them back", () =>
  expect(allowed(["NET_RAW", "CAP_NET_ADMIN"])["capabilities"]).toEqual({
    add: ["CAP_NET_ADMIN", "CAP_NET_RAW"],
  }));

it("leaves the block out where nothing is asked for", () =>
  expect(allowed([])).not.toHaveProperty("capabilities"));

it.each(["ALL", "CAP_ALL", "net_admin", "NET ADMIN", "", "CAP_", "NET_ADMINS", 5])(
  "refuses %j",
  (name) =>
    expect(refusalOf(() => allowed([wrong(name)]))).toContain(
      `capabilities[0]: given ${JSON.stringify(name)}; allowed: a capability's name`,
    ),
);

it.each(["", "CAP_"])(
  "refuses those that give the host away, with what they are for (%j)",
  (prefix) => {
    const of = (name: string) => refusalOf(() => allowed(["CHOWN", `${prefix}${name}`]));
    expect(of("SYS_MODULE")).toBe(
      `site/box: capabilities[1]: given "${prefix}SYS_MODULE"; allowed: no capability that gives the host away: ` +
        "SYS_MODULE loads modules into the host's kernel. Let a service of the host do what needs it.",
    );
    expect(of("SYS_TIME")).toContain(
      "SYS_TIME sets the host's clock. Let a time service of the host",
    );
    expect(of("SYS_ADMIN")).toContain("CvmfsMount.inContainer() asks for it by itself");
    for (const name of ["BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "PERFMON"])
      expect(of(name)).toContain(`gives the host away: ${name} `);
    for (const name of ["SYS_BOOT", "SYS_RAWIO"])
      expect(of(name)).toContain(`gives the host away: ${name} `);
  },
);

it.each(["NET_ADMIN", "SYS_PTRACE", "SYS_NICE", "SYS_RESOURCE", "SYSLOG", "IPC_LOCK", "MKNOD"])(
  "takes %s",
  (name) => expect(allowed([name])["capabilities"]).toEqual({ add: [`CAP_${name}`] }),
);

it("refuses the same one in both spellings", () =>
  expect(refusalOf(() => allowed(["NET_RAW", "CAP_NET_RAW"]))).toContain("CAP_NET_RAW"));
