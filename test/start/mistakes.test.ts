import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exitOf, send } from "../process/program.ts";
import type { Child } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import type { NodeVersion } from "../support/node-versions.ts";
import { invoke } from "../support/platform-request.ts";
import { formats, serving, startProgram } from "./program.ts";

/** What goes wrong, and the lines that say so; `ROOT` stands for the folder that the functions are in. */
interface Mistake {
  readonly what: string;
  readonly options: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
}

const files: Readonly<Record<string, string>> = {
  "throws.mjs": `throw new RangeError("no database");`,
  "throws-text.mjs": `throw "no database";`,
  "syntax.cjs": `exports.handler = async ( => {};\n`,
  "dependency.mjs": `import "a-package-that-is-not-there";`,
  "exports.cjs": `exports.handler = 5;\nexports.handle = () => {};\nexports.other = 1;`,
  "empty.mjs": `export {};`,
  "null.cjs": `module.exports = null;`,
  "typed.ts": `export const handler = async (event: Buffer): Promise<string> => String(event);`,
  "enum.ts": `enum Kind { A }\nexport const handler = async () => Kind.A;`,
  "good.mjs": `export const handler = async () => {};`,
};

const anExport = "a file and one of its exports, such as `index.handler`";

const mistakes: readonly Mistake[] = [
  {
    what: "no options",
    options: null,
    lines: ["Expected `options` to be an object with a `handler`, got `null`"],
  },
  {
    what: "no handler",
    options: {},
    lines: [`Expected \`handler\` to be ${anExport}, got \`undefined\``],
  },
  ...["index", "index.", ".handler", "src/index", "", 7].map((handler): Mistake => ({
    what: `the handler ${JSON.stringify(handler)}`,
    options: { handler },
    lines: [`Expected \`handler\` to be ${anExport}, got \`${JSON.stringify(handler)}\``],
  })),
  {
    what: "an initializer without an export",
    options: { handler: "good.handler", initializer: "good" },
    lines: [`Expected \`initializer\` to be ${anExport}, got \`"good"\``],
  },
  {
    what: "an unknown option that is nearly one",
    options: { handler: "good.handler", initialiser: "good.handler" },
    lines: ["Unknown option `initialiser`: did you mean `initializer`?"],
  },
  {
    what: "an unknown form",
    options: { handler: "good.handler", form: "fc2" },
    lines: ['Expected `form` to be `"event"` or `"http"`, got `"fc2"`'],
  },
  {
    what: "a root that is no path",
    options: { handler: "good.handler", root: "" },
    lines: ['Expected `root` to be the path of a folder, got `""`'],
  },
  {
    what: "a bad option of `serve`",
    options: { handler: "good.handler", port: "x" },
    lines: ['Expected `port` to be an integer from 0 to 65535, got `"x"`'],
  },
  {
    what: "a bad ALIYUN_FC_LOG_LEVEL",
    options: { handler: "good.handler" },
    env: { ALIYUN_FC_LOG_LEVEL: "loud" },
    lines: [
      'Expected `ALIYUN_FC_LOG_LEVEL` to be one of error, warn, info, verbose, debug, silly, got `"loud"`',
    ],
  },
  {
    what: "a file that is not there",
    options: { handler: "index.handler" },
    lines: ["Expected `index` with one of .js .mjs .cjs .ts .mts .cts in `ROOT`, found none"],
  },
  {
    what: "a file of a hook that is not there",
    options: { handler: "good.handler", preStop: "src/index.preStop" },
    lines: ["Expected `src/index` with one of .js .mjs .cjs .ts .mts .cts in `ROOT`, found none"],
  },
  {
    what: "an export that is not there",
    options: { handler: "good.handle" },
    lines: [
      "Expected `ROOT/good.mjs` to export a function `handle`, got `undefined`; it exports `handler`",
    ],
  },
  {
    what: "an export that is no function",
    options: { handler: "exports.handler" },
    lines: [
      "Expected `ROOT/exports.cjs` to export a function `handler`, got `5`; it exports `handle`, `handler`, `other`",
    ],
  },
  ...["empty", "null"].map((file): Mistake => ({
    what: `a module that exports nothing (${file})`,
    options: { handler: `${file}.handler` },
    lines: [
      `Expected \`ROOT/${file}.${file === "null" ? "cjs" : "mjs"}\` to export a function \`handler\`, got \`undefined\`; it exports nothing`,
    ],
  })),
  {
    what: "a module that throws",
    options: { handler: "throws.handler" },
    lines: [
      "FCRT_HANDLER_NOT_LOADED: Expected `ROOT/throws.mjs` to load, but it failed",
      "Caused by: RangeError: no database",
      "    at file://ROOT/throws.mjs:1:7",
    ],
  },
  {
    what: "a module that throws a text",
    options: { handler: "throws-text.handler" },
    lines: [
      "FCRT_HANDLER_NOT_LOADED: Expected `ROOT/throws-text.mjs` to load, but it failed",
      "Caused by: no database",
    ],
  },
  {
    what: "a module that is no JavaScript",
    options: { handler: "syntax.handler" },
    lines: [
      "FCRT_HANDLER_NOT_LOADED: Expected `ROOT/syntax.cjs` to load, but it failed",
      "Caused by: ROOT/syntax.cjs:1",
      "exports.handler = async ( => {};",
    ],
  },
  {
    what: "a module whose dependency is missing",
    options: { handler: "dependency.handler" },
    lines: [
      "FCRT_HANDLER_NOT_LOADED: Expected `ROOT/dependency.mjs` to load, but it failed",
      "Caused by: Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'a-package-that-is-not-there' imported from ROOT/dependency.mjs",
    ],
  },
];

