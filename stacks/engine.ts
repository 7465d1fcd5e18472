import { posix } from "node:path";
import { withoutLinks } from "../lib/container/guarded-paths";

/**
 * An engine's address in one form, to compare: a socket's path without links that every system has, a host's name in
 * lower case, and ssh's port, 22 where none is given. Accounts stay apart: each may have an engine of its own.
 */
export function canonicalEngine(address: string): string {
  const [, path] = /^unix:\/\/(.*)$/.exec(address) ?? [];
  if (path !== undefined) return `unix://${withoutLinks(posix.normalize(path))}`;
  const [, account = "", host, port = "22"] =
    /^ssh:\/\/(.*@)?(.+?)(?::(\d+))?$/.exec(address) ?? [];
  return host === undefined ? address : `ssh://${account}${host.toLowerCase()}:${Number(port)}`;
}
