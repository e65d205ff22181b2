import type { TracingOptions } from "@fcrt/trace";
import { context, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import { SamplingDecision } from "@opentelemetry/sdk-trace-base";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { silent, startCollector } from "../../support/collector.ts";
import { httpInvoke } from "../../support/platform-request.ts";
import { invocation, send, traced, wave, expectNoneToBeLate } from "./program.ts";

const stdout = captureStdout();
afterEach(() => expectNoneToBeLate(stdout.text));
afterEach(() => vi.unstubAllEnvs());

const off = { traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-00` };
const on = { traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };
const none = {};
const jaeger = {
  on: { "x-fc-tracing-opentracing-span-context": "1:2:0:1" },
  off: { "x-fc-tracing-opentracing-span-context": "1:2:0:0" },
  debug: { "x-fc-tracing-opentracing-span-context": "1:2:0:2" },
};

describe("which invocations are sent", () => {
  test.each([
    { sampler: "", caller: "none", headers: none, sent: true },
    { sampler: "", caller: "on", headers: on, sent: true },
    { sampler: "", caller: "off", headers: off, sent: false },
    { sampler: "", caller: "Jaeger on", headers: jaeger.on, sent: true },
    { sampler: "", caller: "Jaeger off", headers: jaeger.off, sent: false },
    { sampler: "", caller: "Jaeger debug", headers: jaeger.debug, sent: true },
    { sampler: "always_on", caller: "off", headers: off, sent: true },
    { sampler: "always_off", caller: "on", headers: on, sent: false },
    { sampler: "always_off", caller: "none", headers: none, sent: false },
    { sampler: "parentbased_always_on", caller: "off", headers: off, sent: false },
    { sampler: "parentbased_always_off", caller: "none", headers: none, sent: false },
    { sampler: "parentbased_always_off", caller: "on", headers: on, sent: true },
    { sampler: "PARENTBASED_ALWAYS_OFF", caller: "none", headers: none, sent: false },
    { sampler: "traceidratio", argument: "0", caller: "on", headers: on, sent: false },
    { sampler: "traceidratio", argument: "1", caller: "off", headers: off, sent: true },
    {
      sampler: "parentbased_traceidratio",
      argument: "0",
      caller: "none",
      headers: none,
      sent: false,
    },
    { sampler: "parentbased_traceidratio", argument: "0", caller: "on", headers: on, sent: true },
    {
      sampler: "parentbased_traceidratio",
      argument: "1",
      caller: "off",
      headers: off,
      sent: false,
    },
  ])(
    "OTEL_TRACES_SAMPLER $sampler $argument, the caller's flag $caller: $sent",
    async ({ sampler, argument = "", headers, sent }) => {
      vi.stubEnv("OTEL_TRACES_SAMPLER", sampler);
      vi.stubEnv("OTEL_TRACES_SAMPLER_ARG", argument);
      const { collector, runtime } = await start();

      await send(runtime, invocation("request-1", { headers }));
      await runtime.close();

      expect(collector.spans.map(({ name }) => name)).toEqual(sent ? ["work", "my-function"] : []);
      expect(collector.posts).toHaveLength(sent ? 1 : 0);
      expect(stdout.text).not.toContain("[WARN]");
    },
  );

  test("a ratio is that of the invocations, each whole or not at all", async () => {
    vi.stubEnv("OTEL_TRACES_SAMPLER", "traceidratio");
    vi.stubEnv("OTEL_TRACES_SAMPLER_ARG", "0.5");
    const { collector, runtime } = await start();

    await wave(runtime, "request", 200);

    const roots = collector.spans.filter(({ kind }) => kind === "SERVER");
    const works = collector.spans.filter(({ kind }) => kind === "INTERNAL");
    expect(works.map(({ traceId }) => traceId).toSorted()).toEqual(
      roots.map(({ traceId }) => traceId).toSorted(),
    );
    // The ids lead from the request ids, so this is no matter of luck.
    expect(roots.length).toBeGreaterThan(50);
    expect(roots.length).toBeLessThan(150);
  });

  test.each([
    { sampler: "sometimes", argument: "" },
    { sampler: "traceidratio", argument: "2" },
    { sampler: "traceidratio", argument: "half" },
  ])("$sampler $argument is told, and all are sent", async ({ sampler, argument }) => {
    vi.stubEnv("OTEL_TRACES_SAMPLER", sampler);
    vi.stubEnv("OTEL_TRACES_SAMPLER_ARG", argument);
    const { collector, runtime } = await start();

    await send(runtime, invocation("request-1"));

    expect(collector.spans).toHaveLength(2);
    expect(stdout.lines.filter((line) => line.includes("[WARN]"))).toEqual([
      expect.stringMatching(/Expected `OTEL_TRACES_SAMPLER(_ARG)?` to be .*, got `/),
    ]);
  });

  test("a sampler of the user's goes before the environment", async () => {
    vi.stubEnv("OTEL_TRACES_SAMPLER", "always_off");
    const sampler: TracingOptions["sampler"] = {
      shouldSample: (_context, _traceId, name) => ({
        decision: name.includes("secret")
          ? SamplingDecision.NOT_RECORD
          : SamplingDecision.RECORD_AND_SAMPLED,
      }),
    };
    const { collector, runtime } = await start({ sampler });

    await send(runtime, httpInvoke("GET", "/open"));
    await send(runtime, httpInvoke("GET", "/secret"));

    const roots = collector.spans.filter(({ kind }) => kind === "SERVER");
    expect(roots.map(({ name }) => name)).toEqual(["GET /open"]);
  });
});

