import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { endOf, exitOf, startOf, until } from "../../process/program.ts";
import { startChild } from "../../support/child.ts";
import type { Child } from "../../support/child.ts";
import { nodeVersions } from "../../support/node-versions.ts";
import { canary, hook, httpInvoke, invoke, sendTo } from "../../support/platform-request.ts";
import { expectNested, familyOf, fixtures, serving } from "./program.ts";

const trace = "@fcrt/trace/register";
const core = "@fcrt/core/register";
const logger = "@fcrt/logger/register";
const ready = "FunctionCompute fcrt runtime inited.";
const node = process.execPath;
const stdout = { OTEL_TRACES_EXPORTER: "stdout" };

const usual = ["--import", core, "--import", logger, "--import", trace];
const combinations: [string, string, string, readonly string[]][] = [
  ...nodeVersions.map(({ version, path }): [string, string, string, readonly string[]] => [
    `all three imported, Node ${version}`,
    path,
    "user.mjs",
    usual,
  ]),
  [
    "in the other order",
    node,
    "user.cjs",
    ["--import", trace, "--import", logger, "--import", core],
  ],
  [
    "all three required",
    node,
    "user.cjs",
    ["--require", logger, "--require", trace, "--require", core],
  ],
  ["some of each", node, "user.mjs", ["--require", trace, "--import", logger, "--import", trace]],
];

describe("together with the other packages", () => {
  test.each(combinations)(
    "%s: adopted once, one root span, every line with its ids",
    async (_what, path, file, nodeOptions) => {
      const env = { ...stdout, FCRT_LOG_FORMAT: "json" };
      const child = await serving(file, { node: path, nodeOptions, env });
      const requestId = randomUUID();
      const family = await familyOf(child, requestId);
      expectNested(family, requestId);
      expect(child.lines.filter((line) => line === ready)).toHaveLength(1);
      expect(child.lines.filter((line) => line === startOf(requestId))).toHaveLength(1);
      expect(child.lines.filter((line) => line === endOf(requestId))).toHaveLength(1);
      const said = child.lines
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line));
      expect(said).toEqual([
        expect.objectContaining({
          msg: "says something",
          requestId,
          trace_id: family.root.traceID,
          span_id: family.span("outer").spanID,
        }),
      ]);
      expect(child.stderr).toBe("");
    },
  );
});

describe("an application that sets OpenTelemetry up itself", () => {
  test.each([
    ["while it loads, --require", "at once", "--require"],
    ["while it loads, --import", "at once", "--import"],
    ["before its first invocation", "late", "--require"],
  ])("%s: its provider has every span, and nobody registers twice", async (_what, when, flag) => {
    const child = await serving("own-sdk.cjs", {
      nodeOptions: [flag, trace],
      env: { ...stdout, SET_UP: when },
    });
    // What it sets up late is there by the time that its server is known to answer.
    await sendTo(child.port, httpInvoke());
    const requestId = randomUUID();
    await sendTo(child.port, httpInvoke("GET", "/", { "x-fc-request-id": requestId }));
    const exported = await exportedWith(requestId, child);
    const root = exported.find((span) => span.requestId === requestId);
    const own = exported.filter(({ traceId }) => traceId === root?.traceId);
    expect(own.map(({ name }) => name).toSorted()).toEqual(["GET /", "inner", "outer"]);
    const outer = own.find(({ name }) => name === "outer");
    expect(outer?.parent).toBe(root?.spanId);
    expect(own.find(({ name }) => name === "inner")?.parent).toBe(outer?.spanId);
    expect(child.stdout).not.toContain('{"host":');
    expect(child.stderr).toBe("");
  });

  test.each([
    ["all sampled", {}, 1],
    ["keepFailures", { FCRT_TRACE_KEEP_FAILURES: "on" }, 1],
  ])("%s: each invocation has one root span of kind SERVER", async (_what, env, count) => {
    const child = await serving("own-sdk.cjs", {
      nodeOptions: ["--require", trace],
      env: { ...stdout, ...env },
    });
    const requestId = randomUUID();
    await sendTo(child.port, httpInvoke("GET", "/", { "x-fc-request-id": requestId }));
    const exported = await exportedWith(requestId, child);
    const roots = exported.filter((span) => span.requestId === requestId);
    expect(roots.map(({ kind }) => kind)).toEqual(Array.from({ length: count }, () => 1));
  });
});

