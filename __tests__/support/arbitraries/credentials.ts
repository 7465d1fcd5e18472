import * as fc from "fast-check";
import { GridCredentials } from "../../../lib";
import type { PartArbitraries } from "./part";
import { badInstance, badPath, pathBelow } from "./values";

const certificates = pathBelow("/certificates");
const proxies = pathBelow("/proxies");

type Directories = ConstructorParameters<typeof GridCredentials>[0];

/** Host certificate and proxies of the host. */
export const credentials: PartArbitraries = {
  valid: fc
    .oneof(
      fc.constant(undefined),
      fc.record<Directories>({
        hostCertificateDirectory: certificates,
      }),
      fc.record<Directories>({ proxyDirectory: proxies }),
      fc.record<Directories>({
        hostCertificateDirectory: certificates,
        proxyDirectory: proxies,
      }),
    )
    .map((given) => {
      const bound = [
        ["host-certificate", given?.hostCertificateDirectory, "/etc/grid-security"],
        ["proxies", given?.proxyDirectory, "/var/lib/vobox/alice/proxy_repository"],
      ].filter(([, source]) => source !== undefined);
      return {
        props: { credentials: given && new GridCredentials(given) },
        asked: () => ({
          ...(given && {
            environment: { VOBOX_CREDENTIALS: bound.map(([name]) => name).join(" ") },
          }),
          mounts: bound.map(([, source, target]) => ({
            type: "bind",
            source,
            target,
            read_only: true,
          })),
        }),
      };
    }),
  invalid: fc.oneof(
    badInstance.map((value) => ({ props: { credentials: value }, property: "credentials" })),
    fc.constant({ props: { credentials: new GridCredentials({}) }, property: "credentials" }),
    ...(["hostCertificateDirectory", "proxyDirectory"] as const).map((property) =>
      fc.oneof(badPath, fc.constant("/cvmfs/alice.cern.ch")).map((path) => ({
        props: { credentials: new GridCredentials({ [property]: path }) },
        property: `credentials.${property}`,
      })),
    ),
    certificates.map((path) => ({
      props: {
        credentials: new GridCredentials({ hostCertificateDirectory: path, proxyDirectory: path }),
      },
      property: "credentials.proxyDirectory",
    })),
  ),
};
