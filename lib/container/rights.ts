import type { IConstruct } from "constructs";
import { checkDistinct, checkKnown, checkText, refuse } from "../refusal";
import type { ContainerDemands } from "./demands";

/** All that there are (capabilities(7), Linux 5.9 and later): the engine refuses others when the old container is gone. */
const capabilityNames = [
  ...["AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE"],
  ...["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER"],
  ...["KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN"],
  ...["NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON", "SETFCAP", "SETGID", "SETPCAP"],
  ...["SETUID", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT", "SYSLOG", "SYS_MODULE", "SYS_NICE"],
  ...["SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG"],
  "WAKE_ALARM",
];

/**
 * Those that give the host or its kernel away, with what they are for (capabilities(7)): kernel, clock and the security
 * policy are one for all containers, and a handle opens any file of a file system of which the container has a part.
 */
const hostCapabilities: Readonly<Record<string, string>> = {
  BPF: "runs programs in the host's kernel",
  DAC_READ_SEARCH: "opens files of the host by their handles",
  MAC_ADMIN: "changes the host's security policy",
  MAC_OVERRIDE: "goes past the host's security policy",
  PERFMON: "reads what the host's kernel and all its programs do",
  SYS_ADMIN: "mounts, and controls the host's kernel in most other ways",
  SYS_BOOT: "starts the host again, with another kernel too",
  SYS_MODULE: "loads modules into the host's kernel",
  SYS_RAWIO: "reaches the host's memory and devices past the kernel",
  SYS_TIME: "sets the host's clock",
};

const remedies: Readonly<Record<string, string>> = {
  SYS_ADMIN:
    "CvmfsMount.inContainer() asks for it by itself; what else is to be mounted, mount on the host and bind it.",
  SYS_TIME: "Let a time service of the host set it, such as chronyd.",
};

/** @throws Refusal for what is no capability's name, for one that gives the host away, and for one given twice */
export function validateCapabilities(scope: IConstruct, capabilities: readonly string[]): void {
  // They are put into one form and one order.
  checkKnown(scope, "capabilities", capabilities);
  capabilities.forEach((one, index) => {
    checkKnown(scope, `capabilities[${index}]`, one);
    checkText(scope, `capabilities[${index}]`, one, {
      pattern: new RegExp(`^(CAP_)?(${capabilityNames.join("|")})$`),
      allowed: "a capability's name (capabilities(7)) such as NET_ADMIN or CAP_NET_ADMIN; not ALL",
      remedy: "Give those alone that a program needs.",
    });
    const name = canonicalCapability(one).replace(/^CAP_/, "");
    const power = hostCapabilities[name];
    if (power !== undefined)
      refuse(scope, {
        property: `capabilities[${index}]`,
        given: one,
        allowed: `no capability that gives the host away: ${name} ${power}`,
        remedy: remedies[name] ?? "Let a service of the host do what needs it.",
      });
  });
  checkDistinct(scope, "capabilities", capabilities, canonicalCapability);
}

/** With `CAP_`: newer engines give the names back so, older ones as they got them. */
function canonicalCapability(name: string): string {
  return typeof name === "string" && name.startsWith("CAP_") ? name : `CAP_${name}`;
}

/** Only what is asked for: an empty block would differ from what the engine gives back. */
export function renderRights(
  parts: readonly ContainerDemands[],
  furtherCapabilities: readonly string[],
) {
  const asked = [...parts.map((part) => part.capabilities), furtherCapabilities];
  const capabilities = sortedUnion(asked.map((list) => list?.map(canonicalCapability)));
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
