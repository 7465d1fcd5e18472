/** Exit codes of all commands; the table in docs/commands.md says when each is given. */
export const exitCode = {
  fine: 0,
  error: 1,
  notHealthyOrChanges: 2,
  blockedByPolicy: 3,
} as const;

/** Something that the caller has to mend: shown as its sentence, without a stack trace. */
export class UserError extends Error {}
