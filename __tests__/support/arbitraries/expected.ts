import type { Resource } from "../synthesis";
import type { Asked } from "./part";

/** The label that is computed, and only looked at for being there. */
const computedLabel = "ch.cern.alice.vobox.replace-on";

/** The whole resource of a container that was asked for this, as {@link normalized} gives it. */
export function expectedContainer(image: string, asked: readonly Asked[]): Resource {
  const environment = Object.assign({}, ...asked.map((one) => one.environment)) as Texts;
  const labels = Object.assign({}, ...asked.map((one) => one.labels)) as Texts;
  const files = Object.entries(Object.assign({}, ...asked.map((one) => one.files)) as Texts);
  const temporary = Object.assign({}, ...asked.map((one) => one.temporaryDirectories)) as Texts;
  const devices = union(asked.map((one) => one.devices));
  const capabilities = union(asked.map((one) => one.capabilities));
  const securityOptions = union(asked.map((one) => one.securityOptions));
  return normalized({
    image,
    restart: "always",
    must_run: true,
    init: true,
    stop_signal: "SIGTERM",
    lifecycle: { ignore_changes: ["log_opts", "ports"] },
    ...(Object.assign({}, ...asked.map((one) => one.attributes)) as Resource),
    env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
    labels: Object.entries({ ...labels, [computedLabel]: "" }).map(([label, value]) => ({
      label,
      value,
    })),
    mounts: asked.flatMap((one) => one.mounts ?? []),
    ...(files.length > 0 && { upload: files.map(([file, content]) => ({ file, content })) }),
    ...(Object.keys(temporary).length > 0 && { tmpfs: temporary }),
    ...(capabilities.length > 0 && { capabilities: { add: capabilities } }),
    ...(devices.length > 0 && {
      devices: devices.map((path) => ({
        host_path: path,
        container_path: path,
        permissions: "rwm",
      })),
    }),
    ...(securityOptions.length > 0 && { security_opts: securityOptions }),
  });
}

type Texts = Readonly<Record<string, string>>;

function union(lists: readonly (readonly string[] | undefined)[]): readonly string[] {
  return [...new Set(lists.flatMap((list) => list ?? []))];
}

/** A container's resource with its lists in one order, and without the value of the computed label. */
export function normalized(container: Resource): Resource {
  const sorted = (key: string) => {
    const list = container[key] as readonly unknown[] | undefined;
    return list && { [key]: [...list].sort(byText) };
  };
  const capabilities = container["capabilities"] as { readonly add: readonly string[] } | undefined;
  return {
    ...container,
    ...sorted("env"),
    ...sorted("mounts"),
    ...sorted("devices"),
    ...sorted("ports"),
    ...sorted("security_opts"),
    ...(capabilities && { capabilities: { add: [...capabilities.add].sort() } }),
    labels: (container["labels"] as readonly { label: string; value: string }[])
      .map(({ label, value }) => ({ label, value: label === computedLabel ? "" : value }))
      .sort(byText),
  };
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [a, b].map((one) =>
    typeof one === "string" ? one : JSON.stringify(Object.entries(one as object).sort()),
  );
  return left < right ? -1 : Number(left > right);
}

/**
 * A value as Terraform reads it: of the strings of its JSON it takes `$${` and `%%{` for `${` and `%{`.
 * Throws where it would take one for a template.
 */
export function asTerraformReads<T>(value: T): T {
  return read(value) as T;
}

function read(value: unknown): unknown {
  if (typeof value === "string") {
    // The id of a network that the same stack makes, after its name.
    const ofNetwork = /^\$\{docker_network\.macvlan-([\w-]+)\.id\}$/.exec(value);
    if (ofNetwork !== null) return ofNetwork[1];
    if (/(?<!\$)\$\{|(?<!%)%\{/.test(value)) throw new Error(`a template: ${value}`);
    return value.replace(/\$\$\{/g, "${").replace(/%%\{/g, "%{");
  }
  if (Array.isArray(value)) return value.map(read);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [read(key), read(inner)]));
}
