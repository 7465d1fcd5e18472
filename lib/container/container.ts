import {
  Container,
  type ContainerConfig,
  type ContainerMounts,
} from "@cdktf/provider-docker/lib/container";
import { TerraformResource, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import { GridCredentials } from "../credentials";
import { CvmfsMount } from "../cvmfs/mount";
import { DnsSettings } from "../dns";
import { refuseCollidingIds } from "../ids";
import { voAccountHome } from "../image/account";
import type { IVoBoxImage } from "../image/image";
import { asLiterals } from "../literals";
import { VoBoxNetwork } from "../network/network";
import { requireProviderVersion } from "../provider-version";
import { checkProps } from "../props";
import {
  checkInstance,
  checkKnown,
  checkList,
  checkObject,
  checkText,
  checkWholeNumber,
  refuse,
} from "../refusal";
import { refuseSecretsOn, refuseSecretTexts } from "../secrets";
import { defaultMemoryMegabytes, VoBoxSizing } from "../sizing";
import {
  appliedByReplacementHash,
  appliedByReplacementLabel,
  notComparable,
} from "./applied-by-replacement";
import type { ContainerDemands } from "./demands";
import { validateEnvironment, validateLabels } from "./environment";
import { checkHostPath } from "./guarded-paths";
import {
  completeHealthCheck,
  healthCheckPropNames,
  type HealthCheckProps,
  patienceSeconds,
  renderHealthCheck,
  validateHealthCheck,
} from "./health-check";
import { healthCommandDemands, validateHealthCommands } from "./health-commands";
import { logRotationPropNames, renderLogRotation } from "./log-rotation";
import { refuseOwnVolumes, refuseSamePath, validateMounts } from "./mount";
import { containerPropNames, type VoBoxContainerProps } from "./props";
import { renderRights, validateCapabilities } from "./rights";
import { renderTemporaryDirectories, validateTemporaryDirectories } from "./temporary-directory";

const megabytesOfMachine = 1024 * 1024;
/** Seconds that init and supervisord need beside the services, from a stop to their end. */
const stopMarginSeconds = 5;

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
  /** Seconds from a start until the engine calls it unhealthy, where it does not become healthy. */
  readonly patienceSeconds: number;
  /** The Terraform resource: for what the provider can and no prop names. */
  readonly resource: Container;

  /** @throws Refusal for bad input, naming this construct's path. */
  constructor(scope: Construct, id: string, props: VoBoxContainerProps) {
    super(scope, id);
    refuseCollidingIds(this);
    requireProviderVersion(this);
    checkProps(this, "props", props, containerPropNames);
    refuseSecretTexts(this, props);
    this.validateKinds(props);
    const { image } = props;
    const network = props.network ?? VoBoxNetwork.host();
    const sizing = props.sizing ?? VoBoxSizing.alice();
    const memory = props.memoryMegabytes ?? defaultMemoryMegabytes;
    const stopGraceSeconds = props.stopGraceSeconds ?? 60;
    this.validateNames(props);
    this.name = this.validateName(props);
    props.cvmfs.validate(this, "cvmfs", image);
    props.dns?.validate(this, "dns", network.sharesHost);
    props.credentials?.validate(this, "credentials");
    sizing.validate(this, "sizing");
    checkWholeNumber(this, "memoryMegabytes", memory, {
      minimum: 512,
      maximum: megabytesOfMachine,
      unit: "megabytes",
    });
    sizing.validateMemory(this, "memoryMegabytes", memory);
    if (props.cvmfs.client !== undefined)
      sizing.validateCache(this, "cvmfs.client.quotaMegabytes", props.cvmfs.client.quotaMegabytes);
    checkWholeNumber(this, "stopGraceSeconds", stopGraceSeconds, {
      minimum: 10,
      maximum: 600,
      unit: "seconds",
    });
    this.validateStopGrace(stopGraceSeconds, image);

    const parts: readonly ContainerDemands[] = [
      props.cvmfs.demands(this.name),
      ...(props.dns ? [props.dns.demands()] : []),
      ...(props.credentials ? [props.credentials.demands()] : []),
      healthCommandDemands(props.healthCommands ?? []),
      sizing.demands(),
    ];
    this.volumeNames = Object.assign(
      { state: `${this.name}-state`, logs: `${this.name}-logs` },
      ...parts.map((part) => part.volumeNames),
    ) as VoBoxContainer["volumeNames"];
    refuseOwnVolumes(this, props.mounts ?? [], Object.values(this.volumeNames));
    const check = completeHealthCheck(props.healthCheck);
    validateHealthCheck(this, check);
    this.patienceSeconds = patienceSeconds(check);
    const mounts = [
      ...this.renderVolumes(),
      ...parts.flatMap((part) => part.mounts ?? []),
      ...renderStartupDirectory(props),
      ...(props.mounts ?? []).map((mount) => mount.render()),
    ];
    const temporaryDirectories = props.temporaryDirectories ?? [];
    refuseSamePath(this, "mounts", [
      ...mounts.map(({ target }) => target),
      ...temporaryDirectories.map(({ path }) => path),
    ]);
    const config: ContainerConfig = {
      name: this.name,
      image: image.reference,
      hostname: props.fqdn,
      ...network.attach(this, "network", image.ports),
      restart: "always",
      mustRun: true,
      // PID 1 is the engine's init, which reaps what others leave behind.
      init: true,
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
      mounts,
      upload: renderFiles(parts),
      tmpfs: renderTemporaryDirectories(temporaryDirectories),
      ...renderRights(parts, props.capabilities ?? []),
      healthcheck: renderHealthCheck(check),
      labels: Object.entries({
        ...props.labels,
        [appliedByReplacementLabel]: appliedByReplacementHash(() => this.resource),
      })
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([label, value]) => ({ label, value })),
    };
    this.resource = new Container(this, "Default", {
      ...asLiterals(config),
      lifecycle: { ignoreChanges: notComparable },
      dependsOn: this.resourcesOf(image),
    });
    this.node.defaultChild = this.resource;
    refuseSecretsOn(this, this.resource);
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
    if (!Construct.isConstruct(image) || !("reference" in image && "ports" in image))
      refuse(this, {
        property: "image",
        given: Construct.isConstruct(image) ? image.node.path : image,
        allowed: "a construct of an image, such as new VoBoxImage(…)",
        remedy: "Make one in the same app, and give the construct itself, not its name.",
      });
    checkInstance(
      this,
      "cvmfs",
      props.cvmfs,
      CvmfsMount,
      "CvmfsMount.fromHost() or CvmfsMount.inContainer()",
    );
    if (props.dns !== undefined)
      checkInstance(this, "dns", props.dns, DnsSettings, "new DnsSettings({ servers })");
    if (props.network !== undefined)
      checkInstance(
        this,
        "network",
        props.network,
        VoBoxNetwork,
        "VoBoxNetwork.host(), VoBoxNetwork.bridge() or VoBoxNetwork.macvlan({ … })",
      );
    if (props.credentials !== undefined)
      checkInstance(
        this,
        "credentials",
        props.credentials,
        GridCredentials,
        "new GridCredentials({ hostCertificateDirectory, proxyDirectory })",
      );
    if (props.sizing !== undefined)
      checkInstance(
        this,
        "sizing",
        props.sizing,
        VoBoxSizing,
        "VoBoxSizing.alice() or VoBoxSizing.reduced({ reason })",
      );
    for (const property of ["environment", "labels"] as const)
      if (props[property] !== undefined) checkObject(this, property, props[property]);
    if (props.healthCheck !== undefined)
      checkProps(this, "healthCheck", props.healthCheck, healthCheckPropNames);
    if (props.logRotation !== undefined)
      checkProps(this, "logRotation", props.logRotation, logRotationPropNames);
    for (const property of [
      "mounts",
      "temporaryDirectories",
      "capabilities",
      "healthCommands",
    ] as const)
      if (props[property] !== undefined) checkList(this, property, props[property]);
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
      checkHostPath(this, "startupDirectory", props.startupDirectory);
    validateEnvironment(this, props.environment ?? {});
    validateLabels(this, props.labels ?? {});
    validateMounts(this, props.mounts ?? []);
    validateTemporaryDirectories(this, props.temporaryDirectories ?? []);
    validateCapabilities(this, props.capabilities ?? []);
    validateHealthCommands(this, props.healthCommands ?? []);
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

function renderFiles(parts: readonly ContainerDemands[]): ContainerConfig["upload"] {
  const files = parts.flatMap((part) => Object.entries(part.files ?? {}));
  return files.length === 0 ? undefined : files.map(([file, content]) => ({ file, content }));
}
