import { join } from "node:path";
import { top } from "./compiled";
import { run } from "./tools";

/** The folder of the health program and of what it is made of. */
export const healthFolder = join(top, "lib/image/rootfs/usr/libexec/vobox");

/** How a function of the health program is called. */
export interface HealthCall {
  /** Module below vobox_health. */
  readonly module: string;
  readonly function: string;
  readonly arguments: readonly unknown[];
  /** Globals of the module that other values take the place of. */
  readonly globals?: Readonly<Record<string, unknown>>;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Calls a function of the health program with JSON, and gives what it returns; a generator's values as a list. */
export function callHealth(call: HealthCall): unknown {
  const script = [
    "import importlib, json, sys, types",
    "sys.dont_write_bytecode = True",
    "sys.path.insert(0, sys.argv[1])",
    "call = json.loads(sys.argv[2])",
    "module = importlib.import_module('vobox_health.' + call['module'])",
    "vars(module).update(call['globals'])",
    "result = vars(module)[call['function']](*call['arguments'])",
    "print(json.dumps(list(result) if isinstance(result, types.GeneratorType) else result))",
  ].join("\n");
  const given = JSON.stringify({ globals: {}, ...call, environment: undefined });
  const { code, stdout, stderr } = run("python3", ["-c", script, healthFolder, given], {
    env: { ...process.env, ...call.environment },
  });
  if (code !== 0) throw new Error(stderr.trim().split("\n").at(-1));
  return JSON.parse(stdout);
}
