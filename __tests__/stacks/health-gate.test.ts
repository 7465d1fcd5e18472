import { VoBox } from "../../lib";
import { HealthGate } from "../../stacks/health-gate";
import { sshOptions } from "../../stacks/ssh-options";
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

/** A VO-Box, and the resource that waits for it. */
function waitFor(address: string): { readonly vobox: VoBox; readonly gate: Resource } {
  const stack = newStack();
  const vobox = new VoBox(stack, "vobox", { fqdn: "vobox.cern.ch", image: newImage() });
  new HealthGate(stack, "health", { vobox, engine: address, limitSeconds: 42 });
  return { vobox, gate: only(synthesize(stack), "null_resource") };
}

describe("the wait for health", () => {
  let gate: Resource;
  let vobox: VoBox;
  beforeAll(() => ({ vobox, gate } = waitFor(engine)));

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

describe("guard 9: a limit that ends before the health check is through with a start", () => {
  const warnings = (limitSeconds: number): readonly string[] => {
    const stack = newStack();
    const healthCheck = { startPeriodSeconds: 60, retries: 4, intervalSeconds: 10 };
    const vobox = new VoBox(stack, "vobox", {
      fqdn: "vobox.cern.ch",
      image: newImage(),
      healthCheck,
    });
    return new HealthGate(stack, "health", { vobox, engine, limitSeconds }).node.metadata.map(
      ({ data }) => String(data),
    );
  };

  it("is warned of", () =>
    expect(warnings(99)).toEqual([
      expect.stringMatching(/^site\/health: limitSeconds: 99 end before the 100 seconds that/),
    ]));

  it("is no other", () => expect(warnings(100)).toEqual([]));

  it("is not the default with the default check", () => {
    const stack = newStack();
    const vobox = new VoBox(stack, "vobox", { fqdn: "vobox.cern.ch", image: newImage() });
    expect(new HealthGate(stack, "health", { vobox, engine }).node.metadata).toEqual([]);
  });
});

it("guard 9: leaves the provider's own wait alone, which taints a VO-Box that is late", () => {
  const stack = newStack();
  new VoBox(stack, "vobox", { fqdn: "vobox.cern.ch", image: newImage() });
  const container = only(synthesize(stack), "docker_container");
  expect(container).not.toHaveProperty("wait");
  expect(container).toHaveProperty("healthcheck");
});

it("guard 13: goes through the ssh connection of the provider", () => {
  const { gate } = waitFor("ssh://root@a.cern.ch");
  expect(gate["provisioner"]).toMatchObject([
    {
      "local-exec": {
        environment: {
          DOCKER_HOST: "ssh://root@a.cern.ch",
          VOBOX_SSH_OPTIONS: sshOptions("ssh://root@a.cern.ch")?.join(" "),
        },
      },
    },
  ]);
});

it("refuses a limit out of range, and a name that no prop has", () => {
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
  expect(
    refusalOf(() => new HealthGate(stack, "health", wrong({ vobox, engine, limit: 5 }))),
  ).toContain('site/health: props: given "limit"');
});
