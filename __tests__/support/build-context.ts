import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { buildContext, type ImageContent } from "../../lib/image/context";

/** A build context as it lies on disk. */
export interface WrittenContext {
  readonly hash: string;
  readonly directory: string;
}

/** Writes a build context into a folder of its own below `folder`. */
export function writeBuildContext(content: ImageContent, folder: string): WrittenContext {
  const context = buildContext(content);
  const directory = mkdtempSync(join(folder, "context-"));
  context.writeTo(directory);
  return { hash: context.hash, directory };
}
