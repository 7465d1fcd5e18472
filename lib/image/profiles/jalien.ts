import { VoBoxPorts } from "../../network/ports";
import { VoBoxService } from "../service";
import { alienHome, findProcess, monalisaProcess, portsOf, startSeconds, wrappers } from "./common";

/** Today's services: JAliEn's computing element, and MonALISA. */
export function jalienServices(): readonly VoBoxService[] {
  const table = VoBoxPorts.jalien();
  return [
    new VoBoxService({
      name: "monalisa",
      command: [`${wrappers}/monalisa`],
      environmentFile: `${alienHome}/config/ml.env`,
      startSeconds,
      // Two HUPs, a TERM and a KILL, 10 s at most, and room for the wrapper.
      stopSeconds: 15,
      priority: 100,
      healthCommand: findProcess(monalisaProcess),
      ports: portsOf(table, "monalisa"),
    }),
    new VoBoxService({
      name: "ce",
      command: [`${wrappers}/jalien-ce`],
      environmentFile: `${alienHome}/config/CE.env`,
      startSeconds,
      stopSeconds: 10,
      priority: 200,
      healthCommand: findProcess("[a]lien\\.site\\.ComputingElement"),
      ports: portsOf(table, "ce", "jalien"),
    }),
  ];
}
