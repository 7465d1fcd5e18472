import { createHash } from "node:crypto";
import type { Container } from "@cdktf/provider-docker/lib/container";
import { type IResolveContext, Lazy } from "cdktf";
import { renderedAttributes } from "../rendered";

/** A change of what this label hashes replaces the container: by itself the provider would leave the old value. */
export const appliedByReplacementLabel = "ch.cern.alice.vobox.replace-on";

/**
 * What provider 4.6 updates "in place" without doing so: none of it is marked as forcing a replacement in its
 * resource_docker_container.go, and its update sends none of it to the engine (measured: docs/provider.md).
 */
const notAppliedInPlace = [
  "cpu_period",
  "cpu_quota",
  "healthcheck",
  "init",
  "mounts",
  "rm",
  "tmpfs",
];

/**
 * What is read back other than given; compared, it would have each plan replace the container (measured:
 * docs/provider.md). An engine with `log-opts` of its own mixes those in; a stopped container has no ports, and two
 * of one port come in an order of the provider's. The resource has to ignore such changes.
 */
export const notComparable = ["log_opts", "ports"];

/**
 * Hash of what is given of both, known when all is synthesized: what was set on the resource by hand, or
 * overridden, counts as well.
 * @param resource gives the resource, which does not exist yet when its label is made
 */
export function appliedByReplacementHash(resource: () => Container): string {
  return Lazy.stringValue({
    produce(context: IResolveContext) {
      const attributes = renderedAttributes(resource());
      const given: unknown = context.resolve(
        Object.fromEntries(
          [...notAppliedInPlace, ...notComparable].map((name) => [name, attributes[name]]),
        ),
      );
      return createHash("sha256").update(JSON.stringify(given)).digest("hex").slice(0, 16);
    },
  });
}
