import { stripVTControlCharacters } from "node:util";

/** Where progress goes: standard error, or something that takes text in tests. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  /** @default process.stderr, so that standard output stays free for JSON */
  readonly stream?: ProgressStream;
  /** Seconds between two lines of a step where lines cannot be replaced. @default 15 */
  readonly intervalSeconds?: number;
}

/** A finished step, for the table by part. */
interface Timing {
  readonly name: string;
  readonly seconds: number;
  readonly failed: boolean;
}

interface Running {
  readonly name: string;
  readonly started: number;
  doing: string;
}

/** Tells a person what is being done: steps, some of them side by side, with elapsed time and their last output. */
export class Progress {
  private readonly stream: ProgressStream;
  private readonly inPlace: boolean;
  private readonly intervalMilliseconds: number;
  private readonly started = Date.now();
  private readonly running = new Set<Running>();
  private readonly finished: Timing[] = [];
  private drawnLines = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ProgressOptions = {}) {
    this.stream = options.stream ?? process.stderr;
    this.inPlace = this.stream.isTTY === true;
    this.intervalMilliseconds = this.inPlace ? 500 : (options.intervalSeconds ?? 15) * 1000;
  }

  /** Runs `work` as a step with that name. What `work` passes to its argument is shown as what the step is doing. */
  async step<T>(name: string, work: (onLine: (line: string) => void) => Promise<T>): Promise<T> {
    const step: Running = { name, started: Date.now(), doing: "" };
    this.running.add(step);
    if (!this.inPlace) this.print(`${name}: started`);
    this.timer ??= setInterval(() => this.tick(), this.intervalMilliseconds).unref();
    try {
      const result = await work((line) => {
        const text = printable(line);
        if (text !== "") step.doing = text;
      });
      this.end(step);
      return result;
    } catch (error) {
      // Said at once: other steps may go on for minutes before the error itself reaches anyone.
      const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
      this.end(step, printable(why));
      throw error;
    }
  }

  private end(step: Running, failure?: string): void {
    this.running.delete(step);
    const seconds = (Date.now() - step.started) / 1000;
    this.finished.push({ name: step.name, seconds, failed: failure !== undefined });
    const after = `after ${shownSeconds(seconds)}`;
    this.print(
      `${step.name}: ${failure === undefined ? `done ${after}` : `failed ${after}: ${failure}`}`,
    );
    if (this.running.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** The finished steps with their seconds as a table, longest first, and the time from the first to now; "" when there was none. */
  summary(): string {
    if (this.finished.length === 0) return "";
    const rows = [...this.finished]
      .sort((a, b) => b.seconds - a.seconds)
      .map(({ name, seconds, failed }) => [failed ? `${name} (failed)` : name, seconds] as const);
    const total = ["all, side by side", (Date.now() - this.started) / 1000] as const;
    const all = [...rows, total];
    const width = Math.max(...all.map(([name]) => name.length));
    return all
      .map(([name, seconds]) => `  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)} s\n`)
      .join("");
  }

  /** Prints the {@link summary} under a heading. */
  printSummary(heading: string): void {
    const table = this.summary();
    if (table !== "") this.print(`${heading}\n${table.trimEnd()}`);
  }

  private tick(): void {
    if (this.inPlace) this.draw();
    else for (const step of this.running) this.print(this.describe(step));
  }

  private describe(step: Running): string {
    const elapsed = shownSeconds((Date.now() - step.started) / 1000);
    return `${step.name}: ${elapsed}${step.doing === "" ? "" : `, ${step.doing}`}`;
  }

  private print(text: string): void {
    this.erase();
    const clock = `[${shownSeconds((Date.now() - this.started) / 1000).padStart(7)}]`;
    this.stream.write(this.inPlace ? `${text}\n` : `${clock} ${text}\n`);
    if (this.inPlace) this.draw();
  }

  private erase(): void {
    if (this.drawnLines > 0) this.stream.write(`\x1b[${this.drawnLines}A\x1b[J`);
    this.drawnLines = 0;
  }

  private draw(): void {
    this.erase();
    // A line that wraps would count as two when it is erased.
    const width = (this.stream.columns ?? 80) - 1;
    for (const step of this.running)
      this.stream.write(`  ${this.describe(step)}`.slice(0, width) + "\n");
    this.drawnLines = this.running.size;
  }
}

function shownSeconds(seconds: number): string {
  const whole = Math.floor(seconds);
  return whole < 60
    ? `${whole} s`
    : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** A line without what would move the cursor; of a line that was overwritten, what was seen last. */
function printable(line: string): string {
  const last = line.trimEnd().split("\r").at(-1) ?? "";
  return stripVTControlCharacters(last)
    .replace(/\p{Cc}/gu, "")
    .trim()
    .slice(0, 160);
}
