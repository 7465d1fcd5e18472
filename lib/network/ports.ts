import { checkProps, type PropNames } from "../props";
import {
  checkDistinct,
  checkInstance,
  checkKnown,
  checkList,
  checkText,
  checkWholeNumber,
  copyOf,
  oneLine,
  refuse,
  type RefusalScope,
} from "../refusal";

const audiences = ["world", "workerNodes", "storageElements", "cern", "administrators"] as const;

/** From where a port has to be reached. Administrators are those who log in: the VO's operators and the site's own. */
export type PortAudience = (typeof audiences)[number];

/** What a port is. */
export interface VoBoxPortProps {
  /** 1 to 65535. */
  readonly number: number;
  /** `tcp` or `udp`. */
  readonly protocol: "tcp" | "udp";
  /** Who listens: a service's name, one line. */
  readonly service: string;
  /** From where it has to be reached; `world` stands alone. An empty list: from nowhere outside of the VO-Box. */
  readonly openTo: readonly PortAudience[];
  /** What it is for, one line. */
  readonly purpose: string;
  /** Where that is said, one line. @default "the site" */
  readonly source?: string;
}

const propNames: PropNames<VoBoxPortProps> = {
  number: true,
  protocol: true,
  service: true,
  openTo: true,
  purpose: true,
  source: true,
};

/** A port that something on a VO-Box listens on. */
export class VoBoxPort {
  /** 1 to 65535. */
  readonly number: number;
  /** `tcp` or `udp`. */
  readonly protocol: "tcp" | "udp";
  /** Who listens. */
  readonly service: string;
  /** From where it has to be reached. */
  readonly openTo: readonly PortAudience[];
  /** What it is for. */
  readonly purpose: string;
  /** Where that is said. */
  readonly source: string;

  /** @throws Refusal when the props are no object or misnamed; everything else is refused where the port is used. */
  constructor(props: VoBoxPortProps) {
    checkProps("VoBoxPort", "props", props, propNames);
    this.number = props.number;
    this.protocol = props.protocol;
    this.service = props.service;
    this.openTo = copyOf(props.openTo);
    this.purpose = props.purpose;
    this.source = props.source ?? "the site";
  }

  /** Number and protocol, as in `8884/udp`. */
  get name(): string {
    return `${this.number}/${this.protocol}`;
  }

  /** Whether everyone may reach it. */
  get isForWorld(): boolean {
    return this.openTo.includes("world");
  }

  /** @throws Refusal for a number, protocol, audience or text that cannot be one, and for a known port with the other protocol */
  validate(scope: RefusalScope, property: string): void {
    checkKnown(scope, `${property}.number`, this.number);
    checkWholeNumber(scope, `${property}.number`, this.number, {
      minimum: 1,
      maximum: 65535,
      unit: "ports",
    });
    checkKnown(scope, `${property}.protocol`, this.protocol);
    checkText(scope, `${property}.protocol`, this.protocol, {
      pattern: /^(tcp|udp)$/,
      allowed: "tcp or udp",
      remedy: "Give one of the two, in lower case.",
    });
    for (const key of ["service", "purpose", "source"] as const)
      checkText(scope, `${property}.${key}`, this[key], {
        pattern: oneLine,
        allowed: "a text without line breaks or control characters",
        remedy: "It stands in one line of the firewall notes.",
      });
    checkList(scope, `${property}.openTo`, this.openTo);
    this.openTo.forEach((audience, index) =>
      checkText(scope, `${property}.openTo[${index}]`, audience, {
        pattern: new RegExp(`^(${audiences.join("|")})$`),
        allowed: audiences.join(", "),
        remedy: "Name those who open connections to it.",
      }),
    );
    if (this.isForWorld && this.openTo.length > 1)
      refuse(scope, {
        property: `${property}.openTo`,
        given: this.openTo,
        allowed: "world alone, or others without it",
        remedy: "The world holds all of them.",
      });
    checkDistinct(scope, `${property}.openTo`, this.openTo, (audience) => audience);
    const known = knownPorts.filter(({ number }) => number === this.number);
    if (known.length > 0 && !known.some(({ protocol }) => protocol === this.protocol))
      refuse(scope, {
        property: `${property}.protocol`,
        given: this.protocol,
        allowed: `${known[0].protocol} for port ${this.number}`,
        remedy: `On a VO-Box it is ${known[0].service}'s (${known[0].purpose}).`,
      });
  }
}

const today = "JAliEn documentation, VO-Box requirements";
const of2017 = "ALICE VO-Box setup and configuration, 2017";

