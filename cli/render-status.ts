import type { CredentialStatus, SiteStatus } from "./status";

/** The status as text. */
export function renderStatus(sites: readonly SiteStatus[]): string {
  return sites.map(renderSite).join("\n\n");
}

function renderSite(status: SiteStatus): string {
  const { container } = status;
  const lines = [
    `${status.site}: ${status.healthy ? "healthy" : "NOT HEALTHY"}`,
    ...status.reasons.map((reason) => `  ! ${reason}`),
    ...status.warnings.map((warning) => `  warning: ${warning}`),
    "",
    ...table([
      ["host name", status.fqdn],
      ["engine", status.engine],
      ["image", status.image],
      ["container", describeContainer(status)],
      ...(container.startedAt === null ? [] : [["started", container.startedAt]]),
      ["resolvers", status.resolvers.join(", ") || "-"],
      ...(status.reducedSizing === null ? [] : [["sizing", `reduced: ${status.reducedSizing}`]]),
    ]),
  ];
  if (status.repositories.length > 0)
    lines.push(
      "",
      ...table([
        ["REPOSITORY", "READABLE", "MILLISECONDS", "MOUNT"],
        ...status.repositories.map((repository) => [
          repository.name,
          repository.readable ? "yes" : "NO",
          String(repository.milliseconds),
          repository.mount ?? "-",
        ]),
      ]),
    );
  if (status.services.length > 0)
    lines.push(
      "",
      ...table([
        ["SERVICE", "RUNNING", "USER"],
        ...status.services.map((service) => [
          service.name,
          service.running ? (service.standIn ? "yes, a stand-in" : "yes") : "NO",
          service.user ?? "-",
        ]),
      ]),
    );
  if (status.healthCommands.length > 0)
    lines.push(
      "",
      ...table([
        ["HEALTH COMMAND", "WELL", "USER"],
        ...status.healthCommands.map(({ name, problem, user }) => [
          name,
          problem === null ? "yes" : "NO",
          user,
        ]),
      ]),
    );
  if (status.credentials.length > 0)
    lines.push(
      "",
      ...table([
        ["CREDENTIAL", "USABLE", "EXPIRES", "LEFT"],
        ...status.credentials.map((credential) => [
          credential.name,
          usable(credential),
          credential.expiresAt ?? "-",
          timeLeft(credential.hoursLeft),
        ]),
      ]),
    );
  return lines.join("\n");
}

function usable({ file, problems }: CredentialStatus): string {
  if (problems.length > 0) return "NO";
  return file === null ? "none yet" : "yes";
}

/** Hours where there are few, and days. */
function timeLeft(hours: number | null): string {
  if (hours === null) return "-";
  if (hours < 0) return "none";
  return hours < 72 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

function describeContainer({ container }: SiteStatus): string {
  const parts = [
    container.name,
    ...(container.id === null ? [] : [container.id.slice(0, 12)]),
    container.state,
    ...(container.health === null ? [] : [container.health]),
    `${container.restarts} restarts`,
  ];
  return parts.join(", ");
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (wide, row) => row.map((cell, column) => Math.max(wide[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
}
