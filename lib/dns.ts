import { BlockList, isIP, isIPv6 } from "node:net";
import { Annotations, Token } from "cdktf";
import type { IConstruct } from "constructs";
import type { ContainerDemands } from "./container/demands";
import { joined } from "./literals";
import { checkProps, type PropNames } from "./props";
import { checkDistinct, checkList, checkText, copyOf, isUnknownList, refuse } from "./refusal";

/** Most servers that resolv.conf takes; the C library drops the rest in silence (resolv.conf(5), MAXNS). */
const maximumServers = 3;
const domain =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;
// resolv.conf(5).
const option =
  /^(debug|rotate|no-aaaa|no-check-names|inet6|edns0|single-request|single-request-reopen|no-tld-query|use-vc|no-reload|trust-ad|(ndots|timeout|attempts):\d{1,2})$/;

/** What `/etc/resolv.conf` of a VO-Box holds. */
export interface DnsSettingsProps {
  /** Resolvers as IP addresses, asked in this order. One to three. */
  readonly servers: readonly string[];
  /** Domains that are tried for short names, in this order. @default - none */
  readonly searchDomains?: readonly string[];
  /** Options of resolv.conf(5), e.g. `timeout:2`. @default - none */
  readonly options?: readonly string[];
}

const propNames: PropNames<DnsSettingsProps> = {
  servers: true,
  searchDomains: true,
  options: true,
};

/**
 * The resolvers of a VO-Box, in order.
 *
 * They are written to `/etc/resolv.conf` inside the container at each start, in every network mode:
 * the engine rebuilds that file at each start, and the provider's own `dns` loses the order.
 */
export class DnsSettings {
  /** Resolvers as IP addresses, in order. */
  readonly servers: readonly string[];
  /** Domains that are tried for short names, in order. */
  readonly searchDomains: readonly string[];
  /** Options of resolv.conf(5). */
  readonly options: readonly string[];

  /** @throws Refusal when the props are no object or misnamed; everything else is refused by the container that gets it. */
  constructor(props: DnsSettingsProps) {
    checkProps("DnsSettings", "props", props, propNames);
    this.servers = copyOf(props.servers);
    this.searchDomains = copyOf(props.searchDomains ?? []);
    this.options = copyOf(props.options ?? []);
  }

  /** What it asks of the container: environment that the image's init reads; lists are separated by blanks. */
  demands(): ContainerDemands {
    const environment = {
      VOBOX_DNS_SERVERS: joined(" ", this.servers),
      ...(this.searchDomains.length > 0 && { VOBOX_DNS_SEARCH: joined(" ", this.searchDomains) }),
      ...(this.options.length > 0 && { VOBOX_DNS_OPTIONS: joined(" ", this.options) }),
    };
    return { environment };
  }

  /** @throws Refusal when a server, search domain or option cannot stand in resolv.conf or would not work. */
  validate(scope: IConstruct, property: string, sharesHostNetwork: boolean): void {
    for (const list of ["servers", "searchDomains", "options"] as const)
      checkList(scope, `${property}.${list}`, this[list]);
    if (this.servers.length < 1 || this.servers.length > maximumServers)
      refuse(scope, {
        property: `${property}.servers`,
        given: this.servers,
        allowed: `one to ${maximumServers} resolvers`,
        remedy: "The C library ignores all after the third.",
      });
    known(this.servers).forEach((server, index) => {
      const place = `${property}.servers[${index}]`;
      const address = {
        allowed: "an IPv4 or IPv6 address",
        remedy: "A resolver cannot be named: nothing would resolve its name.",
      };
      checkText(scope, place, server, { pattern: /^\S+$/, ...address });
      if (Token.isUnresolved(server)) return;
      if (isIP(server) === 0) refuse(scope, { property: place, given: server, ...address });
      if (!sharesHostNetwork && isLoopback(server))
        refuse(scope, {
          property: place,
          given: server,
          allowed: "an address that the container reaches",
          remedy:
            "Loopback is the container's own outside host networking: give the address of the real resolver.",
        });
    });
    checkDistinct(scope, `${property}.servers`, this.servers, (server) => server.toLowerCase());
    known(this.searchDomains).forEach((name, index) =>
      checkText(scope, `${property}.searchDomains[${index}]`, name, {
        pattern: domain,
        allowed: "a domain name such as cern.ch",
        remedy: "One domain in each element, without a dot before it.",
      }),
    );
    known(this.options).forEach((value, index) =>
      checkText(scope, `${property}.options[${index}]`, value, {
        pattern: option,
        allowed: "an option of resolv.conf(5), such as timeout:2 or edns0",
        remedy: "One option in each element, its number after a colon.",
      }),
    );
    if (this.options.includes("rotate"))
      Annotations.of(scope).addWarning(
        `${scope.node.path}: ${property}.options: "rotate" asks the resolvers in turn, not in the order given.`,
      );
  }
}

/** What can be checked of a list. */
function known(list: readonly string[]): readonly string[] {
  return isUnknownList(list) ? [] : list;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");
// The C library asks the own host where the address is all zeros.
loopback.addAddress("0.0.0.0");
loopback.addAddress("::", "ipv6");

function isLoopback(address: string): boolean {
  return loopback.check(address.replace(/%.*/, ""), isIPv6(address) ? "ipv6" : "ipv4");
}
