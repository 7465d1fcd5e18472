import { createHash } from "node:crypto";
import { Container, type ContainerMounts } from "@cdktf/provider-docker/lib/container";
import { TerraformResource, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import { CvmfsMount } from "../cvmfs/mount";
import { DnsSettings } from "../dns";
import { refuseCollidingIds } from "../ids";
import { voAccountHome } from "../image/account";
import type { IVoBoxImage } from "../image/image";
import { VoBoxNetwork } from "../network/network";
import {
  absolutePath,
  checkInstance,
  checkKnown,
  checkObject,
  checkText,
  checkWholeNumber,
  refuse,
} from "../refusal";
import { refusePrivateKeys } from "../secrets";
import type { ContainerDemands } from "./demands";
import { appliedByReplacementLabel, validateEnvironment, validateLabels } from "./environment";
import {
  completeHealthCheck,
  type HealthCheckProps,
  renderHealthCheck,
  validateHealthCheck,
} from "./health-check";
import { type LogRotationProps, renderLogRotation } from "./log-rotation";

/** Megabytes that ALICE asks a VO-Box to have (JAliEn documentation, VO-Box requirements: 4 GB). */
const memoryMegabytes = 4096;
const megabytesOfMachine = 1024 * 1024;
/** Seconds that init and supervisord need beside the services, from a stop to their end. */
const stopMarginSeconds = 5;

/** What the container of a VO-Box is. */
export interface VoBoxContainerProps {
  /** The image that runs. */
  readonly image: IVoBoxImage;
  /**
   * Fully qualified name that the VO-Box is registered with in ALICE's LDAP, up to 64 characters. It
   * becomes the host name: services look their configuration up by it.
   */
  readonly fqdn: string;
  /** How CVMFS comes into the container. */
  readonly cvmfs: CvmfsMount;
  /** Name of the container on the engine. @default - the first label of the FQDN */
  readonly name?: string;
  /** How the VO-Box is attached to the network. @default VoBoxNetwork.host() */
  readonly network?: VoBoxNetwork;
  /** Resolvers of the site, in order. @default - those that the engine gives */
  readonly dns?: DnsSettings;
  /**
   * Directory of the host with the site's own startup commands; absolute path. It is bound read-only at
   * `/etc/vobox/init.d`. Its files (`*.sh`, or executables) run in order of their names before the
   * services start, as root; one that fails stops the start. Changing them needs no build.
   * @default - none
   */
  readonly startupDirectory?: string;
  /** Megabytes of memory, without swap, 512 to 1048576. @default 4096 */
  readonly memoryMegabytes?: number;
  /**
   * Seconds from a stop until the engine kills the container, 10 to 600: at least 5 more than the image's
   * `stopSeconds`, the sum of those of its services.
   * @default 60
   */
  readonly stopGraceSeconds?: number;
  /** When the VO-Box counts as unhealthy. @default - see HealthCheckProps */
  readonly healthCheck?: HealthCheckProps;
  /** How much of the container's log is kept. @default - see LogRotationProps */
  readonly logRotation?: LogRotationProps;
  /**
   * Further environment of init and services. Names of letters, digits and `_`, not `VOBOX_…`; values of one
   * line. They stand in clear in Terraform's state and in `docker inspect`, so names like that of a secret
   * (`DB_PASS`, `PGPASSWORD`, `API_TOKENS`) are refused: bind a directory of the host that holds it.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further labels of the container; as with the environment, none named like a secret. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The container of a VO-Box.
 *
 * It restarts always: there is no prop for it, for with every other policy some crash of the engine leaves
 * it down. It is never privileged. Nothing of value lies in it: state and logs are volumes, which the
 * engine makes at the first start. Terraform does not know them, so neither a replacement nor a destroy
 * removes them; `docker volume rm` with their names does.
 */
export class VoBoxContainer extends Construct {
  /** Name on the engine. */
  readonly name: string;
  /** Names of the volumes on the engine. */
  readonly volumeNames: {
    readonly state: string;
    readonly logs: string;
    readonly [purpose: string]: string;
  };
  /** The Terraform resource: for what the provider can and no prop names. */
  readonly resource: Container;

  /** @throws Refusal for bad input, naming this construct's path. */
  constructor(scope: Construct, id: string, props: VoBoxContainerProps) {
    super(scope, id);
    refuseCollidingIds(this);
    checkObject(this, "props", props);
    refusePrivateKeys(this, props);
    this.validateKinds(props);
    const { image } = props;
    const network = props.network ?? VoBoxNetwork.host();
    const memory = props.memoryMegabytes ?? memoryMegabytes;
    const stopGraceSeconds = props.stopGraceSeconds ?? 60;
    this.validateNames(props);
    this.name = this.validateName(props);
    props.cvmfs.validate(this, "cvmfs");
    props.dns?.validate(this, "dns", network.sharesHost);
    checkWholeNumber(this, "memoryMegabytes", memory, {
      minimum: 512,
      maximum: megabytesOfMachine,
      unit: "megabytes",
    });
    checkWholeNumber(this, "stopGraceSeconds", stopGraceSeconds, {
      minimum: 10,
      maximum: 600,
      unit: "seconds",
    });
    this.validateStopGrace(stopGraceSeconds, image);

    const parts: readonly ContainerDemands[] = [
      props.cvmfs.demands(),
      ...(props.dns ? [props.dns.demands()] : []),
    ];
    this.volumeNames = Object.assign(
      { state: `${this.name}-state`, logs: `${this.name}-logs` },
      ...parts.map((part) => part.volumeNames),
    ) as VoBoxContainer["volumeNames"];
    const check = completeHealthCheck(props.healthCheck);
    validateHealthCheck(this, check);
    const healthcheck = renderHealthCheck(check);
    const init = true;
    this.resource = new Container(this, "Default", {
      name: this.name,
      image: image.reference,
      dependsOn: this.resourcesOf(image),
      hostname: props.fqdn,
      ...network.attach(),
      restart: "always",
      mustRun: true,
      init,
      // The provider sends its own stop, with this grace; the engine's shutdown uses the other.
      destroyGraceSeconds: stopGraceSeconds,
      stopTimeout: stopGraceSeconds,
      stopSignal: "SIGTERM",
      memory,
      // Equal to memory: no swap. Both, or each plan shows a change.
      memorySwap: memory,
      ...renderLogRotation(this, props.logRotation ?? {}),
      env: Object.entries(renderEnvironment(props, check, parts))
        .map(([key, value]) => `${key}=${value}`)
        .sort(),
      mounts: [
        ...this.renderVolumes(),
        ...parts.flatMap((part) => part.mounts ?? []),
        ...renderStartupDirectory(props),
      ],
      ...renderRights(parts),
      healthcheck,
      labels: Object.entries({
        ...props.labels,
        [appliedByReplacementLabel]: digest({ healthcheck, init }),
      })
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([label, value]) => ({ label, value })),
    });
    this.node.defaultChild = this.resource;
  }

  /** Across stacks the order is that of the stacks. In one, Terraform sees no link: the tag is known at synthesis. */
  private resourcesOf(image: IVoBoxImage): TerraformResource[] | undefined {
    if (TerraformStack.of(image) !== TerraformStack.of(this)) return undefined;
    return image.node
      .findAll()
      .filter((node): node is TerraformResource => TerraformResource.isTerraformResource(node));
  }

  /** What callers in JavaScript may mistake. */
  private validateKinds(props: VoBoxContainerProps): void {
    const image: unknown = props.image;
    if (!Construct.isConstruct(image) || !("reference" in image))
      refuse(this, {
        property: "image",
        given: Construct.isConstruct(image) ? image.node.path : image,
        allowed: "a construct of an image, such as new VoBoxImage(…)",
      });
    checkInstance(this, "cvmfs", props.cvmfs, CvmfsMount, "CvmfsMount.fromHost()");
    if (props.dns !== undefined)
      checkInstance(this, "dns", props.dns, DnsSettings, "new DnsSettings({ servers })");
    if (props.network !== undefined)
      checkInstance(
        this,
        "network",
        props.network,
        VoBoxNetwork,
        "VoBoxNetwork.host() or VoBoxNetwork.bridge()",
      );
    for (const property of ["healthCheck", "logRotation", "environment", "labels"] as const)
      if (props[property] !== undefined) checkObject(this, property, props[property]);
  }

  /** The engine kills what still stops at the end of the grace, in the middle of its writing. */
  private validateStopGrace(stopGraceSeconds: number, image: IVoBoxImage): void {
    checkKnown(this, "stopGraceSeconds", stopGraceSeconds);
    const needed = image.stopSeconds + stopMarginSeconds;
    if (stopGraceSeconds < needed)
      refuse(this, {
        property: "stopGraceSeconds",
        given: stopGraceSeconds,
        allowed: `at least ${needed} seconds`,
        remedy:
          `The image's services take up to ${image.stopSeconds} to stop, one after the other: ` +
          "give more, or shorten their stopSeconds.",
      });
  }

  private validateNames(props: VoBoxContainerProps): void {
    checkText(this, "fqdn", props.fqdn, {
      pattern:
        /^(?=.{4,64}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.[a-z][a-z0-9-]*[a-z0-9]$/,
      allowed:
        "a fully qualified domain name in lower case, such as vobox.cern.ch, up to 64 characters",
      remedy: "ALICE's LDAP knows the VO-Box by what `hostname -f` says.",
    });
    if (props.startupDirectory !== undefined)
      checkText(this, "startupDirectory", props.startupDirectory, {
        pattern: absolutePath,
        allowed: "an absolute path on the host other than /, without blanks, . or ..",
      });
    validateEnvironment(this, props.environment ?? {});
    validateLabels(this, props.labels ?? {});
  }

  /** The name on the engine, which has to be known now where other names are made from it. */
  private validateName({ name, fqdn }: VoBoxContainerProps): string {
    if (name === undefined && Token.isUnresolved(fqdn))
      refuse(this, {
        property: "name",
        given: name,
        allowed: "a name, where the FQDN is not known at synthesis",
        remedy: "The default is the first label of the FQDN.",
      });
    const used = name ?? fqdn.split(".")[0];
    checkText(this, "name", used, {
      pattern: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$/,
      allowed: "2 to 63 letters, digits, _ . or -, beginning with a letter or digit",
      remedy: "The default is the first label of the FQDN.",
    });
    return used;
  }

  /**
   * Named volumes that the engine makes, never resources of Terraform's: taking such a resource out of the
   * description would delete the data of a VO-Box that goes on.
   */
  private renderVolumes(): ContainerMounts[] {
    return [
      { type: "volume", source: this.volumeNames.state, target: "/var/lib/vobox" },
      { type: "volume", source: this.volumeNames.logs, target: `${voAccountHome}/ALICE` },
    ];
  }
}

function renderEnvironment(
  props: VoBoxContainerProps,
  check: Required<HealthCheckProps>,
  parts: readonly ContainerDemands[],
): Readonly<Record<string, string>> {
  return Object.assign(
    {
      ...props.environment,
      VOBOX_FQDN: props.fqdn,
      // The check gives its own answer before the engine ends it without one.
      VOBOX_HEALTH_SECONDS: String(check.timeoutSeconds),
    },
    ...parts.map((part) => part.environment),
  ) as Readonly<Record<string, string>>;
}

function renderStartupDirectory({ startupDirectory }: VoBoxContainerProps): ContainerMounts[] {
  if (startupDirectory === undefined) return [];
  return [{ type: "bind", source: startupDirectory, target: "/etc/vobox/init.d", readOnly: true }];
}

/** Only what is asked for: an empty block would differ from what the engine gives back. */
function renderRights(parts: readonly ContainerDemands[]) {
  const capabilities = sortedUnion(parts.map((part) => part.capabilities));
  const devices = sortedUnion(parts.map((part) => part.devices));
  const securityOptions = sortedUnion(parts.map((part) => part.securityOptions));
  return {
    ...(capabilities.length > 0 && { capabilities: { add: capabilities } }),
    ...(devices.length > 0 && {
      // All three, or each plan would replace the container.
      devices: devices.map((path) => ({
        hostPath: path,
        containerPath: path,
        permissions: "rwm",
      })),
    }),
    ...(securityOptions.length > 0 && { securityOpts: securityOptions }),
  };
}

function sortedUnion(lists: readonly (readonly string[] | undefined)[]): string[] {
  return [...new Set(lists.flatMap((list) => list ?? []))].sort();
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
