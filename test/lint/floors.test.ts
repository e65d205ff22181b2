import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A file, its one line of source, and the rule that must reject it; none when it must pass. */
type Case = readonly [file: string, source: string, rule?: string];

const floors = "fcrt(floors)";
const environment = "fcrt(no-process-env)";
const literals = "fcrt(contract-literals)";

const cases: readonly Case[] = [
  ["packages/core/src/server/a.ts", `import "pino";`, floors],
  ["packages/core/src/server/b.ts", `import "pino/file";`, floors],
  ["packages/core/src/server/c.ts", `export { trace } from "@opentelemetry/api";`, floors],
  ["packages/core/src/server/d.ts", `import type { Logger } from "@fcrt/logger";`, floors],
  ["packages/core/src/server/e.ts", `export const later = import("@fcrt/trace");`, floors],
  ["packages/core/src/server/f.ts", `export type Cli = import("@fcrt/cli").Cli;`, floors],
  ["packages/core/src/server/g.ts", `import "../../../logger/src/index.ts";`, floors],
  ["packages/core/src/server/h.ts", `import "../protocol/markers.ts";`],
  ["packages/core/src/server/i.ts", `import "node:http";`],
  ["packages/core/test/a.ts", `import "pino";`, floors],

  ["packages/core/src/protocol/a.ts", `import "node:crypto";`, floors],
  ["packages/core/src/protocol/b.ts", `import "../errors.ts";`, floors],
  ["packages/core/src/protocol/c.ts", `import "./markers.ts";`],
  ["packages/core/src/output/a.ts", `import "../server/serve.ts";`, floors],
  ["packages/core/src/output/b.ts", `import "./../../src/server/serve.ts";`, floors],
  ["packages/core/src/output/c.ts", `import "../protocol/markers.ts";`],
  ["packages/core/src/invocation/a.ts", `import "../server/serve.ts";`, floors],
  ["packages/core/src/invocation/b.ts", `import "../output/stdout.ts";`],

  ["packages/logger/src/a.ts", `import "@opentelemetry/sdk-trace-base";`, floors],
  ["packages/logger/src/b.ts", `import "@fcrt/trace";`, floors],
  ["packages/logger/src/c.ts", `import "@fcrt/cli";`, floors],
  ["packages/logger/src/d.ts", `import "../../core/src/index.ts";`, floors],
  ["packages/logger/src/e.ts", `import "@fcrt/core/src/index.ts";`, floors],
  ["packages/logger/src/f.ts", `import "@fcrt/core/protocol";`],
  ["packages/logger/src/g.ts", `import "pino";`],
  ["packages/trace/src/a.ts", `import "pino";`, floors],
  ["packages/trace/src/b.ts", `import "@fcrt/logger/register";`, floors],
  ["packages/trace/src/c.ts", `import "@fcrt/cli";`, floors],
  ["packages/trace/src/d.ts", `import "../../core/src/protocol.ts";`, floors],
  ["packages/trace/src/e.ts", `import "@opentelemetry/sdk-trace-base";`],
  ["packages/cli/src/a.ts", `import "../../core/src/protocol.ts";`, floors],
  ["packages/cli/src/b.ts", `import "@fcrt/core/dist/protocol.mjs";`, floors],
  ["packages/cli/src/c.ts", `import "@fcrt/logger";`],

  ["packages/core/src/server/literal-a.ts", `export const a = "x-fc-request-id";`, literals],
  ["packages/core/src/server/literal-b.ts", `export const b = { "X-Fc-Status": 1 };`, literals],
  [
    "packages/core/src/server/literal-c.ts",
    `export const c = \`got \${1} in x-fc-status\`;`,
    literals,
  ],
  ["packages/core/src/server/literal-d.ts", `export const d = "/pre-freeze";`, literals],
  ["packages/core/src/server/literal-e.ts", `export const e = /^\\/http-invoke$/;`, literals],
  ["packages/core/src/server/literal-f.ts", `export type F = "/invoke";`, literals],
  ["packages/logger/src/literal-a.ts", `export const a = "FC Invoke Start";`, literals],
  ["packages/trace/src/literal-a.ts", `export const a = "RequestId: ";`, literals],
  ["packages/cli/src/literal-a.ts", `export const a = "FunctionCompute node";`, literals],
  ["packages/cli/src/literal-b.ts", `export const b = 1; // x-fc-status goes to /invoke`],
  ["packages/cli/src/literal-c.ts", `import "./commands/invoke.ts";`],
  ["packages/cli/src/literal-d.ts", `export const d = "/invoker";`],
  ["packages/core/src/protocol/literal-a.ts", `export const a = "x-fc-request-id";`],
  ["test/literal-a.ts", `export const a = "x-fc-request-id";`],

  ["packages/core/src/server/env-a.ts", `export const a = process.env["A"];`, environment],
  ["packages/logger/src/env-a.ts", `export const a = process.env.A;`, environment],
  [
    "packages/core/src/server/env-b.ts",
    `import process from "node:process"; export const a = process.env.A;`,
    environment,
  ],
  ["packages/core/src/server/env-c.ts", `export const { env } = process;`, environment],
  ["packages/core/src/server/env-d.ts", `export { env } from "node:process";`, environment],
  [
    "packages/core/src/server/env-e.ts",
    `import { env } from "process"; export const a = env.A;`,
    environment,
  ],
  ["packages/core/src/server/env-f.ts", `export const a = globalThis.process.env;`, environment],
  ["packages/core/src/options.ts", `export const a = process.env["A"];`],
  ["packages/trace/src/console-a.ts", `console.log(1);`, "eslint(no-console)"],
  ["packages/trace/src/default-a.ts", `export default 1;`, "import(no-default-export)"],
  ["packages/trace/src/star-a.ts", `export * from "./a.ts";`, "fcrt(no-export-star)"],
  [
    "packages/trace/src/any-a.ts",
    `export const a = (b: any): unknown => b;`,
    "typescript(no-explicit-any)",
  ],
  [
    "packages/trace/src/import-a.ts",
    `import { B } from "./b.ts"; export const a = (b: B): B => b;`,
    "typescript(consistent-type-imports)",
  ],
  [
    "packages/core/src/server/cycle-a.ts",
    `import { b } from "./cycle-b.ts"; export const a = (): unknown => b;`,
    "import(no-cycle)",
  ],
  [
    "packages/core/src/server/cycle-b.ts",
    `import { a } from "./cycle-a.ts"; export const b = (): unknown => a;`,
    "import(no-cycle)",
  ],
  [
    "packages/core/src/server/promise-a.ts",
    `export function a(): void { Promise.reject(new Error("a")); }`,
    "typescript(no-floating-promises)",
  ],
  [
    "packages/core/src/server/promise-b.ts",
    `export const a = (): void => { [1].forEach(async () => {}); };`,
    "typescript(no-misused-promises)",
  ],
  [
    "packages/core/src/server/switch-a.ts",
    `export function a(b: "c" | "d"): void { switch (b) { case "c": } }`,
    "typescript(switch-exhaustiveness-check)",
  ],
];

