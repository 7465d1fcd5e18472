export {
  type HealthCheckProps,
  type LogRotationProps,
  VoBoxContainer,
  type VoBoxContainerProps,
} from "./container";
export {
  type CvmfsFromHostProps,
  CvmfsMount,
  CvmfsRepository,
  type CvmfsRepositoryOptions,
} from "./cvmfs";
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
export { VoBoxNetwork } from "./network";
export { Refusal, type RefusalDetails } from "./refusal";
export { VoBox, type VoBoxProps } from "./vobox";
