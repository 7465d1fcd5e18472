#!/usr/bin/env node
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { exitCode, UserError } from "./exit-codes";
import { readSites } from "./manifest";
import { renderStatus } from "./render-status";
import { siteStatus, type SiteStatus } from "./status";

const usage = `usage: vobox status [--site NAME] [--json] [--wait SECONDS] [--output FOLDER]

  status   what the deployed VO-Boxes can do at this moment

  --site NAME      this site only
  --json           one JSON document instead of tables
  --wait SECONDS   until all are healthy, so many seconds at most
  --output FOLDER  where cdktf synthesized to (default cdktf.out)

exit codes: 0 healthy, 1 error, 2 not healthy`;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    console.log(usage);
    return exitCode.fine;
  }
  if (positionals.length !== 1 || positionals[0] !== "status")
    throw new UserError(
      `${positionals.length === 0 ? "A command is missing" : `There is no command "${positionals.join(" ")}"`}.\n\n${usage}`,
    );
  const entries = readSites(values.output, values.site);
  const statuses = await waitForHealth(
    () => Promise.all(entries.map(siteStatus)),
    seconds(values.wait),
  );
  console.log(values.json ? JSON.stringify({ sites: statuses }, null, 2) : renderStatus(statuses));
  return statuses.every((status) => status.healthy) ? exitCode.fine : exitCode.notHealthyOrChanges;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        site: { type: "string" },
        json: { type: "boolean", default: false },
        wait: { type: "string", default: "0" },
        output: { type: "string", default: "cdktf.out" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

function seconds(given: string): number {
  if (!/^\d{1,5}$/.test(given))
    throw new UserError(
      `--wait: given "${given}"; allowed: a whole number of seconds up to 99999.`,
    );
  return Number(given);
}

async function waitForHealth(
  ask: () => Promise<readonly SiteStatus[]>,
  limitSeconds: number,
): Promise<readonly SiteStatus[]> {
  const deadline = Date.now() + limitSeconds * 1000;
  for (;;) {
    const statuses = await ask();
    if (statuses.every((status) => status.healthy) || Date.now() >= deadline) return statuses;
    await delay(1000);
  }
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(
      error instanceof UserError ? error.message : error instanceof Error ? error.stack : error,
    );
    process.exitCode = exitCode.error;
  },
);
