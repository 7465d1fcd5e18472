import { chmodSync, mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type KeyPair, makeKeyPair } from "../../support/certificates";
import { callHealth, healthFolder } from "../../support/health-program";
import { useScratch } from "../../support/scratch";
import { commandPath, itWith, run } from "../../support/tools";

interface Credential {
  readonly name: string;
  readonly file: string | null;
  readonly expiresAt: string | null;
  readonly hoursLeft: number | null;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const scratch = useScratch();
const needed = ["python3", "openssl", "setpriv"];
const user = run("id", ["-un"]).stdout.trim();
const owner = Number(run("id", ["-u"]).stdout);
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

let good: KeyPair;
let other: KeyPair;
let expired: KeyPair;
beforeAll(() => {
  if (commandPath("openssl") === undefined) return;
  good = makeKeyPair(-1, 400 * 24 + 0.5);
  other = makeKeyPair(-1, 400 * 24);
  expired = makeKeyPair(-48, -1.5);
});

let count = 0;
function folderWith(files: Readonly<Record<string, string>>, mode = 0o600): string {
  const folder = join(scratch.folder, `credentials-${++count}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  }
  return folder;
}

describe("the host certificate", () => {
  const check = (folder: string, rootUser = owner): Credential =>
    callHealth({
      module: "credentials",
      function: "check_host_certificate",
      arguments: [folder, rootUser],
    }) as Credential;
  const pair = ({ certificate, key }: KeyPair, keyOf = key) =>
    folderWith({ "hostcert.pem": certificate, "hostkey.pem": keyOf });

  itWith(needed, "that serves is without problems, and says how long it does", () => {
    const folder = pair(good);
    expect(check(folder)).toEqual({
      name: "host certificate",
      file: join(folder, "hostcert.pem"),
      expiresAt: expect.stringMatching(time) as string,
      hoursLeft: 400 * 24,
      problems: [],
      warnings: [],
    });
  });

  itWith(needed, "serves with a key of mode 400 too", () => {
    const folder = pair(good);
    chmodSync(join(folder, "hostkey.pem"), 0o400);
    expect(check(folder).problems).toEqual([]);
  });

  itWith(needed, "is told at once from the one that it replaces", () => {
    const folder = pair(expired);
    expect(check(folder).problems).toHaveLength(1);
    for (const name of ["hostcert.pem", "hostkey.pem"])
      renameSync(join(pair(good), name), join(folder, name));
    expect(check(folder).problems).toEqual([]);
  });

  itWith(needed, "that ends within two weeks is a warning, and no problem", () => {
    const near = check(pair(makeKeyPair(-1, 14 * 24 - 0.5)));
    expect(near).toMatchObject({ hoursLeft: 14 * 24 - 1, problems: [] });
    expect(near.warnings).toEqual([`hostcert.pem expires at ${near.expiresAt}`]);
    expect(check(pair(makeKeyPair(-1, 14 * 24 + 0.5))).warnings).toEqual([]);
  });

  itWith(needed, "that has ended is a problem, and no warning", () => {
    const past = check(pair(expired));
    expect(past).toMatchObject({ hoursLeft: -2, warnings: [] });
    expect(past.problems).toEqual([`hostcert.pem expired at ${past.expiresAt}`]);
  });

  itWith(needed, "that has not begun is a problem", () =>
    expect(check(pair(makeKeyPair(2, 4))).problems).toEqual([
      expect.stringMatching(/^hostcert\.pem is not valid before \d{4}-.*Z$/),
    ]),
  );

  itWith(needed, "is as good as the first of its chain to end", () => {
    const folder = folderWith({
      "hostcert.pem": good.certificate + expired.certificate,
      "hostkey.pem": good.key,
    });
    expect(check(folder).problems).toEqual([expect.stringMatching(/^hostcert\.pem expired at /)]);
  });

  itWith(needed, "and its key are missed, both by name", () =>
    expect(check(folderWith({}))).toMatchObject({
      expiresAt: null,
      problems: ["hostcert.pem is missing", "hostkey.pem is missing"],
    }),
  );

  itWith(needed, "that is a link out of the directory is named as one", () => {
    const folder = folderWith({ "hostkey.pem": good.key });
    symlinkSync("../live/cert.pem", join(folder, "hostcert.pem"));
    expect(check(folder).problems).toEqual([
      "hostcert.pem is a link to ../live/cert.pem, which the VO-Box does not see",
    ]);
  });

  itWith(needed, "is no directory", () => {
    const folder = folderWith({ "hostkey.pem": good.key });
    mkdirSync(join(folder, "hostcert.pem"));
    expect(check(folder).problems).toEqual(["hostcert.pem is no file"]);
  });

  itWith(needed, "has to be one", () => {
    const [first] = good.certificate.split("\n");
    const damaged = `${first}\nAAAA\n-----END CERTIFICATE-----\n`;
    for (const text of ["", "a note", damaged, good.key])
      expect(check(folderWith({ "hostcert.pem": text, "hostkey.pem": good.key })).problems).toEqual(
        ["hostcert.pem is not a certificate"],
      );
  });

  itWith(needed, "has a key that only root reads", () => {
    for (const mode of [0o644, 0o640, 0o700, 0o4600]) {
      const folder = pair(good);
      chmodSync(join(folder, "hostkey.pem"), mode);
      expect(check(folder).problems).toEqual([
        `hostkey.pem has mode ${mode.toString(8)} instead of 400 or 600`,
      ]);
    }
    expect(check(pair(good), owner + 1).problems).toEqual([
      `hostkey.pem belongs to user ${owner} instead of root`,
    ]);
  });

  itWith(needed, "has a key of its own, without a passphrase, which is not shown", () => {
    const locked = run("openssl", ["pkcs8", "-topk8", "-passout", "pass:x"], { input: good.key });
    expect(locked.stdout).toContain("ENCRYPTED PRIVATE KEY");
    for (const [key, problem] of [
      [other.key, "hostkey.pem is not the key of hostcert.pem"],
      [locked.stdout, "hostkey.pem is not a private key without a passphrase"],
      ["a note", "hostkey.pem is not a private key without a passphrase"],
      [good.certificate, "hostkey.pem is not a private key without a passphrase"],
    ])
      expect(check(pair(good, key)).problems).toEqual([problem]);
  });

  itWith(needed, "shows several problems at once", () => {
    const folder = folderWith(
      { "hostcert.pem": expired.certificate, "hostkey.pem": other.key },
      0o644,
    );
    expect(check(folder).problems).toEqual([
      "hostkey.pem has mode 644 instead of 400 or 600",
      "hostkey.pem is not the key of hostcert.pem",
      expect.stringMatching(/^hostcert\.pem expired at /),
    ]);
  });

  describe("is a problem, and no crash,", () => {
    /** Problems with commands of these names and texts alone, and Python. */
    function problemsWith(commands: Readonly<Record<string, string>>): readonly string[] {
      const commandFolder = folderWith(commands, 0o755);
      const { stdout } = run("python3", ["-c", "import sys; print(sys.executable)"]);
      symlinkSync(stdout.trim(), join(commandFolder, "python3"));
      const certificate = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----";
      const credential = callHealth({
        module: "credentials",
        function: "check_host_certificate",
        arguments: [folderWith({ "hostcert.pem": certificate, "hostkey.pem": "" }), owner],
        environment: { PATH: commandFolder, VOBOX_HEALTH_SECONDS: "3" },
      }) as Credential;
      return credential.problems;
    }

    itWith(["python3"], "where there is no openssl", () =>
      expect(problemsWith({})).toEqual([
        expect.stringMatching(/^hostcert\.pem cannot be looked at: .*openssl/),
      ]),
    );

    itWith(["python3"], "where openssl finds no date in it", () =>
      expect(
        problemsWith({ openssl: "#!/bin/sh\necho notBefore=Bad time value\necho notAfter=x\n" }),
      ).toEqual([expect.stringMatching(/^hostcert\.pem cannot be looked at: .*Bad time value/)]),
    );

    itWith(["python3"], "where openssl does not end", () =>
      expect(problemsWith({ openssl: "#!/bin/sh\nwhile :; do :; done\n" })).toEqual([
        "hostcert.pem: a look at it did not end within 1 s",
      ]),
    );
  });
});

describe("the proxy", () => {
  const check = (folder: string, account = user): Credential =>
    callHealth({
      module: "credentials",
      function: "check_proxy",
      arguments: [account, folder],
    }) as Credential;
  const textOf = ({ certificate, key }: KeyPair): string => certificate + key + good.certificate;
  let fresh: KeyPair;
  beforeAll(() => {
    if (commandPath("openssl") !== undefined) fresh = makeKeyPair(-1, 47.5);
  });

  itWith(needed, "is missing at first, which is a warning and no problem", () => {
    const folder = folderWith({ "x.pem": "another file" });
    expect(check(folder)).toEqual({
      name: "proxy",
      file: null,
      expiresAt: null,
      hoursLeft: null,
      problems: [],
      warnings: [`none yet in ${folder}: register one`],
    });
  });

  itWith(needed, "that serves is without problems, and lasts as long as the first to end", () => {
    const folder = folderWith({ "+2fCN+3dx+20lcgadmin": textOf(fresh) });
    expect(check(folder)).toEqual({
      name: "proxy",
      file: join(folder, "+2fCN+3dx+20lcgadmin"),
      expiresAt: expect.stringMatching(time) as string,
      hoursLeft: 47,
      problems: [],
      warnings: [],
    });
  });

  itWith(needed, "is the newest, as `ls -t` has it", () => {
    const folder = folderWith({
      "a lcgadmin": "",
      "b lcgadmin": "",
      "c lcgadmin": "",
      ".lcgadmin": "",
    });
    const ages = { "a lcgadmin": 100, "b lcgadmin": 200, "c lcgadmin": 200, ".lcgadmin": 300 };
    for (const [name, seconds] of Object.entries(ages))
      utimesSync(join(folder, name), seconds, seconds);
    const first = (): string =>
      run("sh", ["-c", "ls -t *lcgadmin | sed q"], { cwd: folder }).stdout.trim();
    expect(first()).toBe("b lcgadmin");
    expect(check(folder).file).toBe(join(folder, "b lcgadmin"));
    symlinkSync("nowhere", join(folder, "d lcgadmin"));
    expect(first()).toBe("d lcgadmin");
    expect(check(folder)).toMatchObject({
      file: join(folder, "d lcgadmin"),
      problems: ["d lcgadmin is a link to nowhere, which the VO-Box does not see"],
    });
  });

  itWith(needed, "that ends within a day is a warning", () => {
    const near = check(folderWith({ xlcgadmin: textOf(makeKeyPair(-1, 23.5)) }));
    expect(near).toMatchObject({
      hoursLeft: 23,
      problems: [],
      warnings: [`xlcgadmin expires at ${near.expiresAt}`],
    });
    expect(check(folderWith({ xlcgadmin: textOf(makeKeyPair(-1, 24.5)) })).warnings).toEqual([]);
  });

  itWith(needed, "that has ended, or whose issuer has, is a problem", () => {
    const past = check(folderWith({ xlcgadmin: textOf(expired) }));
    expect(past.problems).toEqual([`xlcgadmin expired at ${past.expiresAt}`]);
    const issuer = fresh.certificate + fresh.key + expired.certificate;
    expect(check(folderWith({ xlcgadmin: issuer })).problems).toEqual(past.problems);
  });

  itWith(needed, "is no other's to read", () =>
    expect(check(folderWith({ xlcgadmin: textOf(fresh) }, 0o644)).problems).toEqual([
      "xlcgadmin has mode 644 instead of 400 or 600",
    ]),
  );

  itWith(needed, "has to be one", () =>
    expect(check(folderWith({ xlcgadmin: "a note" })).problems).toEqual([
      "xlcgadmin is not a certificate",
    ]),
  );

  if (owner === 0)
    itWith(needed, "is the VO account's to read", () => {
      const folder = folderWith({ xlcgadmin: textOf(fresh) });
      chmodSync(scratch.folder, 0o755);
      expect(check(folder, "nobody").problems).toEqual(["xlcgadmin cannot be read by nobody"]);
    });
});

describe("what is looked at", () => {
  itWith(["python3"], "is what the container was given", () => {
    const checks = (given: string): string =>
      run(
        "python3",
        [
          "-c",
          "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1]); " +
            "from vobox_health.credentials import credential_checks; print(len(credential_checks('x')))",
          healthFolder,
        ],
        { env: { ...process.env, VOBOX_CREDENTIALS: given } },
      ).stdout.trim();
    expect(["", "proxies", "host-certificate proxies"].map(checks)).toEqual(["0", "1", "2"]);
  });
});
