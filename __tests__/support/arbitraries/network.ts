import * as fc from "fast-check";
import { DnsSettings, VoBoxNetwork, VoBoxPort } from "../../../lib";
import { dns } from "./dns";
import type { Asked, PartArbitraries, ValidPart } from "./part";
import { badInstance, badList, badNumber, badText, maybe } from "./values";

/** Ports of the site's own; those of the tables are below. */
const published = fc.record({
  number: fc.integer({ min: 20_000, max: 65_535 }),
  protocol: fc.constantFrom<"tcp" | "udp">("tcp", "udp"),
  hostAddress: maybe(fc.integer({ min: 1, max: 254 }).map((last) => `192.0.2.${last}`)),
  hostNumber: maybe(fc.integer({ min: 1, max: 19_999 })),
});
const bridge = fc
  .uniqueArray(published, {
    maxLength: 3,
    comparator: (a, b) => a.number === b.number || a.hostNumber === b.hostNumber,
  })
  .map((ports) => ({
    props: {
      network: VoBoxNetwork.bridge({
        publish: ports.map(({ number, protocol, hostAddress, hostNumber }) => ({
          port: ownPort(number, protocol, hostAddress === undefined),
          hostAddress,
          hostNumber,
        })),
      }),
    },
    asked: () => ({
      attributes: {
        network_mode: "bridge",
        ...(ports.length > 0 && {
          ports: ports.flatMap(({ number, protocol, hostAddress, hostNumber }) =>
            (hostAddress === undefined ? ["0.0.0.0", "::"] : [hostAddress]).map((ip) => ({
              internal: number,
              external: hostNumber ?? number,
              ip,
              protocol,
            })),
          ),
        }),
      },
    }),
  }));

const macvlan = fc
  .record({
    // Of another number all is another: interface, name, addresses.
    number: fc.integer({ min: 1, max: 0xffff }),
    last: fc.integer({ min: 2, max: 254 }),
    hasIpv6: fc.boolean(),
    namePrefix: maybe(fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,40}$/)),
    existing: fc.boolean(),
  })
  .map(({ number, last, hasIpv6, namePrefix, existing }) => {
    const four = `10.${number >> 8}.${number & 0xff}`;
    const six = `2001:db8:${number.toString(16)}:`;
    const parent = `eth${number}`;
    const networkName = namePrefix === undefined ? undefined : `${namePrefix}-${number}`;
    const name = networkName ?? `vobox-${parent}`;
    const ipv4 = { address: `${four}.${last}`, subnet: `${four}.0/24`, gateway: `${four}.1` };
    const ipv6 = { address: `${six}:${last}`, subnet: `${six}:/64`, gateway: `${six}:1` };
    return {
      props: {
        network: VoBoxNetwork.macvlan({
          parent,
          ipv4,
          ...(hasIpv6 && {
            ipv6: { ...ipv6, address: ipv6.address.replace("2001:db8", "2001:0DB8") },
          }),
          networkName,
          existing,
        }),
      },
      asked: (): Asked => ({
        attributes: {
          network_mode: "bridge",
          networks_advanced: [
            {
              name,
              ipv4_address: ipv4.address,
              ...(hasIpv6 && { ipv6_address: ipv6.address }),
            },
          ],
        },
        ...(!existing && {
          network: {
            name,
            driver: "macvlan",
            options: { parent },
            ...(hasIpv6 && { ipv6: true }),
            ipam_config: [
              { subnet: ipv4.subnet, gateway: ipv4.gateway },
              ...(hasIpv6 ? [{ subnet: ipv6.subnet, gateway: ipv6.gateway }] : []),
            ],
          },
        }),
      }),
    };
  });

const host = fc.constantFrom(undefined, VoBoxNetwork.host()).map((network) => ({
  props: { network },
  asked: () => ({ attributes: { network_mode: "host" } }),
}));

/** Loopback is the host's in the host's network alone. */
const loopback = fc.constantFrom("127.0.0.1", "127.0.0.53", "::1", "0.0.0.0", "::");