let root = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "fcrt-start-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
});

afterAll(async () => rm(root, { recursive: true }));

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  describe.each(formats)("in .%s", (format) => {
    // What is wrong makes no difference to the others, how a promise is rejected does.
    const some = node === process.execPath ? mistakes : mistakes.slice(-4);
    test.each(some)(
      "$what is a sentence, and exit code 1",
      async ({ options, env = {}, lines }) => {
        await expectLines(options, lines, { node, format, env });
      },
    );
  });
});

const stripsTypes = ({ version }: NodeVersion): boolean => Number(version.split(".")[0]) >= 22;

describe.each(nodeVersions.filter(stripsTypes))("on Node $version", ({ path: node }) => {
  test("TypeScript is started as it is", async () => {
    const child = await serving({ handler: "typed.handler", root }, { node });

    expect(await send(child, invoke("typed"))).toMatchObject({ status: 200, body: "typed" });
  });

  test("TypeScript that is more than types is a sentence", async () => {
    const lines = [
      "FCRT_HANDLER_NOT_LOADED: Expected `ROOT/enum.ts` to load, but it failed",
      expect.stringMatching(/^Caused by: (file:\/\/)?ROOT\/enum\.ts:1$/),
    ];
    await expectLines({ handler: "enum.handler" }, lines, { node });
  });
});

describe.each(nodeVersions.filter((version) => !stripsTypes(version)))(
  "on Node $version",
  ({ path: node, version }) => {
    test("TypeScript is a sentence that says what is needed", async () => {
      const message = `Expected a Node that strips types (22.18 or later) for \`ROOT/typed.ts\`, got v${version}: compile it to JavaScript, or register a loader`;
      await expectLines({ handler: "typed.handler" }, [`FCRT_HANDLER_NOT_LOADED: ${message}`], {
        node,
      });
    });
  },
);

test("an option wrong can be caught as an FcrtError", async () => {
  const child = await startProgram({ handler: "nothing" }, { env: { CAUGHT: "yes" } });

  expect(await exitOf(child)).toBe(0);
  expect(child.stdout).toMatch(/^FcrtError FCRT_OPTION_INVALID: Expected `handler`/);
});

async function expectLines(
  options: unknown,
  lines: readonly unknown[],
  how: Parameters<typeof startProgram>[1],
): Promise<void> {
  const given = options && typeof options === "object" ? { root, ...options } : options;
  const child = await startProgram(given, how);

  expect(await exitOf(child)).toBe(1);
  expect(messagesOf(child).slice(0, lines.length)).toEqual(lines);
  expect(child.stdout).not.toContain("packages/core");
  expect(child.stderr).toBe("");
}

/** Stdout is where the platform collects logs, so that is where a start that failed is told. */
function messagesOf({ lines }: Child): string[] {
  return lines.map((line) => {
    const [, message = `no line: ${line}`] = /^\S{23} - \[ERROR\] (.*)$/.exec(line) ?? [];
    return message.replaceAll(root, "ROOT");
  });
}
