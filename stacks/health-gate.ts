import { join } from "node:path";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { Annotations, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import type { VoBox } from "../lib";
import { asLiterals } from "../lib/literals";
import { checkProps, type PropNames } from "../lib/props";
import { checkWholeNumber } from "../lib/refusal";
import { sshOptions } from "./ssh-options";

/** What a deployment waits for. */
export interface HealthGateProps {
  /** The VO-Box that has to become healthy. */
  readonly vobox: VoBox;
  /** Address of the engine. */
  readonly engine: string;
  /**
   * Seconds that the VO-Box gets to become healthy, 1 to 86400: with fewer than the engine gives it, a slow start
   * fails the deployment, and the synthesis warns.
   * @default 600
   */
  readonly limitSeconds?: number;
}

const propNames: PropNames<HealthGateProps> = {
  vobox: true,
  engine: true,
  limitSeconds: true,
};

/**
 * Ends a deployment only when the VO-Box is healthy, and removes the images that are older than the one before.
 *
 * The provider's own `wait` would mark a container that is late for replacement; here the container
 * stays, the deployment fails with the reasons, and the next one waits again.
 *
 * It waits where the container or the image is another one than at the last wait that ended well. A
 * deployment that changes neither, or only starts a container that had been stopped, does not wait.
 */
export class HealthGate extends Construct {
  /** @throws Refusal for a limit out of range and misnamed props, naming this construct's path. */
  constructor(scope: Construct, id: string, props: HealthGateProps) {
    super(scope, id);
    checkProps(this, "props", props, propNames);
    const { vobox, engine, limitSeconds = 600 } = props;
    checkWholeNumber(this, "limitSeconds", limitSeconds, {
      minimum: 1,
      maximum: 86400,
      unit: "seconds",
    });
    const { patienceSeconds } = vobox.container;
    if (limitSeconds < patienceSeconds)
      Annotations.of(this).addWarning(
        `${this.node.path}: limitSeconds: ${limitSeconds} end before the ${patienceSeconds} seconds that the ` +
          "health check gives a start (startPeriodSeconds and retries times intervalSeconds): a VO-Box that " +
          "would become healthy fails the deployment.",
      );
    const scripts = new TerraformAsset(this, "Script", { path: join(__dirname, "scripts") });
    const ssh = sshOptions(engine);
    const container = vobox.container.resource;
    new Resource(this, "Default", {
      triggers: { container: container.id, image: vobox.image.reference },
      provisioners: [
        {
          type: "local-exec",
          command: `sh ${scripts.path}/await-healthy.sh`,
          environment: asLiterals({
            DOCKER_HOST: engine,
            VOBOX_CONTAINER: vobox.container.name,
            VOBOX_IMAGE: vobox.image.reference,
            VOBOX_LIMIT_SECONDS: String(limitSeconds),
            ...(ssh && { VOBOX_SSH_OPTIONS: ssh.join(" ") }),
          }),
        },
      ],
    });
  }
}
