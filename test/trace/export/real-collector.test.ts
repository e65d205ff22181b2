import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { hasRotel, startRotel } from "../../support/collector-rotel.ts";
import { startCollector, expectSpans } from "../../support/collector.ts";
import { canary, platformHeaders, requestIds } from "../../support/platform-request.ts";
import { invocation, send, traced } from "./program.ts";

const stdout = captureStdout();
afterEach(() => vi.unstubAllEnvs());

const minute = 60_000_000_000n;
const remote = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const encodings = [
  { encoding: "plain", gzip: false },
  { encoding: "gzip", gzip: true },
];
const presets = [
  { preset: "otlp", path: "/v1/traces" },
  { preset: "sls", path: "/opentelemetry/v1/traces" },
] as const;

describe.skipIf(!hasRotel).each(presets)(
  "rotel, sent to by the preset $preset",
  ({ preset, path }) => {
    test.each(encodings)("understands everything, $encoding", async ({ gzip }) => {
      const sink = await startCollector();
      const rotel = await startRotel(path, sink.origin);
      const exporter =
        preset === "otlp"
          ? ({ type: preset, url: rotel + path, gzip } as const)
          : ({ type: preset, endpoint: rotel, project: "p", instance: "i", gzip } as const);
      vi.stubEnv(
        "OTEL_RESOURCE_ATTRIBUTES",
        "deployment.environment.name=test,service.version=1.2",
      );
      const runtime = await traced({ exporter, flushTimeout: 60_000 }, { invoke: application });

      const answer = await send(
        runtime,
        invocation(requestIds.fc3, {
          headers: {
            traceparent: `00-${remote.traceId}-${remote.spanId}-01`,
            tracestate: "a=1,b=2",
          },
        }),
      );

      expect(answer).toMatchObject({ status: 404, fcStatus: "404" });
      await expectSpans(sink, 3);
      const root = named(sink.spans, "my-function");
      const child = named(sink.spans, "charge");
      const grandchild = named(sink.spans, "notify");
      expect(root).toMatchObject({
        traceId: remote.traceId,
        parentSpanId: remote.spanId,
        traceState: "a=1,b=2",
        kind: "SERVER",
        status: { code: "ERROR", message: "no money" },
        scope: { name: "@fcrt/trace" },
      });
      expect(root.attributes).toMatchObject({
        "faas.invocation_id": requestIds.fc3,
        "faas.invocation.id": requestIds.fc3,
        "faas.coldstart": true,
        "faas.trigger": "other",
        "faas.max_memory": 512 * 1024 * 1024,
        "cloud.region": "cn-hangzhou",
        "fc.invocation.retry_count": 0,
        "error.type": "PaymentError",
      });
      expect(root.events).toMatchObject([
        {
          name: "exception",
          attributes: {
            "exception.type": "PaymentError",
            "exception.message": "no money",
            "exception.stacktrace": expect.stringMatching(
              /PaymentError: no money\n[^]*the bank is closed/,
            ),
          },
        },
      ]);
      expect(child).toMatchObject({
        traceId: remote.traceId,
        parentSpanId: root.spanId,
        kind: "CLIENT",
        status: { code: "OK", message: "" },
        attributes: { text: "größer 象", whole: -42, fraction: 1.5, yes: true, list: ["a", "b"] },
        links: [{ traceId: remote.traceId, spanId: remote.spanId, attributes: { why: "test" } }],
        scope: { name: "application", version: "3.4.5" },
      });
      expect(child.events).toMatchObject([{ name: "half way", attributes: { percent: 50 } }]);
      expect(grandchild).toMatchObject({
        parentSpanId: child.spanId,
        kind: "PRODUCER",
        status: { code: "UNSET" },
      });
      expect(root.resource).toMatchObject({
        "service.name": "my-function",
        "service.version": "1.2",
        "deployment.environment.name": "test",
        "cloud.provider": "alibaba_cloud",
        "cloud.platform": "alibaba_cloud_fc",
      });
      for (const { start, end } of sink.spans)
        expect(end >= start && end - start < minute).toBe(true);
      expectNoSecretIn(...sink.posts.map(({ body }) => body.toString("latin1")), stdout.text);
    });
  },
);

function application(): never {
  const tracer = trace.getTracer("application", "3.4.5");
  const options = {
    kind: SpanKind.CLIENT,
    attributes: { text: "größer 象", whole: -42, fraction: 1.5, yes: true, list: ["a", "b"] },
    links: [{ context: { ...remote, traceFlags: 1 }, attributes: { why: "test" } }],
  };
  tracer.startActiveSpan("charge", options, (span) => {
    span.addEvent("half way", { percent: 50 });
    tracer.startSpan("notify", { kind: SpanKind.PRODUCER }).end();
    span.setStatus({ code: SpanStatusCode.OK }).end();
  });
  const error = new Error("no money", { cause: new Error("the bank is closed") });
  error.name = "PaymentError";
  throw error;
}

function named<Span extends { readonly name: string }>(spans: readonly Span[], name: string): Span {
  const found = spans.filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

function expectNoSecretIn(...texts: readonly string[]): void {
  expect(platformHeaders["x-fc-access-key-secret"]).toBe(canary.accessKeySecret);
  for (const text of texts)
    for (const secret of Object.values(canary)) expect(text).not.toContain(secret);
}
