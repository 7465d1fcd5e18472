import { join } from "node:path";
import { VoBoxNetwork } from "../../lib";
import { VoBoxApp } from "../../stacks/app";
import { HelixNebulaProvider } from "../../stacks/helix-nebula";
import { Site, type SiteProps } from "../../stacks/site";
import { useScratch } from "../support/scratch";
import { refusalOf, wrong } from "../support/synthesis";

const scratch = useScratch();
let count = 0;

function newSite(provider: SiteProps["provider"], network?: VoBoxNetwork): Site {
  const app = new VoBoxApp({ outdir: join(scratch.folder, `out-${++count}`) });
  const vobox = { fqdn: "vobox.cern.ch", network };
  return new Site(app, "a", { engine: "ssh://root@a.cern.ch", provider, vobox });
}

const macvlan = (forceOnPublicCloud?: boolean): VoBoxNetwork =>
  VoBoxNetwork.macvlan({
    parent: "eth0",
    ipv4: { address: "192.0.2.10", subnet: "192.0.2.0/24", gateway: "192.0.2.1" },
    forceOnPublicCloud,
  });

const warnings = (site: Site): string[] =>
  site.vobox.node.metadata
    .filter(({ type }) => type === "@cdktf/warn")
    .map(({ data }) => String(data));

const providers = [
  [HelixNebulaProvider.tSystems(), /at T-Systems, the port security of the Open Telekom Cloud/],
  [HelixNebulaProvider.rhea(), /at RHEA, Exoscale gives a machine its public address directly/],
  [HelixNebulaProvider.ibm(), /at IBM, the network, like that of most public clouds/],
] as const;

describe.each(providers)("at a provider of the Helix Nebula Science Cloud", (provider, reason) => {
  it("macvlan is refused, with the reason", () => {
    const refusal = refusalOf(() => newSite(provider, macvlan()));
    expect(refusal).toContain(
      'a: vobox.network: given "macvlan"; allowed: VoBoxNetwork.host() or VoBoxNetwork.bridge(). Nobody would reach the VO-Box: at ',
    );
    expect(refusal).toMatch(reason);
    expect(refusal).toContain("give forceOnPublicCloud: true.");
  });

  it("macvlan is taken where it is forced, with the reason as a warning", () => {
    const [warning, ...others] = warnings(newSite(provider, macvlan(true)));
    expect(warning).toContain("a: vobox.network: macvlan is forced, but at ");
    expect(warning).toMatch(reason);
    expect(others).toEqual([]);
  });

  it.each([undefined, VoBoxNetwork.host(), VoBoxNetwork.bridge()])(
    "the host's network and the bridge are taken",
    (network) => expect(warnings(newSite(provider, network))).toEqual([]),
  );
});

it("macvlan is taken elsewhere", () => expect(warnings(newSite(undefined, macvlan()))).toEqual([]));

it("refuses a provider that is none", () =>
  expect(refusalOf(() => newSite(wrong("ibm")))).toContain(
    'a: provider: given "ibm"; allowed: HelixNebulaProvider.tSystems(), .rhea() or .ibm().',
  ));
