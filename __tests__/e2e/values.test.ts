import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fn, TerraformVariable } from "cdktf";
import {
  BaseImage,
  CvmfsMount,
  CvmfsRepository,
  DnsSettings,
  type IVoBoxImage,
  VoBoxContainer,
  type VoBoxContainerProps,
  VoBoxFile,
  VoBoxImage,
  VoBoxMount,
  VoBoxService,
  VoBoxServices,
  VoBoxSizing,
} from "../../lib";
import { waitFor } from "../../local/support/wait";
import { SiteStack } from "../../stacks/site-stack";
import { validContainer } from "../support/arbitraries/container";
import { expectedContainer } from "../support/arbitraries/expected";
import type { Asked } from "../support/arbitraries/part";
import { sample } from "../support/arbitraries/runs";
import type { Resource } from "../support/synthesis";
import { describeE2e } from "./support/parts";
import { compatibleCvmfsPackage, SiteHost } from "./support/site-host";

jest.setTimeout(180_000);

const hostile = [
  "\"double\" 'single' `back`",
  "${HOME} $${HOME} $$${HOME} $HOME $(id) $",
  "%{if true}x%{endif} %%{x} %(ENV_HOME)s %s %",
  "\\ \\n \\\\ \\u0041 \\${x} \\",
  "é ﬁ שלום \u202eright to left\u202c 😀 👩‍🔬 a\u0338b \u2028 \u2029 \ufeff",
  "; & | < > * ? ~ ! # {a,b} [c] = -- , :",
  "1e5 -8.1e+2 null true",
  " blanks at both ends ",
];
const joined = hostile.join("");
const sizing = VoBoxSizing.reduced({ reason: "a test" });
/** For a path: without blanks and slashes. */
const hostileName = `p${joined.replace(/[\s/]/g, "")}`.slice(0, 100);
/** Nearly what one variable of a program may hold, 128 KiB. */
const long = joined.repeat(Math.floor((127 * 1024) / Buffer.byteLength(joined)));
const megabyte = `${joined}\r\n\t\n`.repeat(Math.ceil((1024 * 1024) / joined.length));

/** Writes its arguments into a file, each with a NUL behind it. */
function noteArguments(file: string, then: string): string[] {
  return ["/bin/sh", "-c", `printf '%s\\0' "$@" >${file}; ${then}`, "sh", ...hostile];
}

