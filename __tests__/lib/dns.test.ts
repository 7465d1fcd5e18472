import { Lazy } from "cdktf";
import { DnsSettings, type DnsSettingsProps } from "../../lib";
import { useScratch } from "../support/scratch";
import { newStack, pemKey, refusalOf, wrong } from "../support/synthesis";

useScratch();

function validate(props: DnsSettingsProps, sharesHostNetwork = true): void {
  new DnsSettings(props).validate(newStack(), "dns", sharesHostNetwork);
}

describe("environment", () => {
  it("guard 5: keeps the order that was given", () => {
    const settings = new DnsSettings({
      servers: ["10.0.0.9", "2001:db8::1", "10.0.0.1"],
      searchDomains: ["z.cern.ch", "cern.ch"],
      options: ["timeout:2", "attempts:1"],
    });
    expect(settings.demands().environment).toEqual({
      VOBOX_DNS_SERVERS: "10.0.0.9 2001:db8::1 10.0.0.1",
      VOBOX_DNS_SEARCH: "z.cern.ch cern.ch",
      VOBOX_DNS_OPTIONS: "timeout:2 attempts:1",
    });
  });

  it("holds nothing that was not given", () => {
    const { environment } = new DnsSettings({ servers: ["10.0.0.1"] }).demands();
    expect(environment).toEqual({ VOBOX_DNS_SERVERS: "10.0.0.1" });
  });

  it("is not changed through the caller's lists afterwards", () => {
    const servers = ["10.0.0.1"];
    const settings = new DnsSettings({ servers });
    servers.push("10.0.0.2");
    expect(settings.demands().environment).toEqual({ VOBOX_DNS_SERVERS: "10.0.0.1" });
  });
});

describe("validate", () => {
  it.each<DnsSettingsProps>([
    { servers: ["192.0.2.1", "192.0.2.2", "192.0.2.3"] },
    { servers: ["2001:db8::53", "fe80::1%eth0"] },
    { servers: ["127.0.0.53"] },
    { servers: ["192.0.2.1"], searchDomains: ["cern.ch", "_msdcs.cern.ch", "local"] },
    {
      servers: ["192.0.2.1"],
      options: ["ndots:1", "timeout:30", "edns0", "single-request-reopen"],
    },
  ])("takes %j", (props) => expect(() => validate(props)).not.toThrow());

  it("lets unresolved tokens through", () => {
    const token = Lazy.stringValue({ produce: () => "later" });
    expect(() => validate({ servers: [token], searchDomains: [token] }, false)).not.toThrow();
  });

  it("refuses props that are none, without showing a private key", () => {
    const message = (given: string): string =>
      `DnsSettings: props: given ${given}; allowed: an object with named values.`;
    expect(refusalOf(() => new DnsSettings(wrong(["192.0.2.1"])))).toContain(
      message('["192.0.2.1"]'),
    );
    expect(refusalOf(() => new DnsSettings(wrong(pemKey)))).toContain(message("a private key"));
  });

  const tooMany = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
  it.each<[given: unknown, place: string, allowed: string]>([
    [{ servers: [] }, "servers: given []", "one to 3 resolvers"],
    [
      { servers: tooMany },
      `servers: given ${JSON.stringify(tooMany)}`,
      "one to 3 resolvers. The C library",
    ],
    [{ servers: undefined }, "servers: given undefined", "a list"],
    [{ servers: "192.0.2.1" }, 'servers: given "192.0.2.1"', "a list"],
    [
      { servers: [null] },
      "servers[0]: given null",
      "an IPv4 or IPv6 address. A resolver cannot be named",
    ],
    [{ servers: [42] }, "servers[0]: given 42", "an IPv4"],
    [{ servers: ["192.0.2.1", ""] }, 'servers[1]: given ""', "an IPv4"],
    [{ servers: ["dns.cern.ch"] }, 'servers[0]: given "dns.cern.ch"', "an IPv4"],
    [{ servers: ["192.0.2.1:53"] }, 'servers[0]: given "192.0.2.1:53"', "an IPv4"],
    [{ servers: ["192.0.2.256"] }, 'servers[0]: given "192.0.2.256"', "an IPv4"],
    [
      { servers: ["192.0.2.1\noptions rotate"] },
      'servers[0]: given "192.0.2.1\\noptions rotate"',
      "an IPv4",
    ],
    [{ servers: [" 192.0.2.1"] }, 'servers[0]: given " 192.0.2.1"', "an IPv4"],
    [
      { servers: ["192.0.2.1", "192.0.2.1"] },
      'servers[1]: given "192.0.2.1"',
      "each one once. Remove the second",
    ],
    [
      { servers: ["2001:DB8::1", "2001:db8::1"] },
      'servers[1]: given "2001:db8::1"',
      "each one once",
    ],
    [
      { servers: ["192.0.2.1"], searchDomains: ["a b"] },
      'searchDomains[0]: given "a b"',
      "a domain name",
    ],
    [
      { servers: ["192.0.2.1"], searchDomains: ["-x.ch"] },
      'searchDomains[0]: given "-x.ch"',
      "a domain name",
    ],
    [
      { servers: ["192.0.2.1"], searchDomains: ["cern.ch\nnameserver 6.6.6.6"] },
      "searchDomains[0]: given",
      "a domain name",
    ],
    [
      { servers: ["192.0.2.1"], searchDomains: "cern.ch" },
      'searchDomains: given "cern.ch"',
      "a list",
    ],
    [
      { servers: ["192.0.2.1"], options: ["ndots"] },
      'options[0]: given "ndots"',
      "an option of resolv.conf(5)",
    ],
    [{ servers: ["192.0.2.1"], options: ["timeout:-1"] }, "options[0]", "an option"],
    [{ servers: ["192.0.2.1"], options: ["edns0\nnameserver 6.6.6.6"] }, "options[0]", "an option"],
    [{ servers: ["192.0.2.1"], options: [7] }, "options[0]: given 7", "an option"],
  ])("refuses %j", (props, place, allowed) => {
    const message = refusalOf(() => validate(wrong(props)));
    expect(message).toContain(`site: dns.${place}`);
    expect(message).toContain(`; allowed: ${allowed}`);
  });

  it.each([
    "127.0.0.1",
    "127.1.2.3",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "0.0.0.0",
    "::",
  ])("refuses loopback %s outside host networking only", (server) => {
    expect(() => validate({ servers: [server] }, true)).not.toThrow();
    expect(refusalOf(() => validate({ servers: [server] }, false))).toContain(
      `site: dns.servers[0]: given "${server}"; allowed: an address that the container reaches. ` +
        "Loopback is the container's own outside host networking: give the address of the real resolver.",
    );
  });

  it.each(["128.0.0.1", "2001:db8::1", "fe80::1%eth0"])(
    "takes %s outside host networking",
    (server) => expect(() => validate({ servers: [server] }, false)).not.toThrow(),
  );

  it("warns that rotate gives up the order", () => {
    const stack = newStack();
    const settings = new DnsSettings({ servers: ["192.0.2.1"], options: ["rotate"] });
    settings.validate(stack, "dns", true);
    const warnings = stack.node.metadata.filter(({ type }) => type === "@cdktf/warn");
    expect(warnings.map(({ data }) => String(data))).toEqual([
      'site: dns.options: "rotate" asks the resolvers in turn, not in the order given.',
    ]);
  });
});
