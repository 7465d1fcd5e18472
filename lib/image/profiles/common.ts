import type { VoBoxPort, VoBoxPorts } from "../../network/ports";
import { voAccountHome, voAccountName } from "../account";

/** Where the image holds the services' wrappers. */
export const wrappers = "/usr/libexec/vobox/services";

/** AliEn's and JAliEn's own directory, in the state volume. */
export const alienHome = `${voAccountHome}/.alien`;

/** Longer than a service that finds its configuration wanting takes to say so and end. */
export const startSeconds = 10;

/** The command line of MonALISA's JVM. ALICE's control script of 2021 finds it by that too. */
export const monalisaProcess = "[-]DMonaLisa_HOME=";

/**
 * Command that ends with 0 when a process of the VO account has such a command line.
 * @param pattern extended regular expression; a bracket in it keeps it from finding others that look
 */
export function findProcess(pattern: string): readonly string[] {
  return ["pgrep", "-u", voAccountName, "-f", "--", pattern];
}

/** Those ports of a table that these listen on. */
export function portsOf(table: VoBoxPorts, ...listeners: readonly string[]): readonly VoBoxPort[] {
  return table.list.filter(({ service }) => listeners.includes(service));
}
