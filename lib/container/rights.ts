import type { IConstruct } from "constructs";
import { checkDistinct, checkKnown, checkText } from "../refusal";
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

/** @throws Refusal for what is no capability's name, and for one given twice */
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
