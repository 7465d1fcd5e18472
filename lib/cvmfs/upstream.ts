/**
 * Where the official CVMFS client comes from (cernvm.cern.ch, Getting Started). Each can be replaced by a prop:
 * `CvmfsPackage.official({ releasePackage })`, `CvmfsMount.inContainer({ configRepository })`.
 */
export const cvmfsUpstream = {
  /** Packages that make the repository of the client known, with its keys, by the family of the system. */
  releasePackages: {
    enterpriseLinux: "https://cvmrepo.s3.cern.ch/cvmrepo/yum/cvmfs-release-latest.noarch.rpm",
    debian: "https://cvmrepo.s3.cern.ch/cvmrepo/apt/cvmfs-release-latest_all.deb",
  },
  /** The repository with servers and keys of the others; what the package cvmfs-config-default names. */
  configRepository: "cvmfs-config.cern.ch",
} as const;
