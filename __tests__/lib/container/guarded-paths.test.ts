import { Lazy } from "cdktf";
import { CvmfsMount, GridCredentials } from "../../../lib";
import { checkContainerPath, checkHostPath } from "../../../lib/container/guarded-paths";
import { addContainer, type Given } from "../../support/container";
import { useScratch } from "../../support/scratch";
import { newStack, refusalOf } from "../../support/synthesis";

useScratch();

const late = (): string => Lazy.stringValue({ produce: () => "/run" });

describe("of the host", () => {
  const refused = (path: string): string => refusalOf(() => checkHostPath("x", "hostPath", path));

  it.each([
    ["/run", "a path that does not hold /run/docker.sock. Whoever reaches an engine is root"],
    ["/var/run", "a path that does not hold /run/docker.sock"],
    ["/var", "a path that does not hold /var/lib/docker. There an engine keeps"],
    ["/var/lib", "a path that does not hold /var/lib/docker"],
    ["/run/docker", "a path other than /run/docker."],
    ["/var/run/docker/containerd", "a path other than /run/docker."],
    ["/run/containerd", "a path other than /run/containerd"],
    ["/run/podman", "a path other than /run/podman"],
    ["/run/crio", "a path other than /run/crio"],
    ["/run/user/1000", "a path other than /run/user"],
    ["/run/systemd", "a path that does not hold /run/systemd/private. Whoever reaches the host's"],
    ["/var/run/dbus", "a path that does not hold /run/dbus/system_bus_socket"],
    ["/var/lib/docker/volumes/box-state/_data", "a path other than /var/lib/docker"],
    ["/var/lib/containers", "a path other than /var/lib/containers"],
    ["/etc/docker/daemon.json", "a path other than /etc/docker"],
    ["/proc", "a path other than /proc"],
    ["/proc/1/root", "a path other than /proc"],
    ["/sys/fs/cgroup", "a path other than /sys"],
    ["/dev", "a path other than /dev"],
    ["/etc", "a path "],
    ["/root", "a path other than /root"],
    ["/usr", "a path that does not hold /usr/bin"],
    ["/bin", "a path other than /usr/bin"],
    ["/lib64", "a path other than /usr/lib64"],
    ["/boot", "a path other than /boot"],
  ])("%s is refused with the reason", (path, allowed) =>
    expect(refused(path)).toMatch(
      new RegExp(`^x: hostPath: given "${path}"; allowed: ${allowed.replaceAll(".", "\\.")}.*\\.$`),
    ),
  );

  it.each([
    "/run/docker.sock",
    "/srv/engine/docker.sock",
    "/run/user/1000/podman/podman.sock",
    "/var/run/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/srv/cri-dockerd.sock",
    "/srv/buildkitd.sock",
  ])("the engine's socket %s is refused", (path) =>
    expect(refused(path)).toContain("allowed: no engine's socket. Whoever reaches an engine"),
  );

  it.each([
    "/etc/grid-security",
    "/etc/grid-security/certificates",
    "/etc/localtime",
    "/etc/passwd",
    "/home",
    "/home/alice",
    "/opt/alice",
    "/scratch",
    "/srv",
    "/root/startup",
    "/run/munge",
    "/run/systemd/journal/dev-log",
    "/runs",
    "/dev/log",
    "/dev/shm",
    "/usr/share/zoneinfo",
    "/usr/lib/java",
    "/var/lib/condor",
    "/var/lib/dockers",
    "/var/log",
    "/var/spool/slurm",
    "/tmp",
    "/srv/docker.sock.d",
    "/procs",
  ])("%s is taken", (path) => expect(() => refused(path)).toThrow("it was taken"));

  const container = (props: Given) => refusalOf(() => addContainer(newStack(), props));
  it.each<[property: string, props: Given]>([
    ["startupDirectory", { startupDirectory: "/run" }],
    [
      "credentials.hostCertificateDirectory",
      { credentials: new GridCredentials({ hostCertificateDirectory: "/run" }) },
    ],
    ["cvmfs.hostPath", { cvmfs: CvmfsMount.fromHost({ hostPath: "/run" }) }],
  ])("is what %s names, too", (property, props) =>
    expect(container(props)).toContain(`site/box: ${property}: given "/run"; allowed: a path that`),
  );
});

describe("of the container", () => {
  const refused = (path: string): string => refusalOf(() => checkContainerPath("x", "path", path));

  it.each([
    ["/etc", "a path that does not hold /etc/init.sh. The VO-Box itself lies there"],
    ["/etc/init.sh", "a path other than /etc/init.sh"],
    ["/etc/vobox", "a path other than /etc/vobox"],
    ["/etc/vobox/init.d", "a path other than /etc/vobox.*startupDirectory"],
    ["/etc/vobox/supervisor.d/x.conf", "a path other than /etc/vobox"],
    ["/usr/libexec/vobox/health", "a path other than /usr/libexec/vobox"],
    ["/usr/libexec", "a path that does not hold /usr/libexec/vobox"],
    ["/usr", "a path that does not hold /usr/libexec/vobox"],
    ["/usr/bin", "a path other than /usr/bin"],
    ["/bin", "a path other than /usr/bin"],
    ["/sbin", "a path other than /usr/sbin"],
    ["/lib", "a path other than /usr/lib"],
    ["/lib64", "a path other than /usr/lib64"],
    ["/run", "a path that does not hold /run/vobox"],
    ["/var/run", "a path that does not hold /run/vobox"],
    ["/var/run/vobox/x", "a path other than /run/vobox"],
    ["/var/lib/vobox", "a path other than /var/lib/vobox. The VO-Box keeps its state"],
    ["/var/lib", "a path that does not hold /var/lib/vobox"],
    ["/var", "a path that does not hold /var/lib/vobox"],
    ["/home/alicesgm", "a path other than /home/alicesgm"],
    ["/home", "a path that does not hold /home/alicesgm"],
    ["/proc/sys", "a path other than /proc"],
    ["/sys", "a path other than /sys"],
    ["/dev", "a path that does not hold /dev/fuse"],
    ["/etc/resolv.conf", "a path other than /etc/resolv.conf. .*dns"],
    ["/etc/hosts", "a path other than /etc/hosts"],
    ["/etc/hostname", "a path other than /etc/hostname"],
    ["/etc/cvmfs", "a path that does not hold /etc/cvmfs/default.local"],
  ])("%s is refused with the reason", (path, allowed) =>
    expect(refused(path)).toMatch(
      new RegExp(`^x: path: given "${path}"; allowed: ${allowed}.*\\.$`),
    ),
  );

  it.each([
    "/etc/grid-security",
    "/etc/grid-security/certificates",
    "/etc/localtime",
    "/etc/condor",
    "/etc/voboxes",
    "/etc/cvmfs/keys",
    "/home/alicesgm/ALICE/extra",
    "/home/alicesgm/.globus",
    "/home/pool001",
    "/opt/alice",
    "/scratch",
    "/tmp",
    "/dev/shm",
    "/run/munge",
    "/usr/local",
    "/usr/lib/java",
    "/usr/bin/qsub",
    "/var/lib/condor",
    "/var/lib/vobox/extra",
    "/var/log",
    "/var/spool/slurm",
  ])("%s is taken", (path) => expect(() => refused(path)).toThrow("it was taken"));
});

it("what only Terraform will know is taken", () => {
  for (const path of [late(), `/srv/${late()}`]) {
    expect(() => checkHostPath("x", "hostPath", path)).not.toThrow();
    expect(() => checkContainerPath("x", "path", path)).not.toThrow();
  }
});
