import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { IConstruct } from "constructs";
import { checkProps, type PropNames } from "../props";
import { checkText, checkWholeNumber, holdsToken, Refusal, unknownValue } from "../refusal";

/** How a file stands in the image. */
export interface VoBoxFileOptions {
  /** Permission bits, e.g. `0o640`. @default - 0o755 for an executable file, else 0o644 */
  readonly mode?: number;
}

const optionNames: PropNames<VoBoxFileOptions> = { mode: true };

/** A file that an image holds. */
export class VoBoxFile {
  /**
   * A copy of a file of this machine. Of its mode only the execute bit of the owner counts, as in git: the
   * rest differs between checkouts.
   * @param target absolute path in the image
   * @throws Error when the file cannot be read
   */
  static fromPath(source: string, target: string, options: VoBoxFileOptions = {}): VoBoxFile {
    checkProps(`VoBoxFile ${target}`, "options", options, optionNames);
    const executable = (statSync(source).mode & 0o100) !== 0;
    return new VoBoxFile(
      target,
      readFileSync(source),
      options.mode ?? (executable ? 0o755 : 0o644),
    );
  }

  /**
   * Copies of all files below a directory of this machine, each at its path below that directory.
   * @param directory with the files as they are to lie in the image, e.g. `rootfs/etc/…`
   * @throws Error when the directory cannot be read
   */
  static fromDirectory(directory: string): VoBoxFile[] {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return VoBoxFile.fromPath(path, `/${relative(directory, path)}`);
      });
  }

  /**
   * A file with this text.
   * @param target absolute path in the image
   * @throws Refusal when it is no text, or one that only Terraform will know
   */
  static fromText(target: string, text: string, options: VoBoxFileOptions = {}): VoBoxFile {
    checkProps(`VoBoxFile ${target}`, "options", options, optionNames);
    if (typeof text !== "string")
      throw new Refusal(`VoBoxFile ${target}`, {
        property: "text",
        given: text,
        allowed: "a text",
        remedy: "Give a text, or a file of yours with VoBoxFile.fromPath(source, target).",
      });
    if (holdsToken(text))
      throw new Refusal(`VoBoxFile ${target}`, {
        property: "text",
        given: unknownValue,
        allowed: "a text that is known at synthesis",
        remedy:
          "It is written and hashed before Terraform runs; what is known later belongs to the container.",
      });
    return new VoBoxFile(target, Buffer.from(text), options.mode ?? 0o644);
  }

  private constructor(
    /** Absolute path in the image. */
    readonly target: string,
    /** The bytes. */
    readonly content: Buffer,
    /** Permission bits. */
    readonly mode: number,
  ) {}

  /** @throws Refusal for a target or a mode that a file cannot have. */
  validate(scope: IConstruct, property: string): void {
    checkText(scope, `${property}.target`, this.target, {
      // eslint-disable-next-line no-control-regex
      pattern: /^(\/(?!\.{1,2}(\/|$))[^/\u0000-\u001f]+)+$/,
      allowed: "an absolute path in the image, without . or ..",
      remedy: "Give the path from the root, such as /etc/vobox/site.conf.",
    });
    checkWholeNumber(scope, `${property}.mode`, this.mode, {
      minimum: 0,
      maximum: 0o777,
      unit: "permission bits (0o000 to 0o777)",
    });
  }
}