let folder = "";
let rejections: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fcrt-lint-"));
  await Promise.all(
    [".oxlintrc.json", "scripts/lint", "tsconfig.json"].map((path) =>
      cp(join(root, path), join(folder, path), { recursive: true }),
    ),
  );
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [file, source] of cases) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${source}\n`);
  }
  rejections = await lint(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the linter", () => {
  for (const [file, source, rule] of cases) {
    test(`${rule ? `rejects by ${rule}` : "accepts"} in ${file}: ${source}`, () => {
      const found = rejections.get(file) ?? [];
      expect(rule ? found.filter((each) => each === rule) : found).toEqual(rule ? [rule] : []);
    });
  }
});

async function lint(cwd: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { diagnostics } = JSON.parse(
    await outputOf("oxlint", ["--format=json", "packages", "test"], cwd),
  ) as {
    diagnostics: readonly { readonly code: string; readonly filename: string }[];
  };
  const found = new Map<string, string[]>();
  for (const { code, filename } of diagnostics)
    found.set(filename, [...(found.get(filename) ?? []), code]);
  return found;
}

/** The linter exits non-zero when it finds something, as it must here. */
function outputOf(tool: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(join(root, "node_modules/.bin", tool), args, { cwd }, (error, stdout, stderr) => {
      if (stdout) resolve(stdout);
      else reject(new Error(`Expected output from ${tool}, got ${stderr}`, { cause: error }));
    });
  });
}
