import { VoBox } from "../../lib";
import { HealthGate } from "../../stacks/health-gate";
import { useScratch } from "../support/scratch";
import {
  badNumbers,
  newImage,
  newStack,
  only,
  refusalOf,
  type Resource,
  synthesize,
  wrong,
} from "../support/synthesis";

useScratch();

const engine = "unix:///run/docker.sock";

describe("the wait for health", () => {
  let gate: Resource;
  let vobox: VoBox;
  beforeAll(() => {
    const stack = newStack();
    vobox = new VoBox(stack, "vobox", { fqdn: "vobox.cern.ch", image: newImage() });
    new HealthGate(stack, "health", { vobox, engine, limitSeconds: 42 });
    gate = only(synthesize(stack), "null_resource");
  });

  it("is done again for another container and another image", () =>
    expect(gate["triggers"]).toEqual({
      container: expect.stringMatching(/^\$\{docker_container\.\w+\.id\}$/) as string,
      image: vobox.image.reference,
    }));

  it("runs the shipped script with its settings beside it", () =>
    expect(gate["provisioner"]).toEqual([
      {
        "local-exec": {
          command: expect.stringMatching(
            /^sh assets\/[^/]+\/[0-9A-F]+\/await-healthy\.sh$/,
          ) as string,
          environment: {
            DOCKER_HOST: engine,
            VOBOX_CONTAINER: "vobox",
            VOBOX_IMAGE: vobox.image.reference,
            VOBOX_LIMIT_SECONDS: "42",
          },
        },
      },
    ]));
});

it("refuses a limit out of range", () => {
  const stack = newStack();
  const vobox = new VoBox(stack, "vobox", { fqdn: "vobox.cern.ch", image: newImage() });
  for (const limit of badNumbers(1, 86400))
    expect(
      refusalOf(
        () =>
          new HealthGate(stack, `health-${String(limit)}`, {
            vobox,
            engine,
            limitSeconds: wrong(limit),
          }),
      ),
    ).toContain("; allowed: a whole number of seconds from 1 to 86400.");
});
