import {
  CvmfsMount,
  CvmfsProxy,
  CvmfsRepository,
  DnsSettings,
  GridCredentials,
  VoBoxMount,
  VoBoxNetwork,
  VoBoxSizing,
} from "../../../lib";
import { useScratch } from "../../support/scratch";
import { arrivesFrom, type Case, env, file, has, mount, texts } from "../../support/token-cases";
import { ownClient } from "../../support/tokens";

useScratch();

const servers = ["192.0.2.9"];

const textProps: ReadonlyArray<Case<string>> = [
  [
    "fqdn",
    (fqdn) => ({ fqdn, name: "vobox" }),
    (text) => ({ hostname: text, ...env(`VOBOX_FQDN=${text}`) }),
  ],
  ["name", (name) => ({ name }), (text) => ({ name: text, ...mount({ source: `${text}-state` }) })],
  [
    "name, where CVMFS has a cache of its own",
    (name) => ({ name, ...ownClient({}) }),
    (text) => mount({ source: `${text}-cvmfs-cache` }),
  ],
  ["startupDirectory", (path) => ({ startupDirectory: path }), (text) => mount({ source: text })],
  ["environment", (value) => ({ environment: { A: value } }), (text) => env(`A=${text}`)],
  [
    "environment, within a text",
    (value) => ({ environment: { A: `"$\${B} %{c} $${value}$` } }),
    (text) => env(`A="$$\${B} %%{c} \${"$"}${text}$`),
  ],
  [
    "labels",
    (value) => ({ labels: { a: value } }),
    (text) => has("labels", { label: "a", value: text }),
  ],
  [
    "dns.servers",
    (server) => ({ dns: new DnsSettings({ servers: ["192.0.2.1", server] }) }),
    (text) => env(`VOBOX_DNS_SERVERS=192.0.2.1 ${text}`),
  ],
  [
    "dns.servers, not in the host's network",
    (server) => ({ dns: new DnsSettings({ servers: [server] }), network: VoBoxNetwork.bridge() }),
    (text) => env(`VOBOX_DNS_SERVERS=${text}`),
  ],
  [
    "dns.searchDomains",
    (domain) => ({ dns: new DnsSettings({ servers, searchDomains: [domain] }) }),
    (text) => env(`VOBOX_DNS_SEARCH=${text}`),
  ],
  [
    "dns.options",
    (option) => ({ dns: new DnsSettings({ servers, options: [option, "debug"] }) }),
    (text) => env(`VOBOX_DNS_OPTIONS=${text} debug`),
  ],
  [
    "credentials.hostCertificateDirectory",
    (path) => ({ credentials: new GridCredentials({ hostCertificateDirectory: path }) }),
    (text) => mount({ source: text, target: "/etc/grid-security" }),
  ],
  [
    "credentials.proxyDirectory",
    (path) => ({ credentials: new GridCredentials({ proxyDirectory: path }) }),
    (text) => mount({ source: text, target: "/var/lib/vobox/alice/proxy_repository" }),
  ],
  [
    "sizing.reason",
    (reason) => ({ sizing: VoBoxSizing.reduced({ reason }) }),
    (text) => env(`VOBOX_SIZING_REDUCED=${text}`),
  ],
  [
    "healthCommands",
    (text) => ({ healthCommands: [{ name: "x", command: [`a${text}`], user: text }] }),
    (text) => {
      const quoted = `\${trimsuffix(trimprefix(jsonencode(${text.slice(2, -1)}), "\\""), "\\"")}`;
      return env(
        `VOBOX_HEALTH_COMMANDS=[{"name":"x","command":["a${quoted}"],"user":"${quoted}"}]`,
      );
    },
  ],
  [
    "mounts, a bind",
    (path) => ({ mounts: [VoBoxMount.bind(path, `/mnt/${path}`)] }),
    (text) => mount({ source: text, target: `/mnt/${text}` }),
  ],
  [
    "mounts, a volume",
    (name) => ({ mounts: [VoBoxMount.volume(name, name)] }),
    (text) => mount({ source: text, target: text }),
  ],
  [
    "temporaryDirectories",
    (path) => ({ temporaryDirectories: [{ path, sizeMegabytes: 1 }] }),
    (text) => ({ tmpfs: { [text]: "rw,nosuid,nodev,noexec,size=1m" } }),
  ],
  [
    "cvmfs.mountPoint",
    (mountPoint) => ({ cvmfs: CvmfsMount.fromHost({ mountPoint }) }),
    (text) => mount({ source: text, target: text }),
  ],
  [
    "cvmfs.hostPath",
    (hostPath) => ({ cvmfs: CvmfsMount.fromHost({ hostPath }) }),
    (text) => mount({ source: text, target: "/cvmfs" }),
  ],
  [
    "cvmfs.repositories",
    (name) => ({
      cvmfs: CvmfsMount.fromHost({
        repositories: [new CvmfsRepository(name, { probeFile: name })],
      }),
    }),
    (text) => ({
      env: expect.arrayContaining([
        `VOBOX_CVMFS_REPOSITORIES=${text}`,
        `VOBOX_CVMFS_PROBE_FILES=${text}=${text}`,
      ]) as unknown,
    }),
  ],
  [
    "cvmfs.repositories, for a client in the container",
    (name) => ({ cvmfs: CvmfsMount.inContainer({ repositories: [new CvmfsRepository(name)] }) }),
    (text) => file(`CVMFS_REPOSITORIES='${text}'`),
  ],
  [
    "cvmfs.configRepository",
    (name) => ({ cvmfs: CvmfsMount.inContainer({ configRepository: name }) }),
    (text) => env(`VOBOX_CVMFS_CONFIG_REPOSITORY=${text}`),
  ],
  [
    "cvmfs.client.proxy",
    (url) => ownClient({ proxy: CvmfsProxy.through(["http://a:3128", url], url) }),
    (text) => file(`CVMFS_HTTP_PROXY='http://a:3128|${text};${text}'`),
  ],
];

arrivesFrom("text", textProps, texts);
