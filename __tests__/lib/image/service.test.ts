import { VoBoxPort, VoBoxService } from "../../../lib";
import { useScratch } from "../../support/scratch";
import { badNumbers, newStack, refusalOf, wrong } from "../../support/synthesis";

useScratch();

function service(props: unknown = {}): VoBoxService {
  const all = { name: "ce", command: ["/usr/bin/ce"], ...(props as object) };
  return new VoBoxService(all);
}

function refused(props: unknown): string {
  return refusalOf(() => service(props).validate(newStack(), "services[0]"));
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}

it("has defaults", () =>
  expect(service()).toMatchObject({
    startSeconds: 2,
    stopSignal: "TERM",
    stopSeconds: 10,
    priority: 500,
    healthCommand: [],
    user: undefined,
    environmentFile: undefined,
    ports: [],
  }));

it("is not changed through the caller's list afterwards", () => {
  const command = ["/usr/bin/ce"];
  const { command: kept } = service({ command });
  command.push("--evil");
  expect(kept).toEqual(["/usr/bin/ce"]);
});

describe("a service that stays in the foreground", () => {
  it.each<readonly string[]>([
    ["/usr/bin/ce"],
    ["jalien", "alien.site.ComputingElement"],
    ["/opt/ML_SER", "run"],
    ["condor_master", "-f"],
    ["sh", "-c", "a && b"],
    ["/opt/service-x"],
    ["/opt/x", "--daemonic"],
    ["x", "a;b", "it's", "%h", "ä"],
    ["/usr/bin/agent", "--name", "service"],
    ["/usr/bin/agent", "nohup", "x"],
    ["/opt/systemctl-exporter", "systemctl", "start"],
    ["/usr/bin/agent", "--url", "http://a.cern.ch/?x&"],
    ["/usr/bin/agent", "condor_master"],
    ["/opt/condor_master/agent"],
    ["sh", "-c", "x & wait"],
    ["sh", "-c", "echo 'nohup x &'; exec x"],
    ["bash", "-euc", "exec condor_master -f"],
    ["bash", "/opt/wrapper", "-c", "nohup x"],
    ["env", "A=b", "x"],
  ])("%s %s %s is taken", (...command) =>
    expect(() => service({ command }).validate(newStack(), "s")).not.toThrow(),
  );
});

describe("a service that daemonises is refused", () => {
  it.each([
    ["nohup x"],
    ["/usr/bin/setsid x"],
    ["daemonize x"],
    ["/sbin/start-stop-daemon --start x"],
    ["service condor start"],
    ["systemctl start condor"],
    ["x --daemon"],
    ["x --daemonize -v"],
    ["x --background"],
    ["/cvmfs/alice.cern.ch/scripts/vobox/jalien-vobox.sh start ce"],
    ["jalien-vobox.sh restart"],
    ["/cvmfs/x/Service/CMD/ML_SER start"],
    ["aliend start"],
    ["/opt/alien StartCE"],
    ["condor_master"],
    ["/usr/sbin/condor_master -dyn"],
    ["sh -c x&"],
    ["sh -c x & "],
    ["alien StartMonitor -v"],
    ["env A=b nohup x"],
    ["bash -x /cvmfs/x/Service/CMD/ML_SER start"],
  ])("%s", (line) =>
    expect(refused({ command: line.trim().split(/ +/) })).toContain(
      `site: services[0].command: given ${JSON.stringify(line.trim())}; allowed: a program that stays in the foreground. ` +
        "This one daemonises, so nothing could keep it running: use its foreground form, or a wrapper that stays as long as it runs.",
    ),
  );
});

describe("a shell whose text daemonises is refused", () => {
  it.each([
    ["sh", "nohup x"],
    ["/bin/bash", "cd /x && nohup ./y"],
    ["sh", "x &"],
    ["sh", "(x) & "],
    ["sh", "a; exec condor_master"],
    ["sh", "A=b; x --daemon"],
    ["bash", "if true; then env A=b setsid x; fi"],
  ])("%s -c '%s'", (shell, text) =>
    expect(refused({ command: [shell, "-c", text] })).toContain(
      "; allowed: a program that stays in the foreground.",
    ),
  );
});

