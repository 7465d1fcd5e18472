import { Annotations } from "cdktf";
import {
  Refusal,
  VoBox,
  VoBoxImage,
  type VoBoxImageProps,
  VoBoxNetwork,
  type VoBoxProps,
} from "../lib";
import { propNamesBesideImage } from "../lib/container/props";
import { checkProps, type PropNames } from "../lib/props";
import { checkInstance, refuse } from "../lib/refusal";
import { VoBoxApp } from "./app";
import { HealthGate } from "./health-gate";
import { HelixNebulaProvider } from "./helix-nebula";
import { SiteStack } from "./site-stack";
import { sshOptions } from "./ssh-options";

/** What a site is. */
export interface SiteProps {
  /** Address of the site's Docker engine: `unix:///path` or `ssh://user@host[:port]`. */
  readonly engine: string;
  /** Whose cloud it is on, where it is on one of the Helix Nebula Science Cloud. @default - none of them */
  readonly provider?: HelixNebulaProvider;
  /** What the image holds. One image serves all sites. @default - the default image */
  readonly image?: VoBoxImageProps;
  /** The VO-Box. */
  readonly vobox: Omit<VoBoxProps, "image" | "imageProps">;
  /** Seconds that the VO-Box gets to become healthy in a deployment, 1 to 86400. @default 600 */
  readonly healthLimitSeconds?: number;
}

const propNames: PropNames<SiteProps> = {
  engine: true,
  provider: true,
  image: true,
  vobox: true,
  healthLimitSeconds: true,
};

/**
 * A site in its three stacks, each with a state of its own, deployed in this order by
 * `cdktf deploy '<site>-*'`:
 *
 * - `<site>-host`: prerequisites of the host. It needs no engine.
 * - `<site>-image`: builds the image on the site's engine, while the VO-Box goes on serving.
 * - `<site>-vobox`: the VO-Box, and the wait for its health.
 */
export class Site {
  /** Prerequisites of the host. */
  readonly host: SiteStack;
  /** The image, built on the site's engine. */
  readonly image: SiteStack;
  /** The container, and the wait for its health. */
  readonly vobox: SiteStack;

  /**
   * @param name lower-case letters, digits and `-`
   * @throws Refusal for bad input, naming the construct's path
   */
  constructor(app: VoBoxApp, name: string, props: SiteProps) {
    if (typeof name !== "string" || !/^[a-z][a-z0-9-]{0,40}$/.test(name))
      throw new Refusal("site", {
        property: "name",
        given: name,
        allowed: "up to 41 lower-case letters, digits and -, beginning with a letter",
        remedy:
          "Stacks, states and commands are named after it: choose a short one, such as cern-sirius.",
      });
    checkInstance(name, "app", app, VoBoxApp, "new VoBoxApp()");
    app.refuseTakenName(name);
    checkProps(name, "props", props, propNames);
    checkProps(name, "vobox", props.vobox, propNamesBesideImage);
    if (!/^(unix:\/\/\/[^\s]+|ssh:\/\/[^\s/]+)$/.test(props.engine))
      throw new Refusal(name, {
        property: "engine",
        given: props.engine,
        allowed: "unix:///path/of/the/socket or ssh://user@host[:port]",
        remedy: "A bare tcp:// socket would give root on the host to everyone who reaches it.",
      });
    this.host = new SiteStack(app, `${name}-host`);

    this.image = new SiteStack(app, `${name}-image`);
    this.image.addDependency(this.host);
    this.image.useDocker(props.engine);
    const image = new VoBoxImage(this.image, "image", props.image);

    this.vobox = new SiteStack(app, `${name}-vobox`);
    this.vobox.addDependency(this.image);
    this.vobox.useDocker(props.engine);
    this.vobox.useNull();
    const vobox = new VoBox(this.vobox, "vobox", { ...props.vobox, image });
    new HealthGate(this.vobox, "health", {
      vobox,
      engine: props.engine,
      limitSeconds: props.healthLimitSeconds,
    });

    const network = props.vobox.network ?? VoBoxNetwork.host();
    if (props.provider !== undefined) this.checkProvider(name, props.provider, network);
    const entry = {
      site: name,
      engine: props.engine,
      sshOptions: sshOptions(props.engine),
      container: vobox.container.name,
      image: image.reference,
      fqdn: props.vobox.fqdn,
      volumes: Object.values(vobox.container.volumeNames),
      stacks: [this.host, this.image, this.vobox].map((stack) => stack.node.id),
    };
    app.addSite(entry, network.claims(image.ports));
  }

  private checkProvider(name: string, provider: HelixNebulaProvider, network: VoBoxNetwork): void {
    checkInstance(
      name,
      "provider",
      provider,
      HelixNebulaProvider,
      "HelixNebulaProvider.tSystems(), .rhea() or .ibm()",
    );
    if (network.mode !== "macvlan") return;
    const reason = `at ${provider.name}, ${provider.noMacvlanReason}`;
    if (!network.forceOnPublicCloud)
      refuse(name, {
        property: "vobox.network",
        given: "macvlan",
        allowed: "VoBoxNetwork.host() or VoBoxNetwork.bridge()",
        remedy: `Nobody would reach the VO-Box: ${reason}. Where yours does, give forceOnPublicCloud: true.`,
      });
    Annotations.of(this.vobox).addWarning(
      `${name}: vobox.network: macvlan is forced, but ${reason}.`,
    );
  }
}
