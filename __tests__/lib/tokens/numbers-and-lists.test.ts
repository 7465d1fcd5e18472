import { CvmfsProxy, DnsSettings } from "../../../lib";
import { useScratch } from "../../support/scratch";
import { arrivesFrom, type Case, env, file, lists, numbers } from "../../support/token-cases";
import { ownClient } from "../../support/tokens";

useScratch();

const servers = ["192.0.2.9"];

const numberProps: ReadonlyArray<Case<number>> = [
  [
    "memoryMegabytes",
    (n) => ({ memoryMegabytes: n }),
    (text) => ({ memory: text, memory_swap: text }),
  ],
  [
    "logRotation.maximumFileMegabytes",
    (n) => ({ logRotation: { maximumFileMegabytes: n } }),
    (text) => ({ log_opts: { "max-size": `${text}m`, "max-file": "5" } }),
  ],
  [
    "logRotation.maximumFiles",
    (n) => ({ logRotation: { maximumFiles: n } }),
    (text) => ({ log_opts: { "max-size": "50m", "max-file": text } }),
  ],
  [
    "temporaryDirectories.sizeMegabytes",
    (n) => ({ temporaryDirectories: [{ path: "/a", sizeMegabytes: n }] }),
    (text) => ({ tmpfs: { "/a": `rw,nosuid,nodev,noexec,size=${text}m` } }),
  ],
  [
    "cvmfs.client.quotaMegabytes",
    (n) => ownClient({ quotaMegabytes: n }),
    (text) => file(`CVMFS_QUOTA_LIMIT='${text}'`),
  ],
  [
    "healthCommands, a number in a word",
    (n) => ({ healthCommands: [{ name: "x", command: [`--port=${n}`] }] }),
    (text) => env(`VOBOX_HEALTH_COMMANDS=[{"name":"x","command":["--port=${text}"]}]`),
  ],
  [
    "environment, a number in a text",
    (n) => ({ environment: { A: `at ${n} MB` } }),
    (text) => env(`A=at ${text} MB`),
  ],
];

const listProps: ReadonlyArray<Case<string[]>> = [
  [
    "dns.servers",
    (list) => ({ dns: new DnsSettings({ servers: list }) }),
    (text) => env(`VOBOX_DNS_SERVERS=\${join(" ", ${text})}`),
  ],
  [
    "dns.searchDomains",
    (list) => ({ dns: new DnsSettings({ servers, searchDomains: list }) }),
    (text) => env(`VOBOX_DNS_SEARCH=\${join(" ", ${text})}`),
  ],
  [
    "dns.options",
    (list) => ({ dns: new DnsSettings({ servers, options: list }) }),
    (text) => env(`VOBOX_DNS_OPTIONS=\${join(" ", ${text})}`),
  ],
  [
    "cvmfs.client.proxy",
    (list) => ownClient({ proxy: CvmfsProxy.through(list).orNone() }),
    (text) => file(`CVMFS_HTTP_PROXY='\${join("|", ${text})};DIRECT'`),
  ],
];

arrivesFrom("number", numberProps, numbers);
arrivesFrom("list", listProps, lists);
