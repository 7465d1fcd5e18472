import { Progress, type ProgressStream } from "../../local/progress";
import { waitFor } from "../../local/support/wait";

class Recorder implements ProgressStream {
  text = "";
  constructor(
    readonly isTTY = false,
    readonly columns = 40,
  ) {}
  write(text: string): void {
    this.text += text;
  }
}

/** A promise that is ended from outside. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("Progress where lines cannot be replaced", () => {
  it("prints start, what it is doing, and end, without control characters", async () => {
    const stream = new Recorder();
    const progress = new Progress({ stream, intervalSeconds: 0.05 });
    const end = gate();
    const step = progress.step("provider", (onLine) => {
      onLine("\u001b[32mcompiling\u001b[0m k8s\r");
      return end.opened;
    });
    await waitFor("a line about the running step", 5000, () => stream.text.includes("compiling"));
    end.open();
    await step;
    expect(stream.text).toMatch(/^\[ *0 s\] provider: started$/m);
    expect(stream.text).toMatch(/^\[ *0 s\] provider: 0 s, compiling k8s$/m);
    expect(stream.text).toMatch(/^\[ *0 s\] provider: done after 0 s$/m);
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(stream.text).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });

  it("says that a step failed, and passes its error on", async () => {
    const stream = new Recorder();
    const progress = new Progress({ stream });
    const step = progress.step("base image", () => Promise.reject(new Error("no mirror")));
    await expect(step).rejects.toThrow("no mirror");
    expect(stream.text).toContain("base image: failed after 0 s: no mirror\n");
    expect(progress.summary()).toContain("base image (failed)");
  });

  it("sums up by part, longest first, or not at all", async () => {
    const stream = new Recorder();
    const progress = new Progress({ stream });
    progress.printSummary("Prepared:");
    expect(stream.text).toBe("");
    const end = gate();
    const slow = progress.step("slow part", () => end.opened);
    const started = Date.now();
    await progress.step("quick", () => Promise.resolve());
    await waitFor("some time", 5000, () => Date.now() - started > 30, 5);
    end.open();
    await slow;
    const rows = progress.summary().trimEnd().split("\n");
    expect(rows.map((row) => row.replace(/ +\d+\.\d/, " #"))).toEqual([
      "  slow part # s",
      "  quick # s",
      "  all, side by side # s",
    ]);
  });
});

describe("Progress on a terminal", () => {
  it("draws the running steps in place, no wider than the terminal", async () => {
    const stream = new Recorder(true, 30);
    const progress = new Progress({ stream });
    const ends = [gate(), gate()];
    const steps = ends.map((end, index) =>
      progress.step(`part ${index}`, (onLine) => {
        onLine("a line that is longer than the terminal is wide");
        return end.opened;
      }),
    );
    await waitFor("a drawing", 5000, () => stream.text.includes("a line"));
    ends.forEach((end) => {
      end.open();
    });
    await Promise.all(steps);
    expect(stream.text).toContain("\u001b[2A\u001b[J");
    expect(stream.text).toContain("part 0: done after");
    for (const line of stream.text.split("\n")) expect(line.length).toBeLessThanOrEqual(40);
  });
});
