import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { FileOptions, Host } from "../support/host";

/** A file put on the host and, when there was another before, where that is kept. */
interface Installed {
  readonly path: string;
  readonly original?: string;
}

/**
 * Files put on a host, to be taken away again. A journal in `directory`, which the host sees at the same
 * path, remembers them beyond this process.
 */
export class HostFiles {
  private readonly journal: string;
  private readonly originals: string;

  constructor(
    private readonly host: Host,
    directory: string,
  ) {
    this.journal = path.join(directory, "installed.json");
    this.originals = path.join(directory, "originals");
  }

  async install(file: string, content: string | Buffer, options?: FileOptions): Promise<void> {
    const installed = this.read();
    if (!installed.some((known) => known.path === file)) {
      const original = await this.keep(file, String(installed.length));
      this.write([...installed, { path: file, original }]);
    }
    await this.host.writeFile(file, content, options);
  }

  /** Removes what was installed and puts back what was there before. */
  async remove(): Promise<void> {
    for (const { path: file, original } of this.read().reverse()) {
      if (original !== undefined) {
        await this.host.run("cp", ["--archive", original, file]);
        continue;
      }
      await this.host.run("rm", ["-f", file]);
      const folder = path.dirname(file);
      await this.host.tryRun("rmdir", ["--parents", "--ignore-fail-on-non-empty", folder]);
    }
    rmSync(this.journal, { force: true });
    rmSync(this.originals, { recursive: true, force: true });
  }

  private async keep(file: string, name: string): Promise<string | undefined> {
    if ((await this.host.tryRun("test", ["-e", file])).exitCode !== 0) return undefined;
    mkdirSync(this.originals, { recursive: true });
    const original = path.join(this.originals, name);
    await this.host.run("cp", ["--archive", file, original]);
    return original;
  }

  private read(): Installed[] {
    if (!existsSync(this.journal)) return [];
    return JSON.parse(readFileSync(this.journal, "utf8")) as Installed[];
  }

  private write(installed: readonly Installed[]): void {
    writeFileSync(this.journal, JSON.stringify(installed, undefined, 2));
  }
}