test.each([
  ["serve", "--import"],
  ["serve", "--require"],
  ["adopt", "--import"],
  ["adopt", "--require"],
])(
  "an application that gives tracing() to %s, %s: its options hold, one root span",
  async (way, flag) => {
    const child = await serving("calls-tracing.mjs", {
      nodeOptions: [flag, trace],
      env: { OTEL_TRACES_EXPORTER: "none", WAY: way },
    });
    await child.line("listens");
    const requestId = randomUUID();
    const { root, span, rows } = await familyOf(child, requestId);
    expect(root.service).toBe("by-call");
    expect(root.attribute).toMatchObject({ "http.response.header.x-answer": ["told"] });
    expect(rows).toHaveLength(2);
    expect(span("inner").parentSpanID).toBe(root.spanID);
    expect(child.stderr).toBe("");
  },
);

test("all kinds are traced, in an application that answers all of them itself", async () => {
  const child = await serving("user.cjs", { nodeOptions: ["--require", trace], env: stdout });
  const requests = {
    invoke: invoke(),
    initialize: hook("initialize"),
    "pre-stop": hook("pre-stop"),
  };
  for (const [kind, request] of Object.entries(requests)) {
    const requestId = randomUUID();
    const headers = { ...request.headers, "x-fc-request-id": requestId };
    await sendTo(child.port, { ...request, headers });
    await until(() => child.stdout.includes(endOf(requestId).slice(-36)), "its end");
    const own = child.lines.filter((line) => line.includes(requestId) && line.includes('"host":'));
    expect(own.some((line) => line.includes(`"fc.invocation.kind\\":\\"${kind}\\"`))).toBe(true);
  }
});

test("nothing is sent or said by a program that serves nothing", async () => {
  const child = await startChild(`${fixtures}no-server.mjs`, {
    nodeOptions: ["--import", trace],
    env: stdout,
  });
  expect(await exitOf(child)).toBe(0);
  expect(child.stdout).toBe("done\n");
  expect(child.stderr).toBe("");
});

describe("a wrong environment is told in a sentence, and the application answers", () => {
  test.each([
    [
      "OTEL_TRACES_EXPORTER",
      "jaeger",
      /^(FCRT_OPTION_INVALID: )?Expected `OTEL_TRACES_EXPORTER` to be one of .+, got `"jaeger"`$/,
    ],
    [
      "FCRT_TRACE_FLUSH",
      "often",
      /^(FCRT_OPTION_INVALID: )?Expected `FCRT_TRACE_FLUSH` to be one of .+, got `"often"`$/,
    ],
    [
      "OTEL_TRACES_SAMPLER",
      "sometimes",
      /^(FCRT_OPTION_INVALID: )?Expected `OTEL_TRACES_SAMPLER` to be one of .+, got `sometimes`$/,
    ],
    [
      "OTEL_TRACES_SAMPLER_ARG",
      "2",
      /^(FCRT_OPTION_INVALID: )?Expected `OTEL_TRACES_SAMPLER_ARG` to be a number from 0 to 1, got `2`$/,
    ],
  ])("%s=%s", async (name, value, sentence) => {
    const sampler = name.endsWith("_ARG") ? { OTEL_TRACES_SAMPLER: "traceidratio" } : {};
    const child = await serving("user.cjs", {
      nodeOptions: ["--require", trace],
      env: { ...stdout, ...sampler, [name]: value },
    });
    for (let count = 0; count < 2; count += 1)
      expect(await sendTo(child.port, httpInvoke())).toMatchObject({
        status: 200,
        fcStatus: "200",
      });
    await until(() => child.stdout.split("FC Invoke End").length > 2, "both ends");
    const complaints = child.lines.filter((line) => /\[(WARN|ERROR)\]/.test(line));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]?.replace(/^\S+ \S+ \[\w+\] /, "")).toMatch(sentence);
    expect(child.stdout).not.toMatch(/^\S* ?\S* ?\S* +at /m);
    expect(child.stderr).toBe("");
  });
});

test("the credentials of the invocation are nowhere in what is written", async () => {
  const child = await serving("user.cjs", { nodeOptions: ["--require", trace], env: stdout });
  await familyOf(child, randomUUID());
  for (const secret of Object.values(canary)) expect(child.stdout).not.toContain(secret);
});

interface Exported {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent?: string;
  readonly requestId?: string;
}

/** What is exported by the time that the root span is, the last of its invocation. The pipe may be slower than the answer. */
async function exportedWith(
  requestId: string,
  child: Pick<Child, "lines">,
): Promise<readonly Exported[]> {
  const isThere = (): boolean => exportedBy(child).some((span) => span.requestId === requestId);
  await until(isThere, "the root span");
  return exportedBy(child);
}

function exportedBy({ lines }: Pick<Child, "lines">): Exported[] {
  return lines
    .filter((line) => line.startsWith("EXPORTED "))
    .map((line) => JSON.parse(line.slice("EXPORTED ".length)) as Exported);
}
