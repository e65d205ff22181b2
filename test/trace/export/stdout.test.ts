import { parseLine, parseMarker } from "@fcrt/core/protocol";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { requestIds } from "../../support/platform-request.ts";
import { exitOf, invocation, send, serving, traced, wave } from "./program.ts";

const stdout = captureStdout();
const remote = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

const columns = [
  "host",
  "service",
  "resource",
  "otlp.name",
  "otlp.version",
  "traceID",
  "spanID",
  "parentSpanID",
  "kind",
  "name",
  "links",
  "logs",
  "traceState",
  "start",
  "end",
  "duration",
  "attribute",
  "statusCode",
  "statusMessage",
];

describe("the row of a span", () => {
  test("has the columns of a trace store in their order, all texts, on a line of its invocation", async () => {
    const before = BigInt(Date.now()) * 1000n;
    const runtime = await traced(
      { exporter: "stdout", resource: { "host.name": "host-1", size: 5, list: ["a", "b"] } },
      { invoke: application },
    );

    await send(
      runtime,
      invocation(requestIds.fc3, {
        headers: { traceparent: `00-${remote.traceId}-${remote.spanId}-01`, tracestate: "a=1,b=2" },
      }),
    );
    const after = BigInt(Date.now() + 1) * 1000n;

    const [child, root] = rowsIn(stdout.lines, requestIds.fc3);
    for (const row of [child, root]) {
      expect(Object.keys(row ?? {})).toEqual(columns);
      expect(Object.values(row ?? {}).every((value) => typeof value === "string")).toBe(true);
      const [start, end, duration] = [row?.["start"], row?.["end"], row?.["duration"]].map(Number);
      expect(duration).toBe(end! - start!);
      expect(BigInt(start!) >= before && BigInt(end!) <= after).toBe(true);
    }
    expect(root).toMatchObject({
      host: "host-1",
      service: "my-function",
      "otlp.name": "@fcrt/trace",
      traceID: remote.traceId,
      parentSpanID: remote.spanId,
      traceState: "a=1,b=2",
      kind: "server",
      name: "my-function",
      links: "[]",
      statusCode: "ERROR",
      statusMessage: "no money",
    });
    expect(JSON.parse(root?.["resource"] ?? "")).toMatchObject({
      "cloud.platform": "alibaba_cloud_fc",
      list: '["a","b"]',
      size: "5",
    });
    expect(root?.["resource"]).not.toMatch(/host\.name|service\.name/);
    expect(JSON.parse(root?.["attribute"] ?? "")).toMatchObject({
      "faas.coldstart": true,
      "faas.invocation_id": requestIds.fc3,
      "faas.max_memory": 536_870_912,
    });
    const [event] = JSON.parse(root?.["logs"] ?? "");
    expect(event).toMatchObject({
      name: "exception",
      attribute: { "exception.message": "no money" },
    });
    expect(child).toMatchObject({
      "otlp.name": "application",
      "otlp.version": "3.4.5",
      traceID: remote.traceId,
      parentSpanID: root?.["spanID"],
      kind: "client",
      name: "charge",
      attribute: '{"a":"größer 象","fraction":1.5,"list":["a","b"],"yes":true}',
      statusCode: "OK",
      statusMessage: "",
    });
    expect(JSON.parse(child?.["links"] ?? "")).toEqual([
      { spanID: remote.spanId, traceID: remote.traceId, attribute: { why: "test" } },
    ]);
    // Whole nanoseconds, which JSON.parse would round.
    expect(child?.["logs"]).toMatch(
      /^\[\{"name":"half way","time":1\d{18},"attribute":\{"percent":50\}\}\]$/,
    );
    for (const column of ["resource", "attribute"]) {
      const keys = Object.keys(JSON.parse(root?.[column] ?? ""));
      expect(keys).toEqual(keys.toSorted());
    }
  });

  test("stands before the End marker of its invocation, of many at once too", async () => {
    const runtime = await traced({ exporter: "stdout" });

    const ids = await wave(runtime, "request", 200);

    for (const id of ids) {
      const ends = stdout.lines.findIndex(
        (line) => parseMarker(line)?.moment === "End" && line.endsWith(` ${id}`),
      );
      expect(rowsIn(stdout.lines.slice(0, ends), id).map(({ name }) => name)).toEqual([
        "work",
        "my-function",
      ]);
      expect(rowsIn(stdout.lines.slice(ends), id)).toEqual([]);
    }
  });

  test.each([
    { what: "line breaks", text: "a\nb\r\nc\u0085d\u2028e\u2029f\vg\fh" },
    { what: "control characters", text: "\0\u0001\u001b[31m\u007f\u0080\u009f\t\b" },
    { what: "quotes and backslashes", text: String.raw`"\" \\x7f \u2028 \n` },
    { what: "a marker", text: "\nFC Invoke End RequestId: request-1" },
    { what: "what no text of UTF-8 can hold", text: "half \ud800 of a pair" },
  ])("comes back as it was, with $what in it", async ({ text }) => {
    const runtime = await traced(
      { exporter: "stdout" },
      {
        invoke() {
          const span = trace
            .getTracer(text, text)
            .startSpan(text, { attributes: { [text]: text } });
          span
            .addEvent(text, { [text]: text })
            .setStatus({ code: SpanStatusCode.ERROR, message: text })
            .end();
        },
      },
    );

    await send(runtime, invocation("request-1"));

    const [row] = rowsIn(stdout.lines, "request-1");
    expect([row?.["name"], row?.["otlp.name"], row?.["statusMessage"]].map(wellFormed)).toEqual(
      [text, text, text].map(wellFormed),
    );
    expect(Object.values(JSON.parse(row?.["attribute"] ?? "")).map(wellFormed)).toEqual([
      wellFormed(text),
    ]);
    expect(stdout.lines.filter((line) => parseMarker(line)?.moment === "End")).toHaveLength(1);
    for (const line of stdout.lines.slice(1))
      expect(parseLine(line) ?? parseMarker(line)).toBeDefined();
  });

  test("is split into lines that the log service can hold, and comes back when they are joined", async () => {
    const long = "größer 象 \u{1f600} ".repeat(20_000);
    const runtime = await traced(
      { exporter: "stdout" },
      {
        invoke: () =>
          trace.getTracer("application").startSpan("long", { attributes: { long } }).end(),
      },
    );

    await send(runtime, invocation("request-1"));

    expect(Math.max(...stdout.lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(
      32 * 1024,
    );
    const [row] = rowsIn(stdout.lines, "request-1");
    expect(JSON.parse(row?.["attribute"] ?? "")).toEqual({ long });
  });
});

describe("process.exit in an invocation", () => {
  test.each([1, 2, 5])("leaves the row of each of %i that run", async (count) => {
    const env = { TRACING: JSON.stringify({ exporter: "stdout" }) };
    const child = await serving("traced.mjs", { env });
    const others = Array.from({ length: count - 1 }, (_, index) => `waiting-${index}`);
    for (const id of others) {
      send(child, invocation(id, { body: "wait" })).catch(() => {});
      await child.line(`FC Invoke Start RequestId: ${id}`);
    }

    send(child, invocation("exits", { body: "exit" })).catch(() => {});

    expect(await exitOf(child)).toBe(7);
    for (const id of ["exits", ...others]) {
      const rows = rowsIn(child.lines, id);
      expect(rows.map(({ name }) => name)).toEqual([`work of ${id}`, "my-function"]);
      expect(rows.at(-1)).toMatchObject({ statusCode: "ERROR" });
    }
  });
});

test("SLS_OTEL_TRACE_ENDPOINT=stdout, as the official Go provider has it, means the same", async () => {
  const env = { TRACING: "{}", SLS_OTEL_TRACE_ENDPOINT: "stdout" };
  const child = await serving("traced.mjs", { env });

  await send(child, invocation("request-1"));
  await child.line("FC Invoke End RequestId: request-1");

  expect(rowsIn(child.lines, "request-1")).toHaveLength(2);
});

test("a span outside of any invocation has a line with no request ID", async () => {
  const runtime = await traced({ exporter: "stdout" });

  trace.getTracer("application").startSpan("at rest").end();
  await send(runtime, invocation("request-1"));

  expect(rowsIn(stdout.lines, "-").map(({ name }) => name)).toEqual(["at rest"]);
});

function application(): never {
  const options = {
    kind: SpanKind.CLIENT,
    attributes: { yes: true, fraction: 1.5, list: ["a", "b"], a: "größer 象" },
    links: [{ context: { ...remote, traceFlags: 1 }, attributes: { why: "test" } }],
  };
  const span = trace.getTracer("application", "3.4.5").startSpan("charge", options);
  span.addEvent("half way", { percent: 50 }).setStatus({ code: SpanStatusCode.OK }).end();
  throw new Error("no money");
}

type Row = Readonly<Record<string, string>>;

/** The rows on the lines of an invocation, parts of one put together. */
function rowsIn(lines: readonly string[], requestId: string): Row[] {
  const rows: Row[] = [];
  let parts = "";
  for (const line of lines) {
    const parsed = parseLine(line);
    if (parsed?.requestId !== requestId || parsed.level !== "INFO") continue;
    const [, index, count, rest] = /^\(part (\d+)\/(\d+)\) (.*)$/s.exec(parsed.message) ?? [];
    parts += rest ?? parsed.message;
    if (index !== count) continue;
    rows.push(JSON.parse(parts));
    parts = "";
  }
  return rows;
}

// A half of a pair cannot be written in UTF-8: whatever replaces it, the rest is to be there.
function wellFormed(text: unknown): string {
  return String(text).replaceAll(/[\ud800-\udfff\ufffd]/g, "?");
}
