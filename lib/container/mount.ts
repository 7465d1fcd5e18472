import type { ContainerMounts } from "@cdktf/provider-docker/lib/container";
import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import {
  checkAbsolutePath,
  checkBoolean,
  checkInstance,
  checkObject,
  checkText,
  refuse,
  refuseInCvmfs,
} from "../refusal";

/** How a directory of the host is bound. */
export interface VoBoxBindOptions {
  /** Whether the VO-Box may write there. @default false */
  readonly writable?: boolean;
}

/** A further directory of the host, or a volume, in a VO-Box. */
export class VoBoxMount {
  /**
   * A directory of the host; it has to be there. Not CVMFS, which {@link CvmfsMount} binds so that later
   * mounts of autofs are seen, and not the engine's socket, which would give root on the host.
   * @param hostPath absolute path on the host
   * @param path absolute path in the container
   * @throws Refusal when the options are no object
   */
  static bind(hostPath: string, path: string, options: VoBoxBindOptions = {}): VoBoxMount {
    checkObject("VoBoxMount", "options", options);
    return new VoBoxMount("bind", hostPath, path, options.writable ?? false);
  }

  /**
   * A volume, which the engine makes at the first start. No replacement and no destroy removes it.
   * @param name name of the volume on the engine
   * @param path absolute path in the container
   */
  static volume(name: string, path: string): VoBoxMount {
    return new VoBoxMount("volume", name, path, true);
  }

  private constructor(
    private readonly kind: "bind" | "volume",
    /** Path on the host, or name of the volume. */
    readonly source: string,
    /** Absolute path in the container. */
    readonly path: string,
    private readonly writable: boolean,
  ) {}

  /** @throws Refusal for a source or path that cannot be one, or that would hurt the host or the VO-Box */
  validate(scope: IConstruct, property: string): void {
    if (this.kind === "volume")
      checkText(scope, `${property}.name`, this.source, {
        pattern: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}$/,
        allowed: "a volume's name: 2 to 255 letters, digits, _ . or -",
        remedy: "A directory of the host is VoBoxMount.bind(hostPath, path).",
      });
    else checkAbsolutePath(scope, `${property}.hostPath`, this.source, "on the host");
    checkAbsolutePath(scope, `${property}.path`, this.path, "in the container");
    checkBoolean(scope, `${property}.writable`, this.writable);
    for (const [key, path] of [
      ["hostPath", this.source],
      ["path", this.path],
    ])
      refuseInCvmfs(
        scope,
        `${property}.${key}`,
        path,
        'A plain bind answers "Too many levels of symbolic links" once autofs has unmounted: use the prop cvmfs.',
      );
    if (this.kind === "bind" && /\/docker\.sock$/.test(this.source))
      refuse(scope, {
        property: `${property}.hostPath`,
        given: this.source,
        allowed: "no engine's socket",
        remedy: "Whoever reaches it is root on the host.",
      });
  }

  /** As the provider takes it. */
  render(): ContainerMounts {
    return {
      type: this.kind,
      source: this.source,
      target: this.path,
      ...(!this.writable && { readOnly: true }),
    };
  }
}

/** @throws Refusal for what is no mount, and for one that is refused */
export function validateMounts(scope: IConstruct, mounts: readonly VoBoxMount[]): void {
  mounts.forEach((mount, index) => {
    const place = `mounts[${index}]`;
    checkInstance(
      scope,
      place,
      mount,
      VoBoxMount,
      "VoBoxMount.bind(hostPath, path) or VoBoxMount.volume(name, path)",
    );
    mount.validate(scope, place);
  });
}

/** @throws Refusal when two of a container's mounts and temporary directories have the same path: one would hide the other */
export function refuseSamePath(
  scope: IConstruct,
  property: string,
  paths: readonly string[],
): void {
  const seen = new Set<string>();
  for (const path of paths) {
    if (Token.isUnresolved(path)) continue;
    if (seen.has(path))
      refuse(scope, {
        property,
        given: path,
        allowed: "each path in the container once",
        remedy: `Something else is mounted at ${path} already: choose another path.`,
      });
    seen.add(path);
  }
}
