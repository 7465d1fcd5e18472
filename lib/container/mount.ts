import type { ContainerMounts } from "@cdktf/provider-docker/lib/container";
import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import { checkProps, type PropNames } from "../props";
import { checkBoolean, checkInstance, checkText, refuse, refuseInCvmfs } from "../refusal";
import { checkContainerPath, checkHostPath, withoutLinks } from "./guarded-paths";

/** How a directory of the host is bound. */
export interface VoBoxBindOptions {
  /** Whether the VO-Box may write there. @default false */
  readonly writable?: boolean;
}

const bindOptionNames: PropNames<VoBoxBindOptions> = {
  writable: true,
};

/** A further directory of the host, or a volume, in a VO-Box. */
export class VoBoxMount {
  /**
   * A directory of the host; it has to be there. Not CVMFS, which {@link CvmfsMount} binds so that later
   * mounts of autofs are seen.
   * @param hostPath absolute path on the host: nothing that gives the host away, such as an engine's socket or data,
   * `/proc`, `/sys`, all of `/etc`, `/dev` or `/usr`, or what holds one of these, such as `/run` or `/var`
   * @param path absolute path in the container: nothing that the VO-Box needs as it is, such as `/etc/vobox`,
   * `/etc/resolv.conf` or `/proc`, or what holds that, such as `/etc`, `/run` or `/usr`; a place below mostly is
   * @throws Refusal when the options are no object or misnamed
   */
  static bind(hostPath: string, path: string, options: VoBoxBindOptions = {}): VoBoxMount {
    checkProps("VoBoxMount", "options", options, bindOptionNames);
    return new VoBoxMount("bind", hostPath, path, options.writable ?? false);
  }

  /**
   * A volume, which the engine makes at the first start. No replacement and no destroy removes it.
   * @param name name of the volume on the engine: none of the VO-Box's own
   * @param path absolute path in the container, as with {@link bind}
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
    else checkHostPath(scope, `${property}.hostPath`, this.source);
    checkContainerPath(scope, `${property}.path`, this.path);
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

/** @throws Refusal for a volume that the VO-Box has already, under its own path */
export function refuseOwnVolumes(
  scope: IConstruct,
  mounts: readonly VoBoxMount[],
  own: readonly string[],
): void {
  mounts.forEach((mount, index) => {
    // A bind's source begins with a slash, and is none of them.
    if (own.includes(mount.source))
      refuse(scope, {
        property: `mounts[${index}].name`,
        given: mount.source,
        allowed: `a volume other than the VO-Box's own, ${own.join(", ")}`,
        remedy: "Its own are mounted already: give this one another name.",
      });
  });
}

/** @throws Refusal when two of a container's mounts and temporary directories have the same path: one would hide the other */
export function refuseSamePath(
  scope: IConstruct,
  property: string,
  paths: readonly string[],
): void {
  const seen = new Set<string>();
  for (const given of paths) {
    if (Token.isUnresolved(given)) continue;
    const path = withoutLinks(given);
    if (seen.has(path))
      refuse(scope, {
        property,
        given,
        allowed: "each path in the container once",
        remedy: `Something else is mounted at ${path} already: choose another path.`,
      });
    seen.add(path);
  }
}
