import * as fc from "fast-check";
import type { PartArbitraries } from "./part";
import { badPath, badText, domainName, maybe, misspelt, pathBelow } from "./values";

const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$/);
// Its first label is the default of the name, which has two characters at least.
const fqdn = domainName.map((domain) => `vo${domain}`);

/** FQDN, name and startup directory. */
export const names: PartArbitraries = {
  valid: fc
    .record({ fqdn, name: maybe(name), startupDirectory: maybe(pathBelow("/startup")) })
    .map((props) => ({
      props,
      asked: (containerName) => ({
        attributes: { hostname: props.fqdn, name: containerName },
        environment: { VOBOX_FQDN: props.fqdn },
        mounts: [
          { type: "volume", source: `${containerName}-state`, target: "/var/lib/vobox" },
          { type: "volume", source: `${containerName}-logs`, target: "/home/alicesgm/ALICE" },
          ...(props.startupDirectory === undefined
            ? []
            : [
                {
                  type: "bind",
                  source: props.startupDirectory,
                  target: "/etc/vobox/init.d",
                  read_only: true,
                },
              ]),
        ],
      }),
    })),
  invalid: fc.oneof(
    fc
      .oneof(
        fc.constantFrom(
          "",
          "vobox",
          "VOBOX.cern.ch",
          "vobox.cern.ch.",
          "-a.cern.ch",
          "a_b.cern.ch",
        ),
        fc.constantFrom("192.0.2.1", "vobox..ch", "vobox.cern.ch\n", "vö.cern.ch", "a b.cern.ch"),
        fc.constant(`${"a".repeat(60)}.cern.ch`),
        badText("vobox.cern.ch"),
      )
      .map((value) => ({ props: { fqdn: value, name: "named" }, property: "fqdn" })),
    fc
      .oneof(fc.constantFrom("", "a", "-a", "a/b", "a b", "é", "a".repeat(64)), badText("name"))
      .map((value) => ({ props: { name: value }, property: "name" })),
    misspelt("memoryMegaBytes", "FQDN", "restart", "privileged", "volumes").map((props) => ({
      props,
      property: "props",
    })),
    badPath.map((value) => ({
      props: { startupDirectory: value },
      property: "startupDirectory",
    })),
  ),
};
