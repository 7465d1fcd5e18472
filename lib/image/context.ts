import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CvmfsPackage } from "../cvmfs/package";
import type { BaseImage } from "./base-image";
import { VoBoxFile } from "./file";
import type { VoBoxService } from "./service";

/** What goes into an image. */
export interface ImageContent {
  readonly base: BaseImage;
  readonly packages: readonly string[];
  readonly cvmfsPackage: CvmfsPackage;
  readonly account: VoAccount;
  readonly services: readonly VoBoxService[];
  readonly files: readonly VoBoxFile[];
}

/** The account that the VO's services run as. */
export interface VoAccount {
  readonly name: string;
  readonly uid: number;
}

/** Dockerfile and files of an image, and the hash of both. */
export interface BuildContext {
  /** SHA-256 over paths, modes and bytes, in order of the paths; no time and no place of this machine goes in. */
  readonly hash: string;
  /** Writes `Dockerfile` and `rootfs/` into a folder, in place of what is there. */
  writeTo(folder: string): void;
}

/** Where the build puts the files before it installs each with its mode. */
const staging = "/tmp/vobox-rootfs";
const shippedRootfs = join(__dirname, "rootfs");

/** All files of an image, in order of their paths. One of the caller's takes the place of a shipped one. */
export function filesOf(content: ImageContent): readonly VoBoxFile[] {
  const files = [
    ...VoBoxFile.fromDirectory(shippedRootfs),
    ...serviceFiles(content),
    ...content.cvmfsPackage.files,
    ...content.files,
  ];
  const byTarget = new Map(files.map((file) => [file.target, file]));
  return [...byTarget.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** @param files @default - what {@link filesOf} gives */
export function buildContext(
  content: ImageContent,
  files: readonly VoBoxFile[] = filesOf(content),
): BuildContext {
  const written: ReadonlyArray<readonly [path: string, bytes: string | Buffer]> = [
    // It holds the modes as well.
    ["Dockerfile", renderDockerfile(content, files)],
    ...files.map((file) => [`rootfs${file.target}`, file.content] as const),
  ];
  const hash = createHash("sha256");
  for (const [path, bytes] of written)
    hash.update(`${path}\0${createHash("sha256").update(bytes).digest("hex")}\n`);
  return {
    hash: hash.digest("hex"),
    writeTo(folder) {
      rmSync(folder, { recursive: true, force: true });
      const folders = new Set(written.map(([path]) => dirname(join(folder, path))));
      for (const one of folders) mkdirSync(one, { recursive: true });
      for (const [path, bytes] of written) writeFileSync(join(folder, path), bytes);
    },
  };
}

/** What the shipped programs are told of the services and the account. */
function serviceFiles({ services, account }: ImageContent): VoBoxFile[] {
  const described = services.map((service) => ({
    name: service.name,
    user: service.user ?? account.name,
    healthCommand: service.healthCommand,
  }));
  return [
    VoBoxFile.fromText(
      "/etc/vobox/image.json",
      `${JSON.stringify({ account: account.name, services: described }, null, 2)}\n`,
    ),
    VoBoxFile.fromText(
      "/etc/vobox/image.sh",
      `# shellcheck shell=sh disable=SC2034\nVOBOX_ACCOUNT=${account.name}\n`,
    ),
    ...services.map((service) =>
      VoBoxFile.fromText(
        `/etc/vobox/supervisor.d/50-${service.name}.conf`,
        renderProgram(service, account),
      ),
    ),
  ];
}

/** A supervisord program, see supervisord.org/configuration.html. */
function renderProgram(service: VoBoxService, account: VoAccount): string {
  const user = service.user ?? account.name;
  const home = user === "root" ? "/root" : user === account.name ? `/home/${user}` : "/";
  const command = [
    "/usr/libexec/vobox/run-service",
    ...(service.environmentFile === undefined
      ? []
      : ["--environment-file", service.environmentFile]),
    "--",
    ...service.command,
  ];
  return [
    ...(service.reason === undefined ? [] : [`; Runs as root: ${service.reason}`]),
    `[program:${service.name}]`,
    `command = ${command.map(supervisorWord).join(" ")}`,
    `user = ${user}`,
    `directory = ${home}`,
    `environment = HOME="${home}",USER="${user}",LOGNAME="${user}"`,
    `priority = ${service.priority}`,
    "autostart = true",
    "autorestart = true",
    `startsecs = ${service.startSeconds}`,
    // Never given up: each try waits a second longer than the one before. It knows no upper limit.
    "startretries = 1000000",
    `stopsignal = ${service.stopSignal}`,
    `stopwaitsecs = ${service.stopSeconds}`,
    // The stop signal is for the program alone, which may stop its own as MonALISA's wrapper does.
    "stopasgroup = false",
    "killasgroup = true",
    "stdout_logfile = /dev/stdout",
    "stdout_logfile_maxbytes = 0",
    "redirect_stderr = true",
    "",
  ].join("\n");
}

/**
 * supervisord splits as a shell does, after it expanded `%`. Before both it cuts off what follows a
 * blank and `;` or `#`, quoted or not: a pair of quotes between the two keeps them apart.
 */
function supervisorWord(word: string): string {
  return shellWord(word.replaceAll("%", "%%")).replace(/(\s)(?=[;#])/g, "$1''");
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

function renderDockerfile(content: ImageContent, files: readonly VoBoxFile[]): string {
  const { base, account, services, cvmfsPackage } = content;
  const named = [...base.requiredPackages, ...cvmfsPackage.packages, ...content.packages];
  const packages = [...new Set(named)].sort();
  const others = [...new Set(services.map((service) => service.user ?? account.name))].filter(
    (user) => user !== account.name && user !== "root",
  );
  const accounts = [
    `groupadd --gid ${account.uid} ${account.name}`,
    `useradd --uid ${account.uid} --gid ${account.uid} --create-home --shell /bin/bash ${account.name}`,
    // The package of a service may have made its account.
    ...others.map((user) => `(id ${user} || useradd --system --shell /sbin/nologin ${user})`),
    // The home's state lies in the volume, so that a replaced container finds it again.
    `ln -s /var/lib/vobox/${account.name}/.alien /home/${account.name}/.alien`,
    "usermod --lock root",
  ];
  return [
    `FROM ${base.reference}`,
    'LABEL org.opencontainers.image.title="ALICE VO-Box"',
    base.renderInstall(packages),
    ...cvmfsPackage.renderInstall(base),
    `RUN ${accounts.join(" \\\n && ")}`,
    // Before the files: what changes most comes last, and each step that follows costs time.
    'ENTRYPOINT ["/etc/init.sh"]',
    `COPY rootfs/ ${staging}/`,
    // Not copied straight to /: that would give /etc and /usr the modes that the umask of the machine
    // which synthesized left on the context's directories.
    `RUN ${[
      `cd ${staging}`,
      ...files.map(
        ({ mode, target }) =>
          `install -D -m ${mode.toString(8).padStart(4, "0")} ${shellWord(`.${target}`)} ${shellWord(target)}`,
      ),
      `rm -r ${staging}`,
    ].join(" \\\n && ")}`,
    "",
  ].join("\n\n");
}
