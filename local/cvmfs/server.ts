/**
 * A repository server (what a stratum 1 is to a site): static files over HTTP.
 *
 *     node server.js DIRECTORY ADDRESS PORT
 *
 * serves DIRECTORY/cvmfs/<repository>/... as http://ADDRESS:PORT/cvmfs/<repository>/..., writes a line
 * for each request to its standard output, and ends with 0 on SIGTERM.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";

/** The file that a request's URL means, or undefined when it is not one of the served tree. */
export function fileOfUrl(directory: string, url: string): string | undefined {
  let name: string;
  try {
    name = decodeURIComponent(url.split("?")[0]);
  } catch {
    return undefined;
  }
  // Refused rather than resolved: no client of a repository asks for such a name.
  if (!name.startsWith("/cvmfs/") || name.includes("\0") || name.split("/").includes("..")) {
    return undefined;
  }
  return path.join(directory, name);
}

async function answer(directory: string, request: IncomingMessage, response: ServerResponse) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { Allow: "GET, HEAD" }).end();
    return;
  }
  const file = fileOfUrl(directory, request.url ?? "/");
  const handle = file === undefined ? undefined : await open(file).catch(() => undefined);
  try {
    const stats = await handle?.stat();
    if (!file || !stats?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "Content-Length": stats.size,
      "Content-Type": "application/octet-stream",
      "Last-Modified": stats.mtime.toUTCString(),
    });
    if (request.method === "HEAD") response.end();
    else await pipeline(createReadStream(file), response);
  } finally {
    await handle?.close();
  }
}

/** The server, not yet listening. `log` receives a line for each request once it is answered. */
export function createRepositoryServer(directory: string, log: (line: string) => void): Server {
  return createServer((request, response) => {
    response.on("close", () => {
      const time = new Date().toISOString();
      log(`${time} ${request.method} ${request.url} ${response.statusCode}`);
    });
    answer(directory, request, response).catch(() => response.destroy());
  });
}

function main([directory, address, port]: string[]): void {
  if (!directory || !address || !/^\d+$/.test(port ?? "")) {
    console.error("usage: node server.js DIRECTORY ADDRESS PORT");
    process.exit(1);
  }
  const server = createRepositoryServer(directory, (line) => console.log(line));
  server.on("error", (error: NodeJS.ErrnoException) => {
    const where = `${address}:${port}`;
    console.error(
      error.code === "EADDRINUSE"
        ? `The repository server cannot listen on ${where}: another program has taken that port; end it or choose another port.`
        : `The repository server cannot listen on ${where}: ${error.message}.`,
    );
    process.exit(1);
  });
  server.listen(Number(port), address, () =>
    console.log(`listening on http://${address}:${port} since ${new Date().toISOString()}`),
  );
  process.on("SIGTERM", () => process.exit(0));
}

if (require.main === module) main(process.argv.slice(2));
