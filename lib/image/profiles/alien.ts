import { VoBoxPorts } from "../../network/ports";
import { VoBoxService } from "../service";
import { alienHome, findProcess, monalisaProcess, portsOf, startSeconds, wrappers } from "./common";

/** One of AliEn's services, and what differs between them. */
interface AlienService {
  /** As after `alien Start`; in lower case the service's own name. */
  readonly alienName: string;
  /** Finds its command lines; see {@link findProcess}. */
  readonly process: string;
  readonly stopSeconds: number;
}

/**
 * The services that a site with CVMFS ran in 2017, in the order of their start: MonALISA, which the
 * others report to; Monitor, that is the ClusterMonitor, which the CE asks for its configuration; the CE;
 * and the sender of what ClusterMonitor gathered of the jobs.
 *
 * Which four: `AliEnServices` of a site's startup.conf (github.com/kuronosec/kuronosec-alien,
 * manifests/head/config.pp); their order here is ours.
 * Names and command lines: github.com/alien-git/alien, common/scripts/AlienServices.sh.
 */
const services: readonly AlienService[] = [
  {
    alienName: "MonaLisa",
    process: monalisaProcess,
    // Two HUPs, a TERM and a KILL, 10 s at most, and room for the wrapper.
    stopSeconds: 15,
  },
  {
    alienName: "Monitor",
    // Under AliEn's own httpd, or where CLUSTERMONITOR_SOAPTYPE is `soap`, on its own.
    process: "[.]alien/httpd/conf\\.[0-9]+/httpd\\.conf|[s]cripts/Service\\.pl ClusterMonitor",
    stopSeconds: 10,
  },
  { alienName: "CE", process: "[s]cripts/CE\\.pl", stopSeconds: 10 },
  { alienName: "CMreport", process: "[s]cripts/CMreport\\.pl", stopSeconds: 10 },
];

/** The services of 2017: AliEn's, which JAliEn took the place of. */
export function alienServices(): readonly VoBoxService[] {
  const table = VoBoxPorts.alien();
  return services.map(
    ({ alienName, process, stopSeconds }, index) =>
      new VoBoxService({
        name: alienName.toLowerCase(),
        command: [`${wrappers}/alien`, alienName, process],
        // AliEn reads it too, but exports only what is known to it.
        environmentFile: `${alienHome}/Environment`,
        startSeconds,
        stopSeconds,
        priority: (index + 1) * 100,
        healthCommand: findProcess(process),
        ports: portsOf(table, alienName.toLowerCase()),
      }),
  );
}
