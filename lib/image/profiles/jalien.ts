import { VoBoxService } from "../service";
import { alienHome, findProcess, monalisaProcess, startSeconds, wrappers } from "./common";

/** Today's services: JAliEn's computing element, and MonALISA. */
export function jalienServices(): readonly VoBoxService[] {
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
    }),
    new VoBoxService({
      name: "ce",
      command: [`${wrappers}/jalien-ce`],
      environmentFile: `${alienHome}/config/CE.env`,
      startSeconds,
      stopSeconds: 10,
      priority: 200,
      healthCommand: findProcess("[a]lien\\.site\\.ComputingElement"),
    }),
  ];
}