/** What VO-Boxes of both generations listen on. */
const common: readonly VoBoxPort[] = [
  new VoBoxPort({
    number: 1093,
    protocol: "tcp",
    service: "monalisa",
    openTo: ["world"],
    purpose: "MonALISA's FDT server, tests of storage elements",
    source: today,
  }),
  new VoBoxPort({
    number: 8884,
    protocol: "udp",
    service: "monalisa",
    openTo: ["workerNodes", "storageElements"],
    purpose: "monitoring information (ApMon)",
    source: today,
  }),
  new VoBoxPort({
    number: 9930,
    protocol: "udp",
    service: "monalisa",
    openTo: ["storageElements"],
    purpose: "metrics of XRootD",
    source: today,
  }),
  new VoBoxPort({
    number: 1975,
    protocol: "tcp",
    service: "gsisshd",
    openTo: ["administrators"],
    purpose: "login of the VO's operators, registration of proxies",
    source: "JAliEn documentation, VO-Box proxy",
  }),
];

const ofJalien: readonly VoBoxPort[] = [
  new VoBoxPort({
    number: 8097,
    protocol: "tcp",
    service: "jalien",
    openTo: ["workerNodes"],
    purpose: "secure WebSocket; may be needed in future",
    source: today,
  }),
  new VoBoxPort({
    number: 8098,
    protocol: "tcp",
    service: "jalien",
    openTo: ["workerNodes"],
    purpose: "Java-serialised stream; may be needed in future",
    source: today,
  }),
  new VoBoxPort({
    number: 10000,
    protocol: "tcp",
    service: "ce",
    openTo: [],
    purpose: "the computing element's own default",
    source: "JAliEn, alien.site.ComputingElement",
  }),
];

const ofAlien: readonly VoBoxPort[] = [
  new VoBoxPort({
    number: 8084,
    protocol: "tcp",
    service: "monitor",
    openTo: ["cern", "workerNodes"],
    purpose: "ClusterMonitor",
    source: of2017,
  }),
];

const knownPorts: readonly VoBoxPort[] = [...common, ...ofJalien, ...ofAlien];

/** Refuses what is no port, and a port that is refused. */
export function checkPort(scope: RefusalScope, property: string, port: VoBoxPort): void {
  checkInstance(
    scope,
    property,
    port,
    VoBoxPort,
    'a port, as VoBoxPorts.jalien().port("1093/tcp") or new VoBoxPort({ … })',
  );
  port.validate(scope, property);
}

/** A set of ports: one of the tables, or put together from a table and ports of one's own. */
export class VoBoxPorts {
  /** Those of today's services (JAliEn documentation, VO-Box requirements). */
  static jalien(): VoBoxPorts {
    return new VoBoxPorts([...common, ...ofJalien]);
  }

  /**
   * Those of the AliEn services of 2017. 9991/tcp (PackMan, from CERN) is not among them: only a VO-Box
   * without CVMFS has it.
   */
  static alien(): VoBoxPorts {
    return new VoBoxPorts([...common, ...ofAlien]);
  }

  private constructor(
    /** The ports. */
    readonly list: readonly VoBoxPort[],
    private readonly unknown: readonly string[] = [],
  ) {}

  /**
   * One of the ports.
   * @param name number and protocol, such as `8884/udp`
   * @throws Refusal for a name that is not there
   */
  port(name: string): VoBoxPort {
    return (
      this.list.find((port) => port.name === name) ??
      refuse("VoBoxPorts", {
        property: "port",
        given: name,
        allowed: this.list.map((port) => port.name).join(", "),
        remedy: "A port of your own is new VoBoxPort({ … }).",
      })
    );
  }

  /** The ports with these names and no others. A name that is not there is refused where the set is used. */
  only(...names: readonly string[]): VoBoxPorts {
    const known = this.list.map((port) => port.name);
    return new VoBoxPorts(
      this.list.filter((port) => names.includes(port.name)),
      [...this.unknown, ...names.filter((name) => !known.includes(name))].map(
        (name) => `${name} (of ${known.join(", ")})`,
      ),
    );
  }

  /** These ports and others besides. */
  and(...ports: readonly VoBoxPort[]): VoBoxPorts {
    return new VoBoxPorts([...this.list, ...ports], this.unknown);
  }

  /** @throws Refusal for an unknown name, for two ports with the same number and protocol, and for a port that is refused. */
  validate(scope: RefusalScope, property: string): void {
    if (this.unknown.length > 0)
      refuse(scope, {
        property,
        given: this.unknown[0],
        allowed: "names of the set's ports",
        remedy: "A port of your own is added with and(new VoBoxPort({ … })).",
      });
    this.list.forEach((port, index) => {
      const place = `${property}[${index}]`;
      checkInstance(scope, place, port, VoBoxPort, "new VoBoxPort({ … })");
      port.validate(scope, place);
    });
    checkDistinct(scope, property, this.list, (port) => port.name);
  }
}
