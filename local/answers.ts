import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { localDirectory, registryAnswerMinutes } from "./settings";

interface Answer {
  readonly answers: boolean;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * Whether something outside answers: asks with `probe`, and remembers an answer for a day and silence
 * for ten minutes, so that a machine without a way there does not wait for nothing at every start.
 */
export async function remembered(name: string, probe: () => Promise<boolean>): Promise<boolean> {
  const path = join(localDirectory(), "answers", `${name}.json`);
  try {
    const known = JSON.parse(readFileSync(path, "utf8")) as Answer;
    const age = Date.now() - known.time;
    const minutes = registryAnswerMinutes[known.answers ? "answers" : "silent"];
    if (age >= 0 && age < minutes * 60_000) return known.answers;
  } catch {
    // never asked, or half written: ask
  }
  const answer: Answer = { answers: await probe(), time: Date.now() };
  mkdirSync(join(localDirectory(), "answers"), { recursive: true });
  writeFileSync(path, JSON.stringify(answer));
  return answer.answers;
}