describe("an invocation that is not sampled", () => {
  test("waits for nothing: 200 at once beside a collector that is silent", async () => {
    const { collector, runtime } = await start();
    collector.answering = silent;

    await wave(runtime, "request", 200, { ...off, "x-fc-function-timeout": "600" });

    expect(collector.posts).toEqual([]);
  });

  test("counts all the same: its ERROR makes it fail", async () => {
    const { collector, runtime } = await start();

    expect(
      await send(runtime, invocation("request-1", { headers: off, body: "status" })),
    ).toMatchObject({
      fcStatus: "404",
    });

    await runtime.close();
    expect(collector.posts).toEqual([]);
  });
});

describe("with `keepFailures`", () => {
  test.each([
    { how: "by the option", options: { keepFailures: true }, variable: "" },
    { how: "by the variable", options: {}, variable: "on" },
  ])(
    "set $how, a failed invocation that is not sampled is sent whole",
    async ({ options, variable }) => {
      vi.stubEnv("FCRT_TRACE_KEEP_FAILURES", variable);
      const { collector, runtime } = await start(options);

      await send(runtime, invocation("good", { headers: off }));
      expect(collector.posts).toEqual([]);
      await send(runtime, invocation("bad", { headers: off, body: "fail" }));

      expect(collector.spans.map(({ name }) => name)).toEqual(["work", "my-function"]);
      const [work, root] = collector.spans;
      expect(work).toMatchObject({
        parentSpanId: root?.spanId,
        traceId: root?.traceId,
        attributes: { size: 3 },
      });
      expect(root).toMatchObject({
        status: { code: "ERROR" },
        attributes: { "faas.invocation_id": "bad", "faas.name": "my-function" },
        events: [{ name: "exception" }],
      });
    },
  );

  test("of 200 at once, half of them failed, exactly these are sent", async () => {
    const { collector, runtime } = await start({ keepFailures: true });
    const ids = Array.from({ length: 200 }, (_, index) => `request-${index}`);

    await Promise.all(
      ids.map((id, index) =>
        send(runtime, invocation(id, { headers: off, body: index % 2 === 0 ? "fail" : "" })),
      ),
    );

    const roots = collector.spans.filter(({ kind }) => kind === "SERVER");
    expect(
      roots.map(({ attributes }) => String(attributes["faas.invocation_id"])).toSorted(),
    ).toEqual(ids.filter((_, index) => index % 2 === 0).toSorted());
    expect(collector.spans).toHaveLength(200);
  });

  test("what the callee is told is still that the trace is not sampled", async () => {
    const { collector, runtime } = await start({ keepFailures: true });

    const answer = await send(runtime, invocation("flags", { headers: off, body: "flags" }));

    expect(answer.body).toBe(String(TraceFlags.NONE));
    expect(collector.posts).toEqual([]);
  });

  test("a span that ends after its failed invocation goes with the next flush", async () => {
    const { collector, runtime } = await start({ keepFailures: true });

    await send(runtime, invocation("late", { headers: off, body: "late" }));
    await send(runtime, invocation("next", { headers: on }));

    expect(collector.spans.map(({ name }) => name)).toContain("ends late");
  });

  test("without it nothing is kept", async () => {
    const { collector, runtime } = await start();

    await send(runtime, invocation("bad", { headers: off, body: "fail" }));
    await runtime.close();

    expect(collector.posts).toEqual([]);
  });
});

async function start(options: Omit<TracingOptions, "exporter"> = {}) {
  const collector = await startCollector();
  const exporter = { type: "otlp", url: collector.url } as const;
  const runtime = await traced(
    { exporter, flushTimeout: 60_000, ...options },
    {
      invoke(event) {
        const tracer = trace.getTracer("application");
        tracer.startSpan("work", { attributes: { size: 3 } }).end();
        const root = trace.getSpan(context.active());
        if (event.text() === "status")
          root?.setStatus({ code: SpanStatusCode.ERROR, message: "as the span says" });
        if (event.text() === "flags") return root?.spanContext().traceFlags;
        if (event.text() === "late") {
          const late = tracer.startSpan("ends late");
          setImmediate(() => setImmediate(() => late.end()));
        }
        if (event.text() === "fail" || event.text() === "late") throw new Error("asked to fail");
        return "done";
      },
      http: (_request, response) => void response.end("done"),
    },
  );
  return { collector, runtime };
}
