import { voAccountHome } from "../image/account";
import { checkAbsolutePath, refuse, type RefusalScope } from "../refusal";

/** Paths that are not bound or mounted over; nor is what lies above them, which holds them. */
interface GuardedPaths {
  readonly paths: readonly string[];
  /** Whether what lies below them is guarded as well. */
  readonly withContents?: true;
  /** Why, and what to do; whole sentences. */
  readonly remedy: string;
}

const engine = "Whoever reaches an engine is root on the host.";
const bindLess = "Bind the directory alone that the VO-Box needs.";

/** What would give away the host. A read-only bind of a socket can be talked to as well. */
const ofHost: readonly GuardedPaths[] = [
  {
    paths: [
      ...["/run/docker.sock", "/run/docker", "/run/containerd", "/run/podman", "/run/crio"],
      ...["/run/buildkit", "/run/user"],
    ],
    withContents: true,
    remedy: `${engine} ${bindLess}`,
  },
  {
    paths: ["/run/systemd/private", "/run/dbus/system_bus_socket"],
    remedy: `Whoever reaches the host's systemd is root there. ${bindLess}`,
  },
  {
    paths: [
      ...["/var/lib/docker", "/var/lib/containerd", "/var/lib/containers", "/var/lib/crio"],
      "/etc/docker",
    ],
    withContents: true,
    remedy:
      "There an engine keeps its set-up and what all its containers hold. A volume is VoBoxMount.volume(name, path).",
  },
  {
    paths: ["/proc", "/sys"],
    withContents: true,
    remedy: "They are the host's kernel; the VO-Box has its own view of both.",
  },
  {
    paths: ["/boot", "/dev", "/etc", "/root", "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/sbin"],
    remedy: `With all of it the host's keys, devices or programs are given away. ${bindLess}`,
  },
];

/** Sockets of engines, wherever they lie. */
const engineSocket = /\/(docker|podman|containerd|crio|cri-dockerd|buildkitd)\.sock$/;

/** What a mount would take from the VO-Box. */
const ofContainer: readonly GuardedPaths[] = [
  {
    paths: ["/etc/init.sh", "/etc/vobox", "/run/vobox", "/usr/libexec/vobox"],
    withContents: true,
    remedy:
      "The VO-Box itself lies there: a file of one's own is one of the image's files, startup commands come with startupDirectory.",
  },
  {
    paths: [voAccountHome, "/var/lib/vobox"],
    remedy: "The VO-Box keeps its state there: choose a directory below, or another one.",
  },
  {
    paths: ["/usr/bin", "/usr/lib", "/usr/lib64", "/usr/sbin"],
    remedy: "The image's programs lie there: choose a directory below, or another one.",
  },
  {
    paths: ["/proc", "/sys"],
    withContents: true,
    remedy: "The kernel's view of the VO-Box lies there, which its programs read.",
  },
  {
    paths: ["/dev/fuse"],
    remedy: "The engine makes the devices; a single place below /dev, such as /dev/shm, is taken.",
  },
  { paths: ["/etc/resolv.conf"], remedy: "init writes it: give the resolvers as the prop dns." },
  { paths: ["/etc/hosts", "/etc/hostname"], remedy: "The engine writes them, from the prop fqdn." },
  {
    paths: ["/etc/cvmfs/default.local"],
    remedy: "It is the set-up of the CVMFS client: give that as the prop cvmfs.",
  },
];

/** Links of every system that a host or an image is made from here, EL 9 and Debian 12. */
const links: readonly (readonly [link: string, path: string])[] = [
  ["/var/run", "/run"],
  ["/var/lock", "/run/lock"],
  ["/bin", "/usr/bin"],
  ["/sbin", "/usr/sbin"],
  ["/lib", "/usr/lib"],
  ["/lib64", "/usr/lib64"],
];

/** A path as it is without the links that every system has: `/run/x` for `/var/run/x`. */
export function withoutLinks(path: string): string {
  // What only Terraform will know need not be a text.
  if (typeof path !== "string") return path;
  const found = links.find(([link]) => path === link || isBelow(path, link));
  return found === undefined ? path : found[1] + path.slice(found[0].length);
}

/** @throws Refusal for what is no path on the host, and for one that gives the host away */
export function checkHostPath(scope: RefusalScope, property: string, path: string): void {
  checkAbsolutePath(scope, property, path, "on the host");
  if (engineSocket.test(path))
    refuse(scope, {
      property,
      given: path,
      allowed: "no engine's socket",
      remedy: `${engine} What the VO-Box needs of it has to run on the host.`,
    });
  refuseGuarded(scope, property, path, ofHost);
}

/** @throws Refusal for what is no path in the container, and for one where the VO-Box needs what is there */
export function checkContainerPath(scope: RefusalScope, property: string, path: string): void {
  checkAbsolutePath(scope, property, path, "in the container");
  refuseGuarded(scope, property, path, ofContainer);
}

function refuseGuarded(
  scope: RefusalScope,
  property: string,
  given: string,
  guarded: readonly GuardedPaths[],
): void {
  const path = withoutLinks(given);
  for (const { paths, withContents, remedy } of guarded)
    for (const one of paths) {
      const inside = path === one || (withContents === true && isBelow(path, one));
      if (!inside && !isBelow(one, path)) continue;
      refuse(scope, {
        property,
        given,
        allowed: inside ? `a path other than ${one}` : `a path that does not hold ${one}`,
        remedy,
      });
    }
}

function isBelow(path: string, directory: string): boolean {
  return typeof path === "string" && path.startsWith(`${directory}/`);
}
