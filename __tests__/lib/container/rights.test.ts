import { CvmfsMount, VoBoxContainer } from "../../../lib";
import { useScratch } from "../../support/scratch";
import { newImage, newStack, only, refusalOf, synthesize, wrong } from "../../support/synthesis";

useScratch();

function containerWith(capabilities: readonly string[]) {
  const stack = newStack();
  new VoBoxContainer(stack, "box", {
    image: newImage(),
    fqdn: "vobox.cern.ch",
    cvmfs: CvmfsMount.fromHost(),
    capabilities,
  });
  return only(synthesize(stack), "docker_container");
}

it("guard 7: gives capabilities with CAP_, sorted, as newer engines give them back", () =>
  expect(containerWith(["NET_RAW", "CAP_NET_ADMIN"])["capabilities"]).toEqual({
    add: ["CAP_NET_ADMIN", "CAP_NET_RAW"],
  }));

it("leaves the block out where nothing is asked for", () =>
  expect(containerWith([])).not.toHaveProperty("capabilities"));

it.each(["ALL", "CAP_ALL", "net_admin", "NET ADMIN", "", "CAP_", "NET_ADMINS", 5])(
  "refuses %j",
  (name) =>
    expect(refusalOf(() => containerWith([wrong(name)]))).toContain(
      `capabilities[0]: given ${JSON.stringify(name)}; allowed: a capability's name`,
    ),
);

it("refuses the same one in both spellings", () =>
  expect(refusalOf(() => containerWith(["NET_RAW", "CAP_NET_RAW"]))).toContain("CAP_NET_RAW"));
