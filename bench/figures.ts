/** What was measured again and again, and what it is compared with, measured in turn with it. */
export interface Comparison {
  /** What the project does. */
  readonly what: string;
  readonly measured: readonly number[];
  /** What does the same without it. */
  readonly against: string;
  readonly reference: readonly number[];
  readonly unit: "ms" | "s" | "MB";
  /** The most that the ratio of the medians should be. @default - none was set */
  readonly goal?: number;
}

/** Middle and spread of a series. */
export interface Spread {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Throws for an empty series, which has no middle. */
export function spreadOf(series: readonly number[]): Spread {
  if (series.length === 0) throw new Error("nothing was measured");
  const sorted = [...series].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const median =
    sorted.length % 2 === 1 ? sorted[half] : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
  return { median, minimum: sorted[0], maximum: sorted[sorted.length - 1] };
}

/** How many times the reference's median the measured one is. */
export function ratioOf({ measured, reference }: Comparison): number {
  return spreadOf(measured).median / spreadOf(reference).median;
}

/** The comparisons as a table in Markdown, whose columns stand below each other on a terminal too. */
export function renderTable(comparisons: readonly Comparison[]): string {
  const rows = [
    ["measured", "median (least to most)", "against", "median (least to most)", "ratio", "goal"],
    ...comparisons.map((comparison) => {
      const { what, measured, against, reference, unit } = comparison;
      return [
        what,
        renderSpread(spreadOf(measured), unit),
        against,
        renderSpread(spreadOf(reference), unit),
        renderRatio(ratioOf(comparison)),
        renderGoal(comparison),
      ];
    }),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const [head, ...body] = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`,
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [head, rule, ...body].join("\n");
}

function renderSpread({ median, minimum, maximum }: Spread, unit: Comparison["unit"]): string {
  const [middle, least, most] = [median, minimum, maximum].map((value) =>
    value.toFixed(unit === "s" ? 2 : 0),
  );
  return `${middle} ${unit} (${least} to ${most})`;
}

/** Small ones as the fraction that goals are given in. Precise enough that what misses a goal never looks like it. */
function renderRatio(ratio: number): string {
  return ratio < 0.5 ? `1/${Number((1 / ratio).toFixed(1))}` : String(Number(ratio.toFixed(3)));
}

function renderGoal(comparison: Comparison): string {
  const { goal } = comparison;
  if (goal === undefined) return "none";
  return `at most ${renderRatio(goal)}: ${ratioOf(comparison) <= goal ? "met" : "missed"}`;
}