describeE2e("values on their way into the container", () => {
  let site: SiteHost;

  beforeAll(async () => {
    site = await SiteHost.start({ name: "values" });
  });
  afterAll(() => site?.destroy());

  /** A stack with an image and what `add` makes of it. */
  function synthesize(
    name: string,
    services: VoBoxServices,
    files: readonly VoBoxFile[],
    add: (stack: SiteStack, image: IVoBoxImage) => void,
  ): void {
    site.synthesize((app) => {
      const stack = new SiteStack(app, name);
      stack.useDocker(site.engine);
      const image = new VoBoxImage(stack, "image", {
        base: BaseImage.debian(),
        cvmfsPackage: compatibleCvmfsPackage(),
        services,
        files,
      });
      add(stack, image);
    });
  }

  const idle = VoBoxServices.of(
    new VoBoxService({ name: "idle", command: ["/bin/sleep", "infinity"] }),
  );

  describe("of 100 containers with generated props", () => {
    const containers = besideEachOther(sample(validContainer, 500), 100);
    let reference: string;

    beforeAll(async () => {
      synthesize("sample", VoBoxServices.jalien(), [], (stack, image) => {
        reference = image.reference;
        containers.forEach(
          ({ props }, index) =>
            new VoBoxContainer(stack, `box-${index}`, { ...props, image } as VoBoxContainerProps),
        );
      });
      await site.terraform("sample", "init", "-input=false");
    });

    test("are a hundred, on networks of each kind", () => {
      expect(containers).toHaveLength(100);
      const claims = containers.flatMap(({ asked }) => claimsOf(asked));
      for (const kind of ["host", "port", "macvlan"])
        expect(claims).toContainEqual(expect.stringMatching(`^${kind}`));
    });

    test("terraform validate accepts them", async () => {
      const { valid, diagnostics } = JSON.parse(
        await site.terraform("sample", "validate", "-json"),
      ) as { readonly valid: boolean; readonly diagnostics: unknown };
      expect({ valid, diagnostics }).toEqual({ valid: true, diagnostics: [] });
    });

    test("a plan has their values as they were given", async () => {
      await site.terraform("sample", "plan", "-input=false", "-out=sample.plan");
      const { planned_values: planned } = JSON.parse(
        await site.terraform("sample", "show", "-json", "sample.plan"),
      ) as PlannedValues;
      const boxes = planned.root_module.resources.filter(({ type }) => type === "docker_container");
      expect(boxes).toHaveLength(containers.length);
      for (const { name, values } of boxes) {
        const { asked } = containers[Number(/^box-(\d+)$/.exec(name)?.[1])];
        expect(shown(values)).toEqual(shown(expectedContainer(reference, asked)));
      }
    });
  });

  describe("that are hostile", () => {
    const environment = Object.fromEntries(
      [...hostile, long].map((text, index) => [`HOSTILE_${index}`, text]),
    );
    const labels = Object.fromEntries(
      [...hostile, joined.repeat(50)].map((text, index) => [`hostile.${index}`, text]),
    );
    const textFile = `/opt/${hostileName}`;

    beforeAll(async () => {
      const bound = join(site.directory, hostileName);
      mkdirSync(bound);
      writeFileSync(join(bound, "note"), joined);
      const service = new VoBoxService({
        name: "hostile",
        command: noteArguments("/tmp/arguments", "exec sleep infinity"),
        healthCommand: noteArguments("/tmp/health-arguments", "true"),
      });
      const files = [VoBoxFile.fromText(textFile, megabyte)];
      synthesize("hostile", VoBoxServices.of(service), files, (stack, image) => {
        new VoBoxContainer(stack, "box", {
          image,
          fqdn: "vobox.site.test",
          name: "hostile",
          cvmfs: CvmfsMount.fromHost(),
          environment,
          labels,
          mounts: [VoBoxMount.bind(bound, `/mnt/${hostileName}`)],
          temporaryDirectories: [{ path: `/memory/${hostileName}`, sizeMegabytes: 1 }],
          memoryMegabytes: 1024,
          sizing,
        });
      });
      await site.apply("hostile");
      await untilHealthy("hostile");
    });

    test("environment, as the services have it", async () => {
      const pid = await site.inside("hostile", ["pgrep", "--oldest", "sleep"]);
      const variables = await site.inside(
        "hostile",
        ["cat", `/proc/${pid.trim()}/environ`],
        "alicesgm",
      );
      for (const [key, value] of Object.entries(environment))
        expect(variables.split("\0")).toContain(`${key}=${value}`);
    });

    test("labels", async () => {
      expect((await engineView("hostile")).Config.Labels).toMatchObject(labels);
    });

    test("paths of a bind and of a temporary directory", async () => {
      const note = await site.inside("hostile", ["cat", `/mnt/${hostileName}/note`]);
      expect(note).toBe(joined);
      const kind = ["stat", "--file-system", "--format=%T", `/memory/${hostileName}`];
      expect(await site.inside("hostile", kind)).toBe("tmpfs\n");
    });

    test("a megabyte of text in a file of the image, at a path of that kind", async () => {
      expect(Buffer.byteLength(megabyte)).toBeGreaterThan(1024 * 1024);
      const text = await site.inside("hostile", ["cat", textFile]);
      expect(text === megabyte).toBe(true);
    });

    test.each(["/tmp/arguments", "/tmp/health-arguments"])(
      "arguments of a service's command and health command, %s",
      async (file) => {
        const words = (await site.inside("hostile", ["cat", file])).split("\0");
        expect(words).toEqual([...hostile, ""]);
      },
    );

    test("the next plan is empty", async () => {
      expect((await site.plan("hostile")).exitCode).toBe(0);
    });
  });

  describe("that Terraform learns at the deployment", () => {
    const given = {
      fqdn: "later.site.test",
      servers: ["10.0.0.3", "10.0.0.1", "10.0.0.2"],
      search: "site.test",
      memory: 1100,
      repositories: "alice-ocdb.cern.ch",
      text: joined,
      megabytes: 7,
    };

    beforeAll(async () => {
      const startup = join(site.directory, "init.d");
      mkdirSync(startup);
      writeFileSync(join(startup, "10-note.sh"), 'echo "$VOBOX_FQDN" >/run/site-note\n');
      synthesize("later", idle, [], (stack, image) => {
        const text = (name: string) =>
          new TerraformVariable(stack, name, { type: "string" }).stringValue;
        const number = (name: string) =>
          new TerraformVariable(stack, name, { type: "number" }).numberValue;
        const servers = new TerraformVariable(stack, "servers", { type: "list(string)" });
        const fqdn = text("fqdn");
        const megabytes = number("megabytes");
        new VoBoxContainer(stack, "box", {
          image,
          fqdn,
          name: Fn.element(Fn.split(".", fqdn), 0) as string,
          cvmfs: CvmfsMount.fromHost({ repositories: [new CvmfsRepository(text("repositories"))] }),
          dns: new DnsSettings({ servers: servers.listValue, searchDomains: [text("search")] }),
          memoryMegabytes: number("memory"),
          sizing,
          environment: { LATER: `$${text("text")}$` },
          labels: { later: `${megabytes} MB` },
          startupDirectory: text("startup"),
          logRotation: { maximumFileMegabytes: megabytes },
          temporaryDirectories: [{ path: "/memory", sizeMegabytes: megabytes }],
        });
      });
      writeFileSync(
        join(site.directory, "cdktf.out/stacks/later/terraform.tfvars.json"),
        JSON.stringify({ ...given, startup }),
      );
      await site.apply("later");
      await untilHealthy("later");
    });

    test("name, FQDN and resolvers, in order", async () => {
      expect((await site.inside("later", ["hostname", "-f"])).trim()).toBe(given.fqdn);
      expect(await site.inside("later", ["cat", "/etc/resolv.conf"])).toBe(
        ["search site.test", ...given.servers.map((server) => `nameserver ${server}`), ""].join(
          "\n",
        ),
      );
    });

    test("repositories: these are asked for, and no others", async () => {
      const { repositories, reasons } = await site.report("later");
      expect(reasons).toEqual([]);
      expect(repositories.map(({ name }) => name)).toEqual([given.repositories]);
    });

    test("memory, log rotation, labels and temporary directories", async () => {
      const { HostConfig, Config } = await engineView("later");
      expect(HostConfig.Memory).toBe(given.memory * 1024 * 1024);
      expect(HostConfig.LogConfig.Config["max-size"]).toBe("7m");
      expect(Config.Labels["later"]).toBe("7 MB");
      const size = ["df", "--output=size", "--block-size=M", "/memory"];
      expect(await site.inside("later", size)).toContain("7M");
    });

    test("environment and startup commands", async () => {
      expect((await engineView("later")).Config.Env).toContain(`LATER=$${given.text}$`);
      expect(await site.inside("later", ["cat", "/run/site-note"])).toBe(`${given.fqdn}\n`);
    });

    test("the next plan is empty", async () => {
      expect((await site.plan("later")).exitCode).toBe(0);
    });
  });

  async function untilHealthy(container: string): Promise<void> {
    await waitFor(
      "healthy",
      60_000,
      async () => (await site.report(container)).reasons.length === 0,
      200,
    );
  }

  async function engineView(container: string): Promise<EngineView> {
    const view = await site.docker("inspect", "--format={{json .}}", container);
    return JSON.parse(view) as EngineView;
  }
});

