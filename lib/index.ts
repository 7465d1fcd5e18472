export { VoBoxContainer } from "./container/container";
export { type HealthCheckProps } from "./container/health-check";
export { type HealthCommandProps } from "./container/health-commands";
export { type LogRotationProps } from "./container/log-rotation";
export { type VoBoxBindOptions, VoBoxMount } from "./container/mount";
export { type VoBoxContainerProps } from "./container/props";
export { type TemporaryDirectory } from "./container/temporary-directory";
export { GridCredentials, type GridCredentialsProps } from "./credentials";
export { CvmfsClient, type CvmfsClientProps } from "./cvmfs/client";
export {
  type CvmfsFromHostProps,
  type CvmfsInContainerProps,
  CvmfsMount,
  type CvmfsMountProps,
} from "./cvmfs/mount";
export {
  type CvmfsCompatiblePackageProps,
  type CvmfsOfficialPackageProps,
  CvmfsPackage,
} from "./cvmfs/package";
export { CvmfsProxy } from "./cvmfs/proxy";
export { CvmfsRepository, type CvmfsRepositoryOptions } from "./cvmfs/repository";
export { DnsSettings, type DnsSettingsProps } from "./dns";
export { BaseImage, type BaseImageProps } from "./image/base-image";
export { VoBoxFile, type VoBoxFileOptions } from "./image/file";
export { type IVoBoxImage, VoBoxImage, type VoBoxImageProps } from "./image/image";
export {
  type RootDaemonProps,
  type StopSignal,
  VoBoxService,
  type VoBoxServiceProps,
} from "./image/service";
export { VoBoxServices } from "./image/services";
export { type BridgeProps, type PublishedPort } from "./network/bridge";
export {
  type FirewallRule,
  type SiteNetworks,
  VoBoxFirewall,
  type VoBoxFirewallProps,
} from "./network/firewall";
export { type MacvlanAddress, type MacvlanProps } from "./network/macvlan";
export { VoBoxNetwork } from "./network/network";
export { type PortAudience, VoBoxPort, type VoBoxPortProps, VoBoxPorts } from "./network/ports";
export { Refusal, type RefusalDetails } from "./refusal";
export { type ReducedSizingProps, VoBoxSizing } from "./sizing";
export { VoBox, type VoBoxProps } from "./vobox";
