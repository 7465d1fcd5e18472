import { type Comparison, ratioOf, renderTable, spreadOf } from "../../bench/figures";

const comparison = (changes: Partial<Comparison>): Comparison => ({
  what: "ours",
  measured: [110],
  against: "by hand",
  reference: [100],
  unit: "ms",
  ...changes,
});

/** The cells of the only comparison in a table. */
function cellsOf(changes: Partial<Comparison>): readonly string[] {
  const row = renderTable([comparison(changes)]).split("\n")[2];
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe("spreadOf", () => {
  it("is the middle one of an odd number, whatever their order, by value and not by digits", () => {
    expect(spreadOf([100, 9, 20])).toEqual({ median: 20, minimum: 9, maximum: 100 });
  });

  it("is the mean of the two in the middle of an even number", () => {
    expect(spreadOf([4, 1, 100, 2])).toEqual({ median: 3, minimum: 1, maximum: 100 });
  });

  it("leaves the series as it was", () => {
    const series = [3, 1, 2];
    spreadOf(series);
    expect(series).toEqual([3, 1, 2]);
  });

  it("throws where nothing was measured", () => {
    expect(() => spreadOf([])).toThrow("nothing was measured");
  });
});

describe("ratioOf", () => {
  it("is that of the medians, which one run out of line does not move", () => {
    const measured = [110, 110, 900];
    expect(ratioOf(comparison({ measured, reference: [100, 50, 100] }))).toBeCloseTo(1.1);
  });
});

describe("renderTable", () => {
  it("has a head, a rule and a row for each comparison, their columns below each other", () => {
    const lines = renderTable([comparison({}), comparison({ what: "a longer name" })]).split("\n");
    expect(lines).toHaveLength(4);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[1]).toMatch(/^(\| -+ )+\|$/);
  });

  it("gives median and spread of both sides, and how they compare", () => {
    expect(cellsOf({ measured: [120, 110, 100], reference: [90, 100, 105] })).toEqual([
      "ours",
      "110 ms (100 to 120)",
      "by hand",
      "100 ms (90 to 105)",
      "1.1",
      "none",
    ]);
  });

  it("gives seconds in hundredths", () => {
    expect(cellsOf({ measured: [0.246], unit: "s" })[1]).toBe("0.25 s (0.25 to 0.25)");
  });

  it("gives a small ratio as a fraction", () => {
    expect(cellsOf({ measured: [4], goal: 1 / 20 }).slice(4)).toEqual([
      "1/25",
      "at most 1/20: met",
    ]);
  });

  it.each([
    { measured: [110], verdict: "at most 1.1: met" },
    { measured: [110.1], verdict: "at most 1.1: missed" },
  ])("says whether the goal is met: $measured", ({ measured, verdict }) => {
    expect(cellsOf({ measured, goal: 1.1 })[5]).toBe(verdict);
  });
});
