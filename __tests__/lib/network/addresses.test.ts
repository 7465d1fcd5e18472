import {
  checkAddress,
  checkSubnet,
  IpAddress,
  portInUrl,
  Subnet,
} from "../../../lib/network/addresses";
import { refusalOf, wrong } from "../../support/synthesis";

describe("an address", () => {
  it.each([
    ["192.0.2.10", "192.0.2.10"],
    ["2001:DB8:0:0::0010", "2001:db8::10"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8::192.0.2.1", "2001:db8::c000:201"],
    ["0:0:0:0:0:0:0:0", "::"],
  ])("%s is spelled %s", (given, canonical) =>
    expect(checkAddress("x", "address", given).toString()).toBe(canonical),
  );

  it.each([
    undefined,
    null,
    42,
    "",
    "192.0.2",
    "192.0.2.010",
    "0xc0000201",
    "3221225985",
    "192.0.2.256",
    "192.0.2.1/24",
    " 192.0.2.1",
    "192.0.2.1\n",
    "::ffff:192.0.2.1",
    "::ffff:c000:201",
    "fe80::1%eth0",
    "2001:db8:::1",
    "[2001:db8::1]",
    "vobox.cern.ch",
  ])("is not %j", (given) =>
    expect(refusalOf(() => checkAddress("x", "address", given))).toBe(
      `x: address: given ${given === undefined ? "undefined" : JSON.stringify(given)}; allowed: an IPv4 or IPv6 address, such as 192.0.2.10 or 2001:db8::10. ` +
        "Without zone, port or prefix length; IPv4 as four numbers without leading zeros.",
    ),
  );

  it("is of the family that is asked for", () => {
    expect(refusalOf(() => checkAddress("x", "a", "2001:db8::1", "IPv4"))).toContain(
      "allowed: an IPv4 address such as 192.0.2.10.",
    );
    expect(refusalOf(() => checkAddress("x", "a", "192.0.2.1", "IPv6"))).toContain(
      "allowed: an IPv6 address such as 2001:db8::10.",
    );
  });

  it.each([
    ["0.0.0.0", true],
    ["::", true],
    ["0.0.0.1", false],
    ["::1", false],
    ["192.0.2.1", false],
  ])("%s stands for all of a host's: %s", (given, wildcard) =>
    expect(IpAddress.parse(given)?.isWildcard).toBe(wildcard),
  );

  it.each([
    ["137.138.1.1", true],
    ["2001:1458::1", true],
    ["192.168.1.1", false],
    ["10.0.0.1", false],
    ["100.64.0.1", false],
    ["fd00::1", false],
    ["127.0.0.1", false],
  ])("%s is one in the whole internet: %s", (given, isGlobal) =>
    expect(IpAddress.parse(given)?.isGlobal).toBe(isGlobal),
  );
});

describe("a network", () => {
  it.each([
    ["192.0.2.0/24", "192.0.2.0/24", "192.0.2.255"],
    ["192.0.2.128/25", "192.0.2.128/25", "192.0.2.255"],
    ["0.0.0.0/0", "0.0.0.0/0", "255.255.255.255"],
    ["2001:0DB8:0::/64", "2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff"],
  ])("%s is spelled %s and ends with %s", (given, canonical, last) => {
    const subnet = checkSubnet("x", "subnet", given);
    expect(subnet.toString()).toBe(canonical);
    expect(subnet.last.toString()).toBe(last);
  });

  it.each([
    ["192.0.2.5/24", "192.0.2.0/24"],
    ["192.0.2.1/0", "0.0.0.0/0"],
    ["2001:db8::5/64", "2001:db8::/64"],
  ])("is not %s, with host bits, but %s", (given, right) =>
    expect(refusalOf(() => checkSubnet("x", "subnet", given))).toBe(
      `x: subnet: given "${given}"; allowed: a network without host bits. The network with that address in it is ${right}.`,
    ),
  );

  it.each([
    undefined,
    7,
    "",
    "192.0.2.0",
    "192.0.2.0/33",
    "192.0.2.0/024",
    "192.0.2.0/-1",
    "192.0.2.0/24/24",
    "192.0.2/24",
    "192.0.2.0/24\n",
    "2001:db8::/129",
    "::ffff:192.0.2.0/120",
  ])("is not %j", (given) =>
    expect(refusalOf(() => checkSubnet("x", "subnet", wrong(given)))).toContain(
      "allowed: a network such as 192.0.2.0/24 or 2001:db8::/64.",
    ),
  );

  it("holds its addresses and no others", () => {
    const holds = (subnet: string, address: string): boolean => {
      const [network, one] = [Subnet.parse(subnet), IpAddress.parse(address)];
      if (network === undefined || one === undefined) throw new Error("no such thing");
      return network.contains(one);
    };
    expect(holds("192.0.2.128/25", "192.0.2.128")).toBe(true);
    expect(holds("192.0.2.128/25", "192.0.2.127")).toBe(false);
    expect(holds("2001:db8::/64", "2001:db8::ffff")).toBe(true);
    expect(holds("2001:db8::/64", "2001:db8:0:1::1")).toBe(false);
    expect(holds("::/0", "192.0.2.1")).toBe(false);
  });
});

it("takes every port in a URL, and no other number", () => {
  const pattern = new RegExp(`^${portInUrl}$`);
  const taken = Array.from({ length: 100_000 }, (_, number) => number).filter((number) =>
    pattern.test(`:${number}`),
  );
  expect([taken.length, taken[0], taken.at(-1)]).toEqual([65535, 1, 65535]);
  for (const none of [":01", ":-1", ":", "1", ":1.5", ":1e3"]) expect(none).not.toMatch(pattern);
});