interface EngineView {
  readonly Config: {
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly HostConfig: {
    readonly Memory: number;
    readonly LogConfig: { readonly Config: Readonly<Record<string, string>> };
  };
}

interface PlannedValues {
  readonly planned_values: {
    readonly root_module: {
      readonly resources: ReadonlyArray<{
        readonly type: string;
        readonly name: string;
        readonly values: Resource;
      }>;
    };
  };
}

/** The first ones that one engine could run: of a host's ports and addresses each is for one VO-Box. */
function besideEachOther<T extends { readonly asked: readonly Asked[] }>(
  made: readonly T[],
  count: number,
): readonly T[] {
  const taken = new Set<string>();
  const fitting = made.filter(({ asked }) => {
    const claims = claimsOf(asked);
    if (claims.some((claim) => taken.has(claim))) return false;
    claims.forEach((claim) => taken.add(claim));
    return true;
  });
  return fitting.slice(0, count);
}

/** What of the engine's network is for one container alone. */
function claimsOf(asked: readonly Asked[]): readonly string[] {
  const list = (key: string) =>
    asked.flatMap(({ attributes }) => (attributes?.[key] ?? []) as readonly Resource[]);
  return [
    ...(asked.some(({ attributes }) => attributes?.["network_mode"] === "host") ? ["host"] : []),
    ...new Set(
      list("ports").map(({ external, protocol }) => ["port", external, protocol].join(" ")),
    ),
    ...list("networks_advanced").map(
      (one) => `macvlan ${String(one["ipv4_address"]).replace(/\.\d+$/, "")}`,
    ),
  ];
}

/** What a container's resource says in texts and numbers of the caller's, in one order. */
function shown(values: Resource): Resource {
  const list = (key: string) => (values[key] ?? []) as readonly Resource[];
  const texts = (lines: readonly unknown[]) => lines.map((line) => JSON.stringify(line)).sort();
  return {
    name: values["name"],
    hostname: values["hostname"],
    image: values["image"],
    memory: values["memory"],
    log_opts: values["log_opts"],
    network_mode: values["network_mode"],
    ports: texts(
      list("ports").map(({ internal, external, ip, protocol }) => [
        internal,
        external,
        ip,
        protocol,
      ]),
    ),
    tmpfs: values["tmpfs"] ?? {},
    env: texts(list("env")),
    labels: texts(
      list("labels")
        .filter(({ label }) => label !== "ch.cern.alice.vobox.replace-on")
        .map(({ label, value }) => [label, value]),
    ),
    mounts: texts(list("mounts").map(({ type, source, target }) => [type, source, target])),
    upload: texts(list("upload").map(({ file, content }) => [file, content])),
  };
}
