import { statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callHealth } from "../../support/health-program";
import { useScratch } from "../../support/scratch";
import { itWith } from "../../support/tools";

const scratch = useScratch();
const asked = {
  VOBOX_MEMORY_MEGABYTES: "4096",
  VOBOX_LOG_GIGABYTES: "20",
  VOBOX_CACHE_GIGABYTES: "5",
};
const noLimit = join("/", "no", "such", "file");

function warnings(
  environment: NodeJS.ProcessEnv,
  limits: readonly string[] = [noLimit],
  logs = scratch.folder,
  globals = {},
): unknown {
  return callHealth({
    module: "sizing",
    function: "size_warnings",
    arguments: [logs, limits],
    globals,
    environment,
  });
}

/** A file that says what a control group does. */
function limitFile(text: string): string {
  const path = join(scratch.folder, "limit");
  writeFileSync(path, `${text}\n`);
  return path;
}

describe("the memory limit", () => {
  const { VOBOX_MEMORY_MEGABYTES } = asked;
  const memoryWarnings = (...limits: readonly string[]): unknown =>
    warnings({ VOBOX_MEMORY_MEGABYTES }, limits);

  itWith(["python3"], "that is less than asked for is a warning, with both figures", () =>
    expect(memoryWarnings(limitFile(String(2048 * 1024 ** 2)))).toEqual([
      "memory: the limit is 2048 MB; ALICE asks for 4096 MB",
    ]),
  );

  itWith(["python3"], "is read with either version of control groups", () =>
    expect(memoryWarnings(noLimit, limitFile(String(2048 * 1024 ** 2)))).toHaveLength(1),
  );

  itWith(["python3"], "may be as much, or none, as either version says it", () => {
    for (const text of [String(4096 * 1024 ** 2), "max", "9223372036854771712"])
      expect(memoryWarnings(limitFile(text))).toEqual([]);
    expect(memoryWarnings(noLimit)).toEqual([]);
  });
});

describe("a file system", () => {
  const { bsize, blocks } = statfsSync("/tmp");
  const gigabytes = Math.floor((bsize * blocks) / 1e9);
  const logWarnings = (asks: number, logs = "/tmp"): unknown =>
    warnings({ VOBOX_LOG_GIGABYTES: String(asks) }, [noLimit], logs);

  itWith(["python3"], "that is smaller than asked for is a warning, with both figures", () =>
    expect(logWarnings(gigabytes + 1)).toEqual([
      expect.stringMatching(
        `^logs: the file system of /tmp has ${gigabytes}\\.\\d GB; ALICE asks for ${gigabytes + 1} GB$`,
      ),
    ]),
  );

  itWith(["python3"], "may be as large, or not there yet", () => {
    expect(logWarnings(Math.max(1, gigabytes))).toEqual([]);
    expect(logWarnings(gigabytes + 1, join(scratch.folder, "none"))).toEqual([]);
  });

  itWith(["python3"], "of the cache counts where it is one of its own", () => {
    const VOBOX_CACHE_GIGABYTES = "1000000000";
    const cacheWarnings = (CACHE: string): unknown =>
      warnings({ VOBOX_CACHE_GIGABYTES }, [noLimit], scratch.folder, { CACHE });
    expect(cacheWarnings("/")).toEqual([
      expect.stringMatching(/^cache: the file system of \/ has \d+\.\d GB; ALICE asks for 10+ GB$/),
    ]);
    expect(cacheWarnings(scratch.folder)).toEqual([]);
  });
});

itWith(["python3"], "nothing is warned of where nothing is asked for", () =>
  expect(warnings({}, [limitFile("1")], "/proc")).toEqual([]),
);

itWith(["python3"], "each that is too small is named", () => {
  const found = warnings(asked, [limitFile("1048576")], "/proc") as readonly string[];
  expect(found.map((one) => one.split(":")[0])).toEqual(["memory", "logs"]);
});
