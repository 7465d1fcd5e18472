import { Lazy } from "cdktf";
import { GridCredentials } from "../../lib";
import { newStack, refusalOf, wrong } from "../support/synthesis";
import { useScratch } from "../support/scratch";

useScratch();

const hostCertificateDirectory = "/etc/grid-security";
const proxyDirectory = "/var/lib/vobox/alice/proxy_repository";

function refused(props: unknown): string {
  const credentials = new GridCredentials(wrong(props));
  return refusalOf(() => credentials.validate(newStack(), "credentials"));
}

describe("credentials ask for", () => {
  it("directories, read-only, where the services look for them, and that health looks at both", () =>
    expect(
      new GridCredentials({
        hostCertificateDirectory: "/srv/certificate",
        proxyDirectory: "/srv/proxies",
      }).demands(),
    ).toEqual({
      environment: { VOBOX_CREDENTIALS: "host-certificate proxies" },
      mounts: [
        {
          type: "bind",
          source: "/srv/certificate",
          target: "/etc/grid-security",
          readOnly: true,
        },
        {
          type: "bind",
          source: "/srv/proxies",
          target: "/var/lib/vobox/alice/proxy_repository",
          readOnly: true,
        },
      ],
    }));

  it.each([
    [{ hostCertificateDirectory }, "host-certificate", "/etc/grid-security"],
    [{ proxyDirectory }, "proxies", "/var/lib/vobox/alice/proxy_repository"],
  ])("the one that is given, %j", (props, name, target) => {
    const { environment, mounts } = new GridCredentials(props).demands();
    expect(environment).toEqual({ VOBOX_CREDENTIALS: name });
    expect(mounts).toMatchObject([{ target }]);
  });
});

describe("credentials refuse", () => {
  it.each([undefined, null, "/etc/grid-security", []])("to be made from %j", (props) =>
    expect(refusalOf(() => new GridCredentials(wrong(props)))).toMatch(
      /^GridCredentials: props: given .*; allowed: an object with named values\. [A-Z]/,
    ),
  );

  it("to be nothing", () =>
    expect(refused({})).toBe(
      "site: credentials: given {}; allowed: hostCertificateDirectory, proxyDirectory or both. " +
        "Leave credentials out where the VO-Box has none.",
    ));

  for (const prop of ["hostCertificateDirectory", "proxyDirectory"]) {
    it.each(["", "/", "etc", "/etc/../x", "/a b", "/a\nb", "/a/", "~", 5, true, null, {}])(
      `${prop} %j`,
      (path) =>
        expect(refused({ [prop]: path })).toContain(
          `site: credentials.${prop}: given ${JSON.stringify(path)}; allowed: an absolute path on the host other than /, without blanks, . or ...`,
        ),
    );

    it.each(["/cvmfs", "/cvmfs/alice.cern.ch/etc"])(`${prop} %j`, (path) =>
      expect(refused({ [prop]: path })).toBe(
        `site: credentials.${prop}: given "${path}"; allowed: a directory outside of /cvmfs. Everybody reads /cvmfs: no key lies there.`,
      ),
    );
  }

  it("one directory for both", () =>
    expect(refused({ hostCertificateDirectory, proxyDirectory: hostCertificateDirectory })).toBe(
      `site: credentials.proxyDirectory: given "${hostCertificateDirectory}"; allowed: another directory than hostCertificateDirectory. ` +
        "The VO account reads the proxies, and not the host's key.",
    ));
});

it("directories that only Terraform will know are let through", () => {
  const late = Lazy.stringValue({ produce: () => "/late" });
  for (const props of [{ hostCertificateDirectory: late }, { proxyDirectory: late }])
    expect(() => new GridCredentials(props).validate(newStack(), "credentials")).not.toThrow();
});

it("a directory beside /cvmfs is taken", () =>
  expect(() =>
    new GridCredentials({ proxyDirectory: "/cvmfs-proxies" }).validate(newStack(), "credentials"),
  ).not.toThrow());
