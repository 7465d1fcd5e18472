/** A line of /proc/PID/mountinfo, in the order in which they were mounted. */
export interface Mount {
  readonly id: string;
  readonly parent: string;
  readonly point: string;
  readonly type: string;
  /** Of an autofs mount: its map. */
  readonly source: string;
}

const autofsPoint = "/cvmfs";

export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      // Optional fields come before the hyphen, so that the number of fields differs.
      const [mount, fileSystem] = line.split(" - ");
      const [id, parent, , , point] = mount.split(" ");
      const [type, source] = fileSystem.split(" ");
      return { id, parent, point: unescaped(point), type, source: unescaped(source) };
    });
}

/** Blanks and the like stand there as octal numbers. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/**
 * Where to unmount, and in which order, what an automount with that map mounted: itself on /cvmfs, and the
 * repositories in it. A point that something else has been mounted over is left out: that would be unmounted.
 */
export function ownMountPoints(mounts: readonly Mount[], map: string): string[] {
  const own = mounts.filter((mount) => isAutofs(mount) && mount.source === map);
  const ids = new Set(own.map(({ id }) => id));
  const repositories = mounts.filter(
    ({ parent, point }) => ids.has(parent) && point.startsWith(`${autofsPoint}/`),
  );
  const ours = new Set([...own, ...repositories]);
  const covered = new Set<string>();
  return [...mounts].reverse().flatMap((mount) => {
    if (!ours.has(mount)) covered.add(mount.point);
    return ours.has(mount) && !covered.has(mount.point) ? [mount.point] : [];
  });
}

/** Whether an automount with another map serves /cvmfs. */
export function hasForeignAutofs(mounts: readonly Mount[], map: string): boolean {
  return mounts.some((mount) => isAutofs(mount) && mount.source !== map);
}

function isAutofs({ type, point }: Mount): boolean {
  return type === "autofs" && point === autofsPoint;
}