/** How the container is attached to the network, and its resolvers. */
export const network: PartArbitraries = {
  valid: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(fc.oneof(host, bridge, macvlan), dns.valid).map(both),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(host, loopback.map(resolver)).map(both),
    },
  ),
  invalid: fc.oneof(
    dns.invalid,
    loopback.map((address) => ({
      props: {
        dns: new DnsSettings({ servers: [address] }),
        network: VoBoxNetwork.bridge(),
      },
      property: "dns.servers[0]",
    })),
    badInstance.map((value) => ({ props: { network: value }, property: "network" })),
    badList.map((value) => ({
      props: { network: VoBoxNetwork.bridge({ publish: value as [] }), dns: undefined },
      property: "network.publish",
    })),
    badNumber(1, 65535).map((value) =>
      publishing({ port: ownPort(value as number, "tcp", true) }, "port.number"),
    ),
    badNumber(1, 65535).map((value) =>
      publishing({ port: ownPort(20_000, "tcp", true), hostNumber: value }, "hostNumber"),
    ),
    fc
      .oneof(fc.constantFrom("", "host", "192.0.2.256", "192.0.2.1/24"), badText("192.0.2.1"))
      .map((value) =>
        publishing({ port: ownPort(20_000, "tcp", true), hostAddress: value }, "hostAddress"),
      ),
    fc
      .constantFrom(undefined, "0.0.0.0", "::")
      .map((value) =>
        publishing({ port: ownPort(20_000, "tcp", false), hostAddress: value }, "hostAddress"),
      ),
    fc
      .oneof(fc.constantFrom("", "lo", "a b", "a".repeat(16)), badText("eth0"))
      .map((parent) => onMacvlan({ parent, networkName: "named" }, "parent")),
    fc
      .constantFrom("", "host", "bridge", "a b", "a".repeat(64))
      .map((networkName) => onMacvlan({ networkName }, "networkName")),
    fc
      .constantFrom("192.0.2.0/31", "192.0.2.1/24", "192.0.2.0", "127.0.0.0/8", "2001:db8::/64", "")
      .map((subnet) => onMacvlan({ ipv4: { ...ipv4, subnet } }, "ipv4.subnet")),
    fc
      .constantFrom("192.0.3.1", "192.0.2.0", "192.0.2.255", "2001:db8::1", "")
      .map((gateway) => onMacvlan({ ipv4: { ...ipv4, gateway } }, "ipv4.gateway")),
    fc
      .oneof(
        fc.constantFrom("192.0.3.1", "192.0.2.0", "192.0.2.255", "192.0.2.1", "2001:db8::1", ""),
        badText("192.0.2.10"),
      )
      .map((address) => onMacvlan({ ipv4: { ...ipv4, address } }, "ipv4.address")),
  ),
};

const ipv4 = { address: "192.0.2.10", subnet: "192.0.2.0/24", gateway: "192.0.2.1" };

function ownPort(number: number, protocol: "tcp" | "udp", isForWorld: boolean): VoBoxPort {
  const openTo = isForWorld ? (["world"] as const) : (["workerNodes"] as const);
  return new VoBoxPort({ number, protocol, service: "own", openTo, purpose: "a test" });
}

function resolver(address: string): ValidPart {
  return {
    props: { dns: new DnsSettings({ servers: [address] }) },
    asked: () => ({ environment: { VOBOX_DNS_SERVERS: address } }),
  };
}

function both([one, other]: readonly [ValidPart, ValidPart]): ValidPart {
  return {
    props: { ...one.props, ...other.props },
    asked: (containerName) => ({ ...one.asked(containerName), ...other.asked(containerName) }),
  };
}

function publishing(given: Readonly<Record<string, unknown>>, property: string) {
  const publish = [given] as unknown as [{ port: VoBoxPort }];
  return {
    // Loopback as a resolver would be refused before.
    props: { network: VoBoxNetwork.bridge({ publish }), dns: undefined },
    property: `network.publish[0].${property}`,
  };
}

function onMacvlan(given: Readonly<Record<string, unknown>>, property: string) {
  const props = { parent: "eth0", ipv4, ...given } as Parameters<typeof VoBoxNetwork.macvlan>[0];
  return {
    props: { network: VoBoxNetwork.macvlan(props), dns: undefined },
    property: `network.${property}`,
  };
}
