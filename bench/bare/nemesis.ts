// Nemesis as plain CDKTF: the same resources in the same three stacks, with the provider's bindings alone. What the
// constructs compute is written down here, and the build context is a folder that is ready.
import { Container } from "@cdktf/provider-docker/lib/container";
import { Image } from "@cdktf/provider-docker/lib/image";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { App, AssetType, LocalBackend, TerraformAsset, TerraformStack } from "cdktf";

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
const engine = setting("DOCKER_HOST");
const servers = setting("VOBOX_NEMESIS_RESOLVERS");
const contextFolder = setting("BENCH_BUILD_CONTEXT");
const gateScript = setting("BENCH_GATE_SCRIPT");

const app = new App();

const host = new TerraformStack(app, "nemesis-host");
new LocalBackend(host, { path: "../../../state/nemesis-host.tfstate" });

const imageStack = new TerraformStack(app, "nemesis-image");
imageStack.addDependency(host);
new LocalBackend(imageStack, { path: "../../../state/nemesis-image.tfstate" });
new DockerProvider(imageStack, "docker", { host: engine, context: "" });
imageStack.addOverride("terraform.required_providers.docker.version", "~> 4.6");
const context = new TerraformAsset(imageStack, "context", {
  path: contextFolder,
  type: AssetType.DIRECTORY,
});
const reference = `vobox:${context.assetHash.toLowerCase().slice(0, 16)}`;
const image = new Image(imageStack, "image", {
  name: reference,
  keepLocally: true,
  triggers: { content: context.assetHash },
  buildAttribute: { context: context.path, dockerfile: "Dockerfile", networkMode: "host" },
  timeouts: { create: "20m" },
  lifecycle: { createBeforeDestroy: true },
});
image.addOverride("build.use_legacy_builder", true);

const vobox = new TerraformStack(app, "nemesis-vobox");
vobox.addDependency(imageStack);
new LocalBackend(vobox, { path: "../../../state/nemesis-vobox.tfstate" });
new DockerProvider(vobox, "docker", { host: engine, context: "" });
vobox.addOverride("terraform.required_providers.docker.version", "~> 4.6");
new NullProvider(vobox, "null");
vobox.addOverride("terraform.required_providers.null.version", ">= 2.1.2, < 4.0.0");
const container = new Container(vobox, "vobox", {
  name: "nemesis",
  image: reference,
  hostname: "nemesis.cern.ch",
  networkMode: "host",
  restart: "always",
  mustRun: true,
  init: true,
  destroyGraceSeconds: 60,
  stopTimeout: 60,
  stopSignal: "SIGTERM",
  memory: 2048,
  memorySwap: 2048,
  logDriver: "json-file",
  logOpts: { "max-size": "50m", "max-file": "5" },
  env: [
    "VOBOX_CVMFS_PROBE_FILES=alice.cern.ch=bin/alienv",
    "VOBOX_CVMFS_REPOSITORIES=alice.cern.ch alice-ocdb.cern.ch",
    `VOBOX_DNS_SERVERS=${servers}`,
    "VOBOX_FQDN=nemesis.cern.ch",
    "VOBOX_HEALTH_SECONDS=45",
    "VOBOX_SIZING_REDUCED=stand-ins need little",
  ],
  mounts: [
    { type: "volume", source: "nemesis-state", target: "/var/lib/vobox" },
    { type: "volume", source: "nemesis-logs", target: "/home/alicesgm/ALICE" },
    {
      type: "bind",
      source: "/cvmfs",
      target: "/cvmfs",
      readOnly: true,
      bindOptions: { propagation: "rslave" },
    },
  ],
  healthcheck: {
    test: ["CMD", "/usr/libexec/vobox/health"],
    interval: "5s",
    timeout: "45s",
    startPeriod: "2m0s",
    retries: 3,
  },
  labels: [{ label: "ch.cern.alice.vobox.replace-on", value: "1" }],
  lifecycle: { ignoreChanges: ["log_opts", "ports"] },
});
const script = new TerraformAsset(vobox, "script", { path: gateScript });
new Resource(vobox, "health", {
  triggers: { container: container.id, image: reference },
  provisioners: [
    {
      type: "local-exec",
      command: `sh ${script.path}`,
      environment: {
        DOCKER_HOST: engine,
        VOBOX_CONTAINER: "nemesis",
        VOBOX_IMAGE: reference,
        VOBOX_LIMIT_SECONDS: "600",
      },
    },
  ],
});

app.synth();
