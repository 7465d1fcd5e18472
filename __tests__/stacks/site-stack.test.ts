import { Testing } from "cdktf";
import { providers } from "../../local/settings";
import { providerVersions, SiteStack } from "../../stacks/site-stack";
import { useScratch } from "../support/scratch";
import { type Synthesized, synthesize } from "../support/synthesis";

useScratch();

describe("a stack of a site", () => {
  let synthesized: Synthesized;
  beforeAll(() => {
    const stack = new SiteStack(Testing.app(), "a-vobox");
    stack.useDocker("ssh://root@a.cern.ch");
    stack.useNull();
    synthesized = synthesize(stack);
  });

  it("keeps a state of its own beside the output, wherever that is", () =>
    expect(synthesized.terraform?.["backend"]).toEqual({
      local: { path: "../../../state/a-vobox.tfstate" },
    }));

  it("takes the providers in the versions that are known to work", () =>
    expect(synthesized.terraform?.["required_providers"]).toEqual({
      docker: { source: "kreuzwerker/docker", version: "~> 4.6" },
      null: { source: "null", version: ">= 2.1.2, < 4.0.0" },
    }));

  it("names the engine, and no context in its place", () =>
    expect(synthesized.provider?.["docker"]).toEqual([
      { host: "ssh://root@a.cern.ch", context: "" },
    ]));
});

it("asks for the providers that the local mirror is made for", () =>
  expect(Object.fromEntries(providers.map(({ name, constraint }) => [name, constraint]))).toEqual(
    providerVersions,
  ));
