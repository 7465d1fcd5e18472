import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Problem } from "./support/problem";

/** A Terraform provider: where Terraform looks for it, and the pinned Go module that it is built from. */
export interface ProviderSettings {
  readonly name: string;
  /** Namespace and name, as in a stack's `required_providers`. */
  readonly source: string;
  /** The version that the filesystem mirror gives it. */
  readonly version: string;
  /** What the stacks ask for; the public registry is tried with it. */
  readonly constraint: string;
  /** Go package with the provider's `main`. */
  readonly goPackage: string;
}

/** A Debian package that some part needs. */
export interface PackageNeed {
  readonly package: string;
  /** Completes "needed for …" in a message. */
  readonly purpose: string;
  /**
   * What it is needed for being there: a command on PATH, or an absolute path. When it is there
   * already (another distribution, docker-ce instead of docker.io), the package is not installed.
   */
  readonly provides: string;
}

export type PackageGroup =
  | "engine"
  | "autofs"
  | "cvmfsPublishing"
  | "cvmfsBuild"
  | "baseImage"
  | "privateNetwork"
  | "sshServer"
  | "lint";

/**
 * `VOBOX_<name>` from the environment; an empty value counts as none.
 * Overrides: `VOBOX_LOCAL_DIR` (folder of all parts, default `.local` at the repository root),
 * `VOBOX_DEBIAN_SUITE` (default `bookworm`), `VOBOX_DEBIAN_MIRROR` (default: what apt uses here),
 * `VOBOX_PULL_SECONDS` (default 300), `VOBOX_CVMFS_PORT` (default 18000).
 */
function override(name: string): string | undefined {
  return process.env[`VOBOX_${name}`] || undefined;
}

/** The same for a whole number. Throws {@link Problem} for anything else, and outside of its limits. */
function overrideNumber(name: string, normally: number, most: number): number {
  const given = override(name);
  if (given === undefined) return normally;
  const number = /^\d+$/.test(given) ? Number(given) : 0;
  if (number < 1 || number > most)
    throw new Problem(
      `VOBOX_${name} is "${given}": set it to a whole number from 1 to ${most}, or unset it for ${normally}.`,
    );
  return number;
}

/** Top of the checkout, also when this runs compiled, from below `dist`. */
export function repositoryRoot(): string {
  let directory = __dirname;
  while (!existsSync(join(directory, "package.json"))) directory = dirname(directory);
  return directory;
}

/** The one folder that everything which was built or fetched goes into, `VOBOX_LOCAL_DIR` or `.local`. */
export function localDirectory(): string {
  return resolve(override("LOCAL_DIR") ?? join(repositoryRoot(), ".local"));
}

/** Folder of a pinned Go tools module (go.mod, go.sum, tools.go). */
export function goModuleDirectory(name: string): string {
  return join(repositoryRoot(), "local", "providers", name);
}

export const providers: readonly ProviderSettings[] = [
  {
    name: "docker",
    source: "kreuzwerker/docker",
    // The Go proxy serves no tagged 4.x version; go.mod pins 4.6.0 plus two weeks of its main branch.
    version: "4.6.0",
    constraint: "~> 4.6",
    goPackage: "github.com/terraform-providers/terraform-provider-docker",
  },
  {
    name: "null",
    source: "hashicorp/null",
    version: "2.1.2",
    constraint: ">= 2.1.2, < 4.0.0",
    goPackage: "github.com/terraform-providers/terraform-provider-null",
  },
];

/** The hosts under which Terraform and OpenTofu look for a source that names none. */
export const providerHosts = ["registry.terraform.io", "registry.opentofu.org"] as const;

export const terraform = {
  /** Oldest version that is used when found; the last one before Terraform's change of licence. */
  minimumVersion: "1.5.0",
  openTofu: {
    version: "1.12.6",
    goPackage: "github.com/opentofu/opentofu/cmd/tofu",
    // Without it the binary calls itself a development build.
    linkerFlags: "-X github.com/opentofu/opentofu/version.dev=no",
  },
} as const;

/** Oldest Go that fetches by itself the newer toolchain that a go.mod names. */
export const minimumGoVersion = "1.21.0";

/** Oldest Go with which {@link fetchedGoVersion} is fetched in its place: Debian 12's. */
export const oldestFetchingGo = "1.19.0";

/** The Go that is fetched, as a module, where the one that is there does not fetch a newer one itself. */
export const fetchedGoVersion = "1.26.6";

/** Oldest Rust that the CVMFS client's crates compile with. */
export const minimumRustVersion = "1.85.0";

/** How long it is remembered that a registry answers, and that it does not: it may be back soon. */
export const registryAnswerMinutes = { answers: 24 * 60, silent: 10 } as const;

export const debian = {
  suite: override("DEBIAN_SUITE") ?? "bookworm",
  /** Replaces the address of the suite's main archive that the machine's own apt uses. */
  mirror: override("DEBIAN_MIRROR"),
} as const;

/** Longest a `docker pull` of a base image may take, in seconds. */
export const pullSeconds = overrideNumber("PULL_SECONDS", 300, 86_400);

/** Port, on loopback, of the local repositories' server. */
export const cvmfsServerPort = overrideNumber("CVMFS_PORT", 18000, 65_535);

export const packages: Readonly<Record<PackageGroup, readonly PackageNeed[]>> = {
  engine: [
    { package: "docker.io", purpose: "the Docker engine", provides: "dockerd" },
    { package: "tini", purpose: "the first process of a private host", provides: "tini" },
    { package: "iproute2", purpose: "the network of a private host", provides: "ip" },
  ],
  autofs: [
    { package: "autofs", purpose: "mounting /cvmfs on access", provides: "automount" },
    { package: "fuse3", purpose: "the CVMFS client", provides: "fusermount3" },
  ],
  cvmfsPublishing: [
    { package: "openssl", purpose: "signing the local repositories", provides: "openssl" },
  ],
  cvmfsBuild: [
    { package: "gcc", purpose: "building the CVMFS client", provides: "cc" },
    {
      package: "libc6-dev",
      purpose: "building the CVMFS client",
      provides: "/usr/include/stdlib.h",
    },
  ],
  baseImage: [
    { package: "debootstrap", purpose: "making a base image", provides: "debootstrap" },
    {
      package: "debian-archive-keyring",
      purpose: "checking Debian's signatures",
      provides: "/usr/share/keyrings/debian-archive-keyring.gpg",
    },
  ],
  privateNetwork: [
    {
      package: "slirp4netns",
      purpose: "the way out of a private network",
      provides: "slirp4netns",
    },
  ],
  sshServer: [
    { package: "openssh-server", purpose: "an engine that is reached by ssh", provides: "sshd" },
    { package: "openssh-client", purpose: "reaching an engine by ssh", provides: "ssh" },
  ],
  lint: [
    { package: "shellcheck", purpose: "checking shell files", provides: "shellcheck" },
    {
      package: "supervisor",
      purpose: "reading the services' configuration as the VO-Box does",
      provides: "supervisord",
    },
  ],
};

/**
 * Disk that a part takes, in megabytes: for Go, what its caches grow by and what is kept; for the
 * others, the most that is there while they are made. Measured on Debian 12 with empty caches, and
 * rounded up by a fifth.
 */
export const diskMegabytes = {
  providers: { cache: 2000, kept: 150 },
  openTofu: { cache: 2800, kept: 150 },
  cvmfsClient: 600,
  baseImage: 600,
  packages: 500,
  toolchains: 1000,
  /** The private engine's images. */
  engine: 600,
} as const;
