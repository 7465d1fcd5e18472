import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { transformSync } from "@swc/core";
import { run, tryRun } from "../../../local/support/run";
import { waitFor } from "../../../local/support/wait";

let scratch: string;
let program: string;
let port: number;
let server: ChildProcess;
let output = "";

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port: free } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return free;
}

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), "server-"));
  const tree = path.join(scratch, "served", "cvmfs", "test.example.org", "data");
  mkdirSync(tree, { recursive: true });
  writeFileSync(path.join(tree, "object"), "bytes");
  writeFileSync(path.join(scratch, "served", "secret"), "secret");
  const source = readFileSync(path.join(__dirname, "../../../local/cvmfs/server.ts"), "utf8");
  program = path.join(scratch, "server.js");
  const parser = { syntax: "typescript" } as const;
  const options = { jsc: { parser, target: "es2022" }, module: { type: "commonjs" } } as const;
  writeFileSync(program, transformSync(source, options).code);

  port = await freePort();
  server = spawn(process.execPath, [program, path.join(scratch, "served"), "127.0.0.1", `${port}`]);
  server.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await waitFor("server", 10_000, () => output.includes("listening on"));
});

afterAll(async () => {
  if (server.exitCode === null) {
    server.kill("SIGKILL");
    await once(server, "exit");
  }
  rmSync(scratch, { recursive: true, force: true });
});

/** Sends the path as it is: fetch would resolve the dots itself. */
async function ask(target: string, method = "GET") {
  const asked = request({ host: "127.0.0.1", port, path: target, method }).end();
  const [response] = (await once(asked, "response")) as [import("node:http").IncomingMessage];
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, length: response.headers["content-length"], body };
}

const object = "/cvmfs/test.example.org/data/object";

it("says where it listens", () => {
  expect(output).toMatch(new RegExp(`^listening on http://127.0.0.1:${port} since `));
});

it("serves a file", async () => {
  expect(await ask(object)).toEqual({ status: 200, length: "5", body: "bytes" });
});

it("answers HEAD without a body", async () => {
  expect(await ask(object, "HEAD")).toEqual({ status: 200, length: "5", body: "" });
});

it.each([
  ["what is missing", "/cvmfs/test.example.org/data/other"],
  ["a directory", "/cvmfs/test.example.org/data"],
  ["what lies beside the repositories", "/secret"],
  ["a way out", "/cvmfs/../secret"],
  ["an escaped way out", "/cvmfs/%2e%2e/secret"],
  ["a broken escape", "/cvmfs/%zz"],
])("has no answer for %s", async (_, target) => {
  expect((await ask(target)).status).toBe(404);
});

it("takes no other method", async () => {
  expect((await ask(object, "PUT")).status).toBe(405);
});

it("logs each request", async () => {
  await ask(`${object}?logged`);
  await waitFor("log line", 5_000, () => output.includes(`GET ${object}?logged 200`));
});

it("ends with a sentence when the port is taken", async () => {
  const result = await tryRun(process.execPath, [program, scratch, "127.0.0.1", `${port}`]);
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toBe(
    `The repository server cannot listen on 127.0.0.1:${port}: another program has taken that port; end it or choose another port.\n`,
  );
});

it("refuses wrong arguments", async () => {
  await expect(run(process.execPath, [program, scratch])).rejects.toThrow("usage: node server.js");
});

it("ends with 0 on TERM", async () => {
  server.kill("SIGTERM");
  const [code] = (await once(server, "exit")) as [number];
  expect(code).toBe(0);
});
