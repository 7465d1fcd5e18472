import { Annotations } from "cdktf";
import type { IConstruct } from "constructs";
import type { VoBoxPort } from "../network/ports";
import { checkDistinct, checkInstance, refuse } from "../refusal";
import { alienServices } from "./profiles/alien";
import { jalienServices } from "./profiles/jalien";
import { VoBoxService } from "./service";

/** A set of services, as a profile or put together from a profile and services of one's own. */
export class VoBoxServices {
  /**
   * Today's services: `ce` (JAliEn's computing element) and `monalisa`. Both run as the VO account,
   * with Java and code from alice.cern.ch.
   */
  static jalien(): VoBoxServices {
    return new VoBoxServices(jalienServices());
  }

  /**
   * The services of 2017: `monalisa`, `monitor` (the ClusterMonitor), `ce` and `cmreport` of AliEn, as a site with CVMFS
   * ran them. All run as the VO account, with Perl, Java and code from alice.cern.ch.
   */
  static alien(): VoBoxServices {
    return new VoBoxServices(alienServices());
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

  /** What they listen on. The login of the VO's operators (1975/tcp) is none of a profile's services. */
  get ports(): readonly VoBoxPort[] {
    return this.list.flatMap(({ ports }) => ports);
  }

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

  /** @throws Refusal for an empty set, an unknown or duplicate name, two that listen on one port, or a service that is refused. Warns of PackMan. */
  validate(scope: IConstruct, property: string): void {
    if (this.unknown.length > 0)
      refuse(scope, {
        property,
        given: this.unknown[0],
        allowed: "names of the profile",
        remedy: "A service of your own is added with and(new VoBoxService({ … })).",
      });
    if (this.list.length === 0)
      refuse(scope, {
        property,
        given: [],
        allowed: "at least one service",
        remedy: "Leave services out for VoBoxServices.jalien(), or add one with and(…).",
      });
    this.list.forEach((service, index) => {
      const place = `${property}[${index}]`;
      checkInstance(scope, place, service, VoBoxService, "new VoBoxService({ … })");
      service.validate(scope, place);
    });
    checkDistinct(scope, property, this.list, (service) => service.name);
    // One listens, and the other ends again and again.
    checkDistinct(scope, `${property}.ports`, this.ports, (port) => port.name);
    if (this.list.some(({ name }) => name === "packman"))
      Annotations.of(scope).addWarning(
        `${scope.node.path}: ${property}: "packman" installs packages that every VO-Box reads from CVMFS; ` +
          "ALICE asks for it, and for its port 9991/tcp, only where there is no CVMFS.",
      );
  }
}
