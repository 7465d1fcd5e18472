import * as fc from "fast-check";
import { DnsSettings, type DnsSettingsProps } from "../../../lib";
import type { PartArbitraries } from "./part";
import { badInstance, badList, badText, domainName, maybe } from "./values";

const server = fc.oneof(
  fc.integer({ min: 1, max: 254 }).map((last) => `192.0.2.${last}`),
  fc.integer({ min: 1, max: 0xffff }).map((last) => `2001:db8::${last.toString(16)}`),
  fc.integer({ min: 1, max: 0xffff }).map((last) => `FE80::${last.toString(16)}%eth0`),
);
const option = fc.oneof(
  fc.constantFrom("debug", "rotate", "edns0", "inet6", "use-vc", "trust-ad", "single-request"),
  fc
    .tuple(fc.constantFrom("ndots", "timeout", "attempts"), fc.integer({ min: 0, max: 99 }))
    .map(([name, value]) => `${name}:${value}`),
);
const settings = fc.record({
  servers: fc.uniqueArray(server, { minLength: 1, maxLength: 3 }),
  searchDomains: maybe(fc.array(domainName, { maxLength: 6 })),
  options: maybe(fc.array(option, { maxLength: 4 })),
});
/** Resolvers, search domains and options; network.ts joins them to a network. */
export const dns: PartArbitraries = {
  valid: fc.oneof(
    { weight: 1, arbitrary: fc.constant({ props: {}, asked: () => ({}) }) },
    {
      weight: 2,
      arbitrary: settings.map((props) => ({
        props: { dns: new DnsSettings(props) },
        asked: () => ({ environment: environment(props) }),
      })),
    },
  ),
  invalid: fc.oneof(
    badInstance.map((value) => ({ props: { dns: value }, property: "dns" })),
    fc.constantFrom([], ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]).map(refusedServers),
    badList.map(refusedServers),
    fc
      .constantFrom(["192.0.2.1", "192.0.2.1"], ["2001:db8::A", "2001:DB8::a"])
      .map((servers) => invalid({ servers }, "servers[1]")),
    fc
      .oneof(
        fc.constantFrom(
          "",
          "resolver.cern.ch",
          "192.0.2.256",
          "192.0.2",
          "2001:db8::1::",
          "1.1.1.1 ",
        ),
        badText("192.0.2.1"),
      )
      .map((value) => invalid({ servers: ["192.0.2.7", value] }, "servers[1]")),
    badList.map((value) => invalid({ searchDomains: value }, "searchDomains")),
    fc
      .oneof(fc.constantFrom("", ".", "a..b", "-a", "a b", "é.ch"), badText("cern.ch"))
      .map((value) => invalid({ searchDomains: ["a.ch", value] }, "searchDomains[1]")),
    badList.map((value) => invalid({ options: value }, "options")),
    fc
      .oneof(fc.constantFrom("", "timeout", "timeout:", "timeout:100", "none"), badText("edns0"))
      .map((value) => invalid({ options: [value] }, "options[0]")),
  ),
};

function environment(props: DnsSettingsProps): Readonly<Record<string, string>> {
  return {
    VOBOX_DNS_SERVERS: props.servers.join(" "),
    ...(props.searchDomains?.length && { VOBOX_DNS_SEARCH: props.searchDomains.join(" ") }),
    ...(props.options?.length && { VOBOX_DNS_OPTIONS: props.options.join(" ") }),
  };
}

function refusedServers(servers: unknown) {
  return invalid({ servers }, "servers");
}

function invalid(props: Readonly<Record<string, unknown>>, property: string) {
  const all = { servers: ["192.0.2.7"], ...props } as unknown as DnsSettingsProps;
  return { props: { dns: new DnsSettings(all) }, property: `dns.${property}` };
}
