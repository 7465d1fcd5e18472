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

  it("guard 13: has one provider, which names the engine, no context in its place and no alias", () =>
    expect(synthesized.provider?.["docker"]).toEqual([
      { host: "ssh://root@a.cern.ch", context: "", ssh_opts: expect.any(Array) as string[] },
    ]));

  it("guard 13: shares one ssh connection, and asks nothing", () =>
    expect(synthesized.provider?.["docker"]).toMatchObject([
      {
        ssh_opts: [
          "-oBatchMode=yes",
          "-oControlMaster=auto",
          "-oControlPath=~/.ssh/vobox-%C",
          "-oControlPersist=30",
          "-oServerAliveInterval=30",
        ],
      },
    ]));
});

it("guard 13: has no options of ssh for an engine of this machine", () => {
  const stack = new SiteStack(Testing.app(), "a-vobox");
  stack.useDocker("unix:///run/docker.sock");
  expect(synthesize(stack).provider?.["docker"]).toEqual([
    { host: "unix:///run/docker.sock", context: "" },
  ]);
});

it("asks for the providers that the local mirror is made for", () =>
  expect(Object.fromEntries(providers.map(({ name, constraint }) => [name, constraint]))).toEqual(
    providerVersions,
  ));
