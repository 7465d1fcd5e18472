import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Lazy } from "cdktf";
import { type MacvlanProps, Refusal, VoBoxNetwork, VoBoxPorts, VoBoxServices } from "../../lib";
import { siteManifestFile, VoBoxApp } from "../../stacks/app";
import { Nemesis } from "../../stacks/sites/nemesis";
import { Site } from "../../stacks/site";
import { sshOptions } from "../../stacks/ssh-options";
import { useScratch } from "../support/scratch";
import { refusalOf } from "../support/synthesis";

const scratch = useScratch();

const engine = "unix:///run/docker.sock";

describe("the manifest of the sites", () => {
  it("lists them in order, with all that the command needs", () => {
    const app = new VoBoxApp({ outdir: join(scratch.folder, "out") });
    new Nemesis(app, { engine });
    const second = new Site(app, "second", {
      engine: "ssh://root@b.cern.ch",
      vobox: { fqdn: "b.cern.ch", name: "two", network: VoBoxNetwork.bridge() },
    });
    app.synth();
    const text = readFileSync(join(app.outdir, siteManifestFile), "utf8");
    const image = expect.stringMatching(/^vobox:[0-9a-f]{16}$/) as string;
    expect(JSON.parse(text)).toEqual({
      version: 1,
      sites: [
        {
          site: "nemesis",
          engine,
          container: "nemesis",
          image,
          fqdn: "nemesis.cern.ch",
          volumes: ["nemesis-state", "nemesis-logs"],
          stacks: ["nemesis-host", "nemesis-image", "nemesis-vobox"],
        },
        {
          site: "second",
          engine: "ssh://root@b.cern.ch",
          sshOptions: sshOptions("ssh://root@b.cern.ch"),
          container: "two",
          image,
          fqdn: "b.cern.ch",
          volumes: ["two-state", "two-logs"],
          stacks: ["second-host", "second-image", "second-vobox"],
        },
      ],
    });
    expect(second.vobox.dependencies).toEqual([second.image]);
    expect(second.image.dependencies).toEqual([second.host]);
  });

  it("has each name once", () => {
    const app = new VoBoxApp({ outdir: join(scratch.folder, "twice") });
    new Nemesis(app, { engine });
    const message =
      'site: name: given "nemesis"; allowed: a name that no other site has. Rename one of the two.';
    expect(refusalOf(() => new Nemesis(app, { engine }))).toBe(message);
    expect(refusalOf(() => app.refuseTakenName("nemesis"))).toBe(message);
  });
});

