import { VoBoxNetwork } from "../../../lib";

const ipv4 = { address: "192.0.2.10", subnet: "192.0.2.0/24", gateway: "192.0.2.1" };

it.each([
  [VoBoxNetwork.host(), "host", true],
  [VoBoxNetwork.bridge(), "bridge", false],
  [VoBoxNetwork.macvlan({ parent: "eth0", ipv4 }), "macvlan", false],
])("is the host's network, the engine's bridge or macvlan", (network, mode, sharesHost) => {
  expect(network.mode).toBe(mode);
  expect(network.sharesHost).toBe(sharesHost);
  expect(network.forceOnPublicCloud).toBe(false);
});

it("knows that macvlan is forced", () =>
  expect(
    VoBoxNetwork.macvlan({ parent: "eth0", ipv4, forceOnPublicCloud: true }).forceOnPublicCloud,
  ).toBe(true));
