import type { IConstruct } from "constructs";
import { checkProps, type PropNames } from "../props";
import { checkBoolean, checkDistinct, checkWholeNumber, refuseInCvmfs } from "../refusal";
import { checkContainerPath, withoutLinks } from "./guarded-paths";

/** A directory that lies in memory: empty at each start, and gone with the container. */
export interface TemporaryDirectory {
  /** Absolute path in the container; refused is what is refused as the path of a mount, such as `/etc` or `/run`. */
  readonly path: string;
  /** Megabytes that it may hold, 1 to 65536. They count as memory of the container. */
  readonly sizeMegabytes: number;
  /**
   * Whether programs in it can be run. Java unpacks its native libraries into `/tmp` and needs it there.
   * @default false
   */
  readonly executable?: boolean;
}

const propNames: PropNames<TemporaryDirectory> = {
  path: true,
  sizeMegabytes: true,
  executable: true,
};

/** @throws Refusal for a path or a size that cannot be one, and for a path given twice */
export function validateTemporaryDirectories(
  scope: IConstruct,
  directories: readonly TemporaryDirectory[],
): void {
  directories.forEach((directory, index) => {
    const place = `temporaryDirectories[${index}]`;
    checkProps(scope, place, directory, propNames);
    checkContainerPath(scope, `${place}.path`, directory.path);
    refuseInCvmfs(scope, `${place}.path`, directory.path, "It would hide the repositories.");
    checkWholeNumber(scope, `${place}.sizeMegabytes`, directory.sizeMegabytes, {
      minimum: 1,
      maximum: 65536,
      unit: "megabytes",
    });
    checkBoolean(scope, `${place}.executable`, directory.executable ?? false);
  });
  checkDistinct(scope, "temporaryDirectories", directories, ({ path }) => withoutLinks(path));
}

/** As the engine's `--tmpfs`, by path; nothing where there are none: an empty map would differ from what the engine gives back. */
export function renderTemporaryDirectories(
  directories: readonly TemporaryDirectory[],
): Readonly<Record<string, string>> | undefined {
  if (directories.length === 0) return undefined;
  return Object.fromEntries(
    directories.map(({ path, sizeMegabytes, executable }) => [
      path,
      `rw,nosuid,nodev,${executable === true ? "exec" : "noexec"},size=${sizeMegabytes}m`,
    ]),
  );
}