describe("refusals", () => {
  it.each([
    "",
    "CE",
    "1ce",
    "c_e",
    "a b",
    "ce\n",
    "ce]\n[program:x",
    "../ce",
    "c".repeat(33),
    "resolv-conf-keeper",
    undefined,
    null,
    5,
  ])("the name %j", (name) =>
    expect(refused({ name })).toContain(
      `site: services[0].name: given ${shown(name)}; allowed: 1 to 32 lower-case letters, digits and -, beginning with a letter; not resolv-conf-keeper, which every image has.`,
    ),
  );

  it.each(["command", "healthCommand"])("a %s that is no list of words", (property) => {
    expect(refused({ [property]: "jalien ce" })).toContain(
      `site: services[0].${property}: given "jalien ce"; allowed: a list.`,
    );
    for (const word of ["", "a\nb", "a\u0000", "a\r", undefined, null, 5])
      expect(refused({ [property]: ["x", word] })).toContain(
        `site: services[0].${property}[1]: given ${shown(word)}; allowed: a word without line breaks or control characters, and not empty.`,
      );
  });

  it("no command", () => {
    expect(refused({ command: [] })).toContain(
      "site: services[0].command: given []; allowed: a command.",
    );
    expect(refused({ command: undefined })).toContain(
      "site: services[0].command: given undefined; allowed: a list.",
    );
  });

  it.each(["root", "", "0", "Root", "a b", "x\nuser = root", "-a", 5, null])(
    "the user %j",
    (user) => {
      if (user === null) return expect(refused({ user })).toContain("services[0].user: given null");
      return expect(refused({ user })).toContain(
        `site: services[0].user: given ${shown(user)}; allowed: the name of an account other than root. ` +
          "A batch system's master, which changes to each job's account itself, is VoBoxService.rootDaemon({ reason }).",
      );
    },
  );

  it("ports that are none", () => {
    expect(refused({ ports: "1093/tcp" })).toContain('services[0].ports: given "1093/tcp"');
    expect(refused({ ports: ["1093/tcp"] })).toContain(
      'services[0].ports[0]: given "1093/tcp"; allowed: a port, as VoBoxPorts.jalien().port(',
    );
    const port = { protocol: "tcp", service: "x", openTo: [], purpose: "x" } as const;
    expect(refused({ ports: [new VoBoxPort({ ...port, number: 0 })] })).toContain(
      "services[0].ports[0].number: given 0",
    );
  });

  it.each(["", "x.env", "/a b", "/a\nb", "/etc/../x", 5])(
    "the environment file %j",
    (environmentFile) =>
      expect(refused({ environmentFile })).toContain(
        `site: services[0].environmentFile: given ${shown(environmentFile)}; allowed: an absolute path in the container other than /, without blanks, . or ...`,
      ),
  );

  it.each(["", "SIGTERM", "term", "TERM\nuser = root", "STOP", 15])(
    "the stop signal %j",
    (stopSignal) =>
      expect(refused({ stopSignal })).toContain(
        `site: services[0].stopSignal: given ${shown(stopSignal)}; allowed: TERM, HUP, INT, QUIT, KILL, USR1 or USR2.`,
      ),
  );

  it.each([
    ["startSeconds", 1, 300, "seconds"],
    ["stopSeconds", 1, 300, "seconds"],
    ["priority", 10, 999, "places"],
  ] as const)("%s outside of %i to %i", (property, least, most, unit) => {
    for (const value of badNumbers(least, most))
      expect(refused({ [property]: value })).toContain(
        `services[0].${property}: given ${typeof value === "number" ? value : shown(value)}; allowed: a whole number of ${unit} from ${least} to ${most}.`,
      );
    for (const value of [least, most])
      expect(() => service({ [property]: value }).validate(newStack(), "s")).not.toThrow();
  });
});

describe("rootDaemon", () => {
  const daemon = (reason: unknown): VoBoxService =>
    VoBoxService.rootDaemon({
      name: "condor",
      command: ["condor_master", "-f"],
      reason: wrong(reason),
    });

  it("is root, with a reason", () => {
    const condor = daemon("it changes to each job's account");
    expect(() => condor.validate(newStack(), "s")).not.toThrow();
    expect(condor.user).toBe("root");
    expect(condor.reason).toBe("it changes to each job's account");
    expect(service().reason).toBeUndefined();
  });

  it("is the only way to it", () => {
    const Constructor = VoBoxService as unknown as new (...args: unknown[]) => VoBoxService;
    const smuggled = new Constructor({ name: "x", command: ["x"], user: "root" }, "why not");
    expect(refusalOf(() => smuggled.validate(newStack(), "services[0]"))).toContain(
      'services[0].user: given "root"',
    );
    expect(refusalOf(() => service({ user: "root", reason: "why not" }))).toContain(
      'VoBoxService: props: given "reason"',
    );
    const daemonOf = (props: unknown) => VoBoxService.rootDaemon(wrong(props));
    expect(
      refusalOf(() => daemonOf({ name: "x", command: ["x"], reason: "x", user: "agent" })),
    ).toContain('VoBoxService: props: given "user"');
  });

  it.each(["", "  ", "a\nuser = root", null, 5])("refuses the reason %j", (reason) =>
    expect(refusalOf(() => daemon(reason).validate(newStack(), "services[0]"))).toContain(
      `site: services[0].reason: given ${shown(reason)}; allowed: the reason in words, on one line.`,
    ),
  );

  it("without a reason is a service as root like any other", () =>
    expect(refusalOf(() => daemon(undefined).validate(newStack(), "services[0]"))).toContain(
      'services[0].user: given "root"',
    ));
});

it.each([undefined, null, "ce", ["ce"]])("refuses the props %j", (props) => {
  const message = `VoBoxService: props: given ${shown(props)}; allowed: an object with named values.`;
  expect(refusalOf(() => new VoBoxService(wrong(props)))).toContain(message);
  expect(refusalOf(() => VoBoxService.rootDaemon(wrong(props)))).toContain(message);
});
