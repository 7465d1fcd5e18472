import type { IConstruct } from "constructs";
import { checkDistinct, checkInstance, refuse } from "../refusal";
import { voAccountHome, voAccountName } from "./account";
import { VoBoxService } from "./service";

const libexec = "/usr/libexec/vobox/services";
const configuration = `${voAccountHome}/.alien/config`;
/** A JVM that finds its configuration wanting takes seconds to say so and end. */
const startSeconds = 10;
/** Looks for a process of the VO account; a bracket in the pattern keeps it from finding others that look. */
const findProcess = ["pgrep", "-u", voAccountName, "-f", "--"];

/** A set of services, as a profile or put together from a profile and services of one's own. */
export class VoBoxServices {
  /**
   * Today's services: `ce` (JAliEn's computing element) and `monalisa`. Both run as the VO account,
   * with Java and code from alice.cern.ch.
   */
  static jalien(): VoBoxServices {
    return new VoBoxServices([
      new VoBoxService({
        name: "monalisa",
        command: [`${libexec}/monalisa`],
        environmentFile: `${configuration}/ml.env`,
        startSeconds,
        // Two HUPs and a TERM, 9 s at most, and room for the wrapper.
        stopSeconds: 15,
        priority: 100,
        healthCommand: [...findProcess, "[-]DMonaLisa_HOME="],
      }),
      new VoBoxService({
        name: "ce",
        command: [`${libexec}/jalien-ce`],
        environmentFile: `${configuration}/CE.env`,
        startSeconds,
        stopSeconds: 10,
        priority: 200,
        healthCommand: [...findProcess, "[a]lien\\.site\\.ComputingElement"],
      }),
    ]);
  }

  /** Services of one's own alone. */
  static of(...services: readonly VoBoxService[]): VoBoxServices {
    return new VoBoxServices(services);
  }

  private constructor(
    /** The services, in no particular order: `priority` orders them. */
    readonly list: readonly VoBoxService[],
    private readonly unknown: readonly string[] = [],
  ) {}

  /** The services with these names and no others. A name that is not there is refused by the image. */
  only(...names: readonly string[]): VoBoxServices {
    const known = this.list.map((service) => service.name);
    return new VoBoxServices(
      this.list.filter((service) => names.includes(service.name)),
      [...this.unknown, ...names.filter((name) => !known.includes(name))].map(
        (name) => `${name} (of ${known.join(", ")})`,
      ),
    );
  }

  /** These services and others besides. */
  and(...services: readonly VoBoxService[]): VoBoxServices {
    return new VoBoxServices([...this.list, ...services], this.unknown);
  }

  /** @throws Refusal for an empty set, an unknown or duplicate name, or a service that is refused. */
  validate(scope: IConstruct, property: string): void {
    if (this.unknown.length > 0)
      refuse(scope, {
        property,
        given: this.unknown[0],
        allowed: "names of the profile",
        remedy: "A service of your own is added with and(new VoBoxService({ … })).",
      });
    if (this.list.length === 0)
      refuse(scope, { property, given: [], allowed: "at least one service" });
    this.list.forEach((service, index) => {
      const place = `${property}[${index}]`;
      checkInstance(scope, place, service, VoBoxService, "new VoBoxService({ … })");
      service.validate(scope, place);
    });
    checkDistinct(scope, property, this.list, (service) => service.name);
  }
}
