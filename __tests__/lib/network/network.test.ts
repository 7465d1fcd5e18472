import { VoBoxNetwork } from "../../../lib";

it("is the host's network or the engine's bridge", () => {
  const { mode, sharesHost } = VoBoxNetwork.host();
  expect({ mode, sharesHost }).toEqual({ mode: "host", sharesHost: true });
  expect(VoBoxNetwork.bridge().mode).toBe("bridge");
  expect(VoBoxNetwork.bridge().sharesHost).toBe(false);
});
