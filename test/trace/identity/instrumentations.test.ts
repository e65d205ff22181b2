import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { SpanKind, trace } from "@opentelemetry/api";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-base";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import { describe, expect, onTestFinished, test } from "vitest";
import { serveBare } from "../../adopt/adopted.ts";
import { endOf, until } from "../../process/program.ts";
import { captureStdout } from "../../support/captured-stdout.ts";
import { httpInvoke, invoke, requestIds, sendTo } from "../../support/platform-request.ts";
import { familyOf, serving } from "./program.ts";
import { rowsIn } from "./rows.ts";
import { serveTraced } from "./traced.ts";

captureStdout();

describe.each([
  ["serve", "late"],
  ["serve", "early"],
  ["adopt", "late"],
  ["adopt", "early"],
])("with %s, instrumented %s", (way, instrumented) => {
  test("what node:http and fetch send are children of the root span, and carry the trace on", async () => {
    const upstream = await serveUpstream();
    const child = await serving("instrumented.cjs", {
      env: { WAY: way, INSTRUMENTED: instrumented, UPSTREAM: upstream.url },
    });
    await child.line("listens");
    const requestId = randomUUID();
    const { root, rows, answer } = await familyOf(child, requestId);

    expect(answer).toMatchObject({ fcStatus: "200", body: "asked" });
    const servers = rowsIn(child.lines).filter(({ kind }) => kind === "server");
    expect(servers.map(({ spanID }) => spanID)).toEqual([root.spanID]);
    expect(rows.map(({ kind }) => kind).toSorted()).toEqual(["client", "client", "server"]);
    const clients = rows.filter(({ kind }) => kind === "client");
    expect(clients.map(({ scope }) => scope).toSorted()).toEqual([
      "@opentelemetry/instrumentation-http",
      "@opentelemetry/instrumentation-undici",
    ]);
    for (const { parentSpanID, traceID } of clients)
      expect({ parentSpanID, traceID }).toEqual({
        parentSpanID: root.spanID,
        traceID: root.traceID,
      });
    expect(
      upstream.received.map(({ headers }) => String(headers["traceparent"])).toSorted(),
    ).toEqual(clients.map(({ traceID, spanID }) => `00-${traceID}-${spanID}-01`).toSorted());
    expect(child.stderr).toBe("");
  });

  test("the requests that bring the spans to a collector have no spans, and carry no trace", async () => {
    const upstream = await serveUpstream();
    const collector = await serveUpstream();
    const child = await serving("instrumented.cjs", {
      env: {
        WAY: way,
        INSTRUMENTED: instrumented,
        UPSTREAM: upstream.url,
        COLLECTOR: `${collector.url}/v1/traces`,
      },
    });
    await child.line("listens");
    for (let count = 0; count < 3; count += 1) {
      const requestId = randomUUID();
      await sendTo(child.port, httpInvoke("GET", "/", { "x-fc-request-id": requestId }));
      await until(() => child.stdout.includes(endOf(requestId)), "the end");
    }
    child.process.kill("SIGTERM");
    await child.exited;
    expect(collector.received.length).toBeGreaterThan(0);
    for (const { headers } of collector.received) expect(headers).not.toHaveProperty("traceparent");
    const exported = Buffer.concat(collector.bodies).toString("latin1");
    expect(exported.split("/via-http").length).toBeGreaterThan(3);
    expect(exported).not.toContain("/v1/traces");
    expect(exported).not.toContain(new URL(collector.url).port);
  });
});

test("an exporter of the user's own that asks over fetch is not traced either", async () => {
  const collector = await serveUpstream();
  const memory = new InMemorySpanExporter();
  const exporter: SpanExporter = {
    export(spans, done) {
      void fetch(collector.url, { method: "POST", body: "spans" })
        .then(async (answer) => answer.text())
        .then(() => memory.export(spans, done));
    },
    shutdown: async () => {},
  };
  const undici = new UndiciInstrumentation();
  onTestFinished(() => undici.disable());
  const runtime = await serveTraced(
    { invoke: async () => (await fetch(collector.url)).text() },
    { exporter, instrumentations: [undici] },
  );
  for (let count = 0; count < 3; count += 1) await sendTo(runtime.port, invoke());
  await runtime.close();
  const spans = memory.getFinishedSpans();
  expect(spans.map(({ kind }) => SpanKind[kind]).toSorted()).toEqual([
    "CLIENT",
    "CLIENT",
    "CLIENT",
    "SERVER",
    "SERVER",
    "SERVER",
  ]);
  const posts = collector.received.filter(({ method }) => method === "POST");
  expect(posts).toHaveLength(3);
  for (const { headers } of posts) expect(headers).not.toHaveProperty("traceparent");
});

test("a client span in a span of the user's own is below that one", async () => {
  const upstream = await serveUpstream();
  const undici = new UndiciInstrumentation();
  onTestFinished(() => undici.disable());
  const runtime = await serveTraced(
    {
      invoke: async () =>
        trace.getTracer("app").startActiveSpan("charge", async (span) => {
          await (await fetch(upstream.url)).text();
          span.end();
        }),
    },
    { instrumentations: [undici] },
  );
  await sendTo(runtime.port, invoke());
  const charge = runtime.spans().find(({ name }) => name === "charge");
  const client = runtime.spans().find(({ kind }) => kind === SpanKind.CLIENT);
  expect(charge?.parentSpanContext?.spanId).toBe(
    runtime.rootOf(requestIds.fc3).spanContext().spanId,
  );
  expect(client?.parentSpanContext?.spanId).toBe(charge?.spanContext().spanId);
});

test("an unsampled trace is carried on as such", async () => {
  const upstream = await serveUpstream();
  const undici = new UndiciInstrumentation();
  onTestFinished(() => undici.disable());
  const runtime = await serveTraced(
    { invoke: async () => (await fetch(upstream.url)).text() },
    { instrumentations: [undici] },
  );
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
  await sendTo(runtime.port, invoke("{}", { traceparent }));
  await runtime.close();
  expect(upstream.received[0]?.headers["traceparent"]).toMatch(
    /^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-00$/,
  );
  expect(runtime.spans()).toEqual([]);
});

interface Upstream {
  readonly url: string;
  readonly received: readonly IncomingMessage[];
  readonly bodies: readonly Buffer[];
}

async function serveUpstream(): Promise<Upstream> {
  const received: IncomingMessage[] = [];
  const bodies: Buffer[] = [];
  const port = await serveBare((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const body = Buffer.concat(chunks);
      received.push(request);
      bodies.push(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
      response.end();
    });
  });
  return { url: `http://127.0.0.1:${port}`, received, bodies };
}
