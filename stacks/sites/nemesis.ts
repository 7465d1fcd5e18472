import { BaseImage, type CvmfsMount, type CvmfsPackage, DnsSettings, VoBoxSizing } from "../../lib";
import { checkProps, type PropNames } from "../../lib/props";
import type { VoBoxApp } from "../app";
import { Site } from "../site";

export interface NemesisProps {
  /** Address of the engine of this machine. */
  readonly engine: string;
  /** Resolvers of this machine's network, in order. @default - those that the engine gives */
  readonly resolvers?: readonly string[];
  /** Directory of this machine with startup commands. @default - none */
  readonly startupDirectory?: string;
  /** How CVMFS comes into the container. @default CvmfsMount.fromHost() */
  readonly cvmfs?: CvmfsMount;
  /** The CVMFS client of the image. @default CvmfsPackage.official() */
  readonly cvmfsPackage?: CvmfsPackage;
  /** Seconds that it gets to become healthy in a deployment. @default 600 */
  readonly healthLimitSeconds?: number;
}

const propNames: PropNames<NemesisProps> = {
  engine: true,
  resolvers: true,
  startupDirectory: true,
  cvmfs: true,
  cvmfsPackage: true,
  healthLimitSeconds: true,
};

/** The test site Nemesis, the first VO-Box that ran in a container: on the machine that deploys it. */
export class Nemesis extends Site {
  constructor(app: VoBoxApp, props: NemesisProps) {
    checkProps("nemesis", "props", props, propNames);
    super(app, "nemesis", {
      engine: props.engine,
      healthLimitSeconds: props.healthLimitSeconds,
      // What a machine without a container registry can make; the other sites run EL 9.
      image: { base: BaseImage.debian(), cvmfsPackage: props.cvmfsPackage },
      vobox: {
        fqdn: "nemesis.cern.ch",
        cvmfs: props.cvmfs,
        dns: props.resolvers?.length ? new DnsSettings({ servers: props.resolvers }) : undefined,
        startupDirectory: props.startupDirectory,
        memoryMegabytes: 2048,
        sizing: VoBoxSizing.reduced({ reason: "stand-ins need little" }),
        // A person waits for the result.
        healthCheck: { intervalSeconds: 5, startPeriodSeconds: 120 },
      },
    });
  }
}
