/**
 * CERN's networks, with the central services of ALICE in them (JAliEn documentation, VO-Box requirements;
 * 2001:1459::/32: ALICE VO-Box setup and configuration, 2017).
 */
export const cernNetworks: readonly string[] = [
  "128.141.0.0/16",
  "128.142.0.0/16",
  "137.138.0.0/16",
  "188.184.0.0/15",
  "185.249.56.0/22",
  "2001:1458::/32",
  "2001:1459::/32",
];

/** Something outside that a VO-Box has to reach. */
export interface OutgoingConnection {
  readonly protocol: "tcp";
  readonly ports: readonly number[];
  /** Whose. */
  readonly to: string;
  readonly purpose: string;
  /** Where that is said. */
  readonly source: string;
}

const guide = "MonALISA Service Installation Guide, 2015";

/** What a site that filters outgoing traffic has to let through, besides the ports of its own proxies and batch system. */
export const outgoingConnections: readonly OutgoingConnection[] = [
  {
    protocol: "tcp",
    ports: [8098],
    to: "alice-jcentral.cern.ch",
    purpose: "JAliEn's central services",
    source: "JAliEn, config.properties",
  },
  {
    protocol: "tcp",
    ports: [8389],
    to: "alice-ldap.cern.ch",
    purpose: "configuration of the site in LDAP",
    source: "JAliEn, config.properties",
  },
  {
    protocol: "tcp",
    ports: [80, 4160, 8765],
    to: "MonALISA's lookup services",
    purpose: "registration of the service; its own updates",
    source: guide,
  },
  {
    protocol: "tcp",
    ports: [6001, 6002, 6003],
    to: "MonALISA's proxies",
    purpose: "monitoring data",
    source: guide,
  },
];
