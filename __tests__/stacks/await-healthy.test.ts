import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { useScratch } from "../support/scratch";
import { type Finished, run } from "../support/tools";

const scratch = useScratch();
const script = resolve("stacks/scripts/await-healthy.sh");

// An engine in the files of its own folder: `state` (of the container), `containers`, `images` (of vobox,
// tag and id), `check` (what the last health check printed), `fail` (what does not answer). With DOCKER_CONTEXT it is another engine's client.
const program = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$*" >>calls
case $DOCKER_HOST in ssh://*) ssh "\${DOCKER_HOST#ssh://}" dial-stdio || exit 1 ;; esac
if [ -n "\${DOCKER_CONTEXT-}" ]; then echo "asked another engine" >&2; exit 1; fi
if [ -f fail ] && [ "$1 $2" = "$(cat fail)" ]; then echo "Cannot connect to the Docker daemon" >&2; exit 1; fi
case "$1 $2" in
  "container inspect")
    case $4 in *Log*) cat check 2>/dev/null; exit ;; esac
    [ -f state ] || { echo "Error: No such container: $5" >&2; exit 1; }
    cat state
    ;;
  "container ls") cat containers ;;
  "container logs") echo "init: site command 10-break.sh failed with exit code 7" >&2 ;;
  "image ls") cat images ;;
  "image rm")
    grep -q "^\${3#vobox:} " images || exit 1
    grep -v "^\${3#vobox:} " images >images.new
    mv images.new images
    ;;
  tag*)
    id=$(awk -v tag="\${2#vobox:}" '$1 == tag { print $2 }' images)
    [ -n "$id" ] || { echo "No such image: $2" >&2; exit 1; }
    grep -v "^\${3#vobox:} " images >images.new
    echo "\${3#vobox:} $id" >>images.new
    mv images.new images
    ;;
  *) exit 125 ;;
esac
`;

// An ssh that connects only with the options before docker's own arguments.
const ssh = `#!/bin/sh
[ "$#:$*" = "4:-oBatchMode=yes -oControlPath=~/%C root@a dial-stdio" ]
`;

interface Engine {
  readonly state?: string;
  readonly containers?: readonly string[];
  readonly images?: readonly string[];
  readonly check?: string;
  readonly fail?: string;
}

let count = 0;

/** Runs the script with that engine; the images afterwards, in order. */
function wait(
  engine: Engine,
  environment: NodeJS.ProcessEnv = {},
): Finished & { images: string[] } {
  const folder = join(scratch.folder, `engine-${++count}`);
  mkdirSync(folder);
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const { state, containers = ["a"], images = ["new 1"], check, fail } = engine;
  for (const [name, text] of Object.entries({ docker: program, ssh })) {
    write(name, text);
    chmodSync(join(folder, name), 0o755);
  }
  if (state !== undefined) write("state", `${state}\n`);
  if (check !== undefined) write("check", `an earlier check\n\n\f${check}\n\f`);
  if (fail !== undefined) write("fail", fail);
  write("containers", containers.map((name) => `${name}\n`).join(""));
  write("images", images.map((image) => `${image}\n`).join(""));
  const finished = run("sh", [script], {
    env: {
      PATH: `${folder}:${process.env["PATH"]}`,
      DOCKER_HOST: "unix:///run/docker.sock",
      VOBOX_CONTAINER: "a",
      VOBOX_IMAGE: "vobox:new",
      VOBOX_LIMIT_SECONDS: "1",
      ...environment,
    },
  });
  expect(existsSync(join(folder, "calls"))).toBe(true);
  const left = readFileSync(join(folder, "images"), "utf8").trim().split("\n").sort();
  return { ...finished, images: left };
}

const healthy = "running healthy";

describe("the wait", () => {
  it("ends with a healthy VO-Box", () =>
    expect(wait({ state: healthy })).toMatchObject({ code: 0, stdout: "a is healthy\n" }));

  it("ends with the warnings of the last check, one a line", () =>
    expect(
      wait({ state: healthy, check: "healthy\nwarning: proxy: none yet\nwarning: logs: small\n" }),
    ).toMatchObject({
      code: 0,
      stdout: "a is healthy\nwarning: proxy: none yet\nwarning: logs: small\n",
    }));

  it("fails with the reasons of the last check", () =>
    expect(wait({ state: "running unhealthy", check: "ce: backoff\nwarning: x\n" })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("(running unhealthy):\nce: backoff\nwarning: x\n") as string,
    }));

  it("asks the engine that it was given, whatever context the caller uses", () =>
    expect(wait({ state: healthy }, { DOCKER_CONTEXT: "other" })).toMatchObject({ code: 0 }));

  it("guard 13: has the docker command's ssh take the options", () =>
    expect(
      wait(
        { state: healthy },
        { DOCKER_HOST: "ssh://root@a", VOBOX_SSH_OPTIONS: "-oBatchMode=yes -oControlPath=~/%C" },
      ),
    ).toMatchObject({ code: 0 }));

  it("fails with the container's own last words where it ends before a check is made", () =>
    expect(wait({ state: "restarting " })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^a is not healthy after 1 s \(restarting \):\ninit: site command 10-break\.sh failed with exit code 7\n/,
      ) as string,
    }));

  it("ends at once where the container is not there", () => {
    const before = Date.now();
    expect(wait({ containers: ["aa", "b"] }, { VOBOX_LIMIT_SECONDS: "3600" })).toMatchObject({
      code: 1,
      stderr: "There is no container a on unix:///run/docker.sock: deploy again.\n",
    });
    expect(Date.now() - before).toBeLessThan(30_000);
  });

  it("goes on where only the engine does not answer", () => {
    const { code, stderr } = wait({ fail: "container ls" });
    expect(code).toBe(1);
    expect(stderr).toContain("a is not healthy after 1 s (Error: No such container: a)");
  });

  it("tells the state at the limit", () => {
    const { code, stderr } = wait({ state: "running unhealthy" });
    expect(code).toBe(1);
    expect(stderr).toContain("a is not healthy after 1 s (running unhealthy):");
  });
});

describe("the images afterwards", () => {
  const imagesAfter = (images: readonly string[], containers = ["a"]): string[] => {
    const finished = wait({ state: healthy, images, containers });
    expect([finished.code, finished.stderr]).toEqual([0, ""]);
    return finished.images;
  };

  it("are the current one, and the one before", () => {
    expect(imagesAfter(["new 1"])).toEqual(["a-current 1", "new 1"]);
    expect(imagesAfter(["new 3", "mid 2", "old 1", "a-current 2", "a-previous 1"])).toEqual([
      "a-current 3",
      "a-previous 2",
      "mid 2",
      "new 3",
    ]);
  });

  it("are the same after a second wait", () => {
    const images = ["a-current 3", "a-previous 2", "mid 2", "new 3"];
    expect(imagesAfter(images)).toEqual(images);
  });

  it("are those of the other VO-Boxes too, but of none that is gone", () =>
    expect(
      imagesAfter(
        ["new 3", "b-current 2", "two 2", "gone-current 1", "gone-previous 0", "one 1", "zero 0"],
        ["a", "b"],
      ),
    ).toEqual(["a-current 3", "b-current 2", "new 3", "two 2"]));

  it("are all that there were where the engine does not tell", () => {
    const images = ["a-current 2", "a-previous 1", "mid 2", "new 3", "old 1"];
    for (const fail of ["image ls", "tag vobox:a-current"]) {
      const finished = wait({ state: healthy, images, fail });
      expect([finished.code, finished.images]).toEqual([1, images]);
    }
  });
});