describe("two sites", () => {
  const other = "ssh://root@b.cern.ch";
  const macvlan = (address: string, props: Partial<MacvlanProps> = {}): VoBoxNetwork =>
    VoBoxNetwork.macvlan({
      parent: "eth0",
      ipv4: { address, subnet: "203.0.114.0/24", gateway: "203.0.114.1" },
      ...props,
    });
  const site = (network: VoBoxNetwork, changes: Partial<OneSite> = {}): OneSite => ({
    network,
    ...changes,
  });

  /** The sentence with which the second, `b`, is refused beside `a`. */
  function refusalBeside(a: OneSite, b: OneSite): string | undefined {
    const app = new VoBoxApp({ outdir: join(scratch.folder, "two") });
    const add = (name: string, { network, onEngine = engine, fqdn, services }: OneSite): Site =>
      new Site(app, name, {
        engine: onEngine,
        image: { services },
        vobox: { fqdn: fqdn ?? `box-${name}.cern.ch`, network },
      });
    add("a", a);
    try {
      add("b", b);
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  it("do not have one FQDN, wherever they are", () =>
    expect(
      refusalBeside(
        site(VoBoxNetwork.bridge(), { fqdn: "vobox.cern.ch" }),
        site(VoBoxNetwork.bridge(), { fqdn: "vobox.cern.ch", onEngine: other }),
      ),
    ).toBe(
      'b: vobox.fqdn: given "vobox.cern.ch"; allowed: what the site a does not have. ALICE\'s LDAP knows each VO-Box by its own.',
    ));

  it("do not have one container's name on one engine", () => {
    const [a, b] = ["vobox.a.ch", "vobox.b.ch"].map((fqdn) =>
      site(VoBoxNetwork.bridge(), { fqdn }),
    );
    expect(refusalBeside(a, b)).toContain('b: vobox.name: given "vobox"');
    expect(refusalBeside(a, { ...b, onEngine: other })).toBeUndefined();
  });

  it("are not both in the host's network of one engine", () => {
    const host = site(VoBoxNetwork.host());
    expect(refusalBeside(host, host)).toContain(
      'b: vobox.network: given "port 1093/tcp on every address of the host"; allowed: what the site a does not have.',
    );
    expect(refusalBeside(host, { ...host, onEngine: other })).toBeUndefined();
    const spelled = { ...host, onEngine: "unix:///var/run/docker.sock" };
    expect(refusalBeside(host, spelled)).toContain("b: vobox.network: given");
    expect(
      refusalBeside(
        { ...host, onEngine: other },
        { ...host, onEngine: `${other.toUpperCase().replace("SSH://ROOT", "ssh://root")}:22` },
      ),
    ).toContain("b: vobox.network: given");
  });

  it("do not have a port of the other's services in the host's network", () => {
    const port = VoBoxPorts.alien().port("8084/tcp");
    const published = site(VoBoxNetwork.bridge({ publish: [{ port, hostAddress: "192.0.2.7" }] }));
    const host = (services: VoBoxServices) => site(VoBoxNetwork.host(), { services });
    expect(refusalBeside(host(VoBoxServices.alien()), published)).toContain(
      'b: vobox.network.publish[0]: given "port 8084/tcp on 192.0.2.7"',
    );
    expect(refusalBeside(host(VoBoxServices.jalien()), published)).toBeUndefined();
  });

  it("do not have a port on every address, beside one that only Terraform will know", () => {
    const port = VoBoxPorts.jalien().port("1093/tcp");
    const hostAddress = Lazy.stringValue({ produce: () => "192.0.2.7" });
    const late = site(VoBoxNetwork.bridge({ publish: [{ port, hostAddress }] }));
    expect(refusalBeside(site(VoBoxNetwork.host()), late)).toContain(
      'b: vobox.network.publish[0]: given "port 1093/tcp on an address that only Terraform will know"',
    );
  });

  it("guard 14: do not have one static address, in whatever spelling, wherever they are", () => {
    expect(
      refusalBeside(
        site(macvlan("203.0.114.10")),
        site(macvlan("203.0.114.10"), { onEngine: other }),
      ),
    ).toBe(
      'b: vobox.network.ipv4.address: given "the address 203.0.114.10"; allowed: what the site a does not have. Give each VO-Box addresses of its own.',
    );
    const v6 = (address: string) => ({
      ipv6: { address, subnet: "2a00:db8::/64", gateway: "2a00:db8::1" },
    });
    expect(
      refusalBeside(
        site(macvlan("203.0.114.10", v6("2a00:db8::10"))),
        site(macvlan("203.0.114.11", v6("2A00:0DB8:0::0010")), { onEngine: other }),
      ),
    ).toContain('b: vobox.network.ipv6.address: given "the address 2a00:db8::10"');
  });

  it("may each have the same address of those that every site may use for itself", () => {
    const own = (): VoBoxNetwork =>
      macvlan("", { ipv4: { address: "10.0.0.10", subnet: "10.0.0.0/24", gateway: "10.0.0.1" } });
    expect(refusalBeside(site(own()), site(own(), { onEngine: other }))).toBeUndefined();
    expect(refusalBeside(site(own()), site(own()))).toContain('given "the ');
  });

  it("share a network of one engine where one makes it and the other takes it", () => {
    const [a, b] = ["203.0.114.10", "203.0.114.11"];
    expect(refusalBeside(site(macvlan(a)), site(macvlan(b)))).toBe(
      'b: vobox.network.networkName: given "the network vobox-eth0"; allowed: what the site a does not have. One stack makes the network: give existing: true to all others.',
    );
    expect(refusalBeside(site(macvlan(a)), site(macvlan(b, { existing: true })))).toBeUndefined();
  });

  it("are not refused for what only Terraform will know", () => {
    const later = (text: string): string => Lazy.stringValue({ produce: () => text });
    const taken = (address: string, props: Partial<MacvlanProps>): OneSite =>
      site(macvlan(address, { existing: true, ...props }));
    const elsewhere = {
      ipv4: { address: "198.18.0.10", subnet: "198.18.0.0/24", gateway: "198.18.0.1" },
    };
    const [a, b] = ["203.0.114.10", "203.0.114.11"];
    expect(
      refusalBeside(
        taken(a, { networkName: later("neta"), parent: "eth0" }),
        taken("", { networkName: later("netb"), parent: "eth1", ...elsewhere }),
      ),
    ).toBeUndefined();
    expect(
      refusalBeside(
        taken(a, { networkName: "docknet", parent: later("eth0") }),
        taken(b, { networkName: "docknet", parent: later("eth0") }),
      ),
    ).toBeUndefined();
  });
});

interface OneSite {
  readonly network: VoBoxNetwork;
  readonly onEngine?: string;
  readonly fqdn?: string;
  readonly services?: VoBoxServices;
}
