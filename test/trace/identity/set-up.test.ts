import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { adopt, serve } from "@fcrt/core";
import { spanOf, traceIdOf, tracing } from "@fcrt/trace";
import type { TracingOptions } from "@fcrt/trace";
import {
  context,
  createContextKey,
  diag,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Context, TextMapPropagator } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
} from "@opentelemetry/sdk-trace-base";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { httpInvoke, invoke, requestIds, sendTo } from "../../support/platform-request.ts";
import { adoptTraced, call, forgetGlobalsAfterTest, rootAmong, serveTraced } from "./traced.ts";
import type { Traced } from "./traced.ts";

const captured = captureStdout();

describe("an application that has registered", () => {
  test("a provider: its spans and ours go to it, nested right, before the answer", async () => {
    const own = new InMemorySpanExporter();
    registerProvider(own);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const runtime = await serveNesting();
    for (let count = 0; count < 3; count += 1) {
      const requestId = randomUUID();
      own.reset();
      expect(await call(runtime, requestId)).toMatchObject({ fcStatus: "200", body: "nested" });
      const root = rootAmong(own.getFinishedSpans(), requestId);
      const [outer, inner] = ["outer", "inner"].map((name) =>
        own.getFinishedSpans().find((span) => span.name === name),
      );
      expect(outer?.parentSpanContext?.spanId).toBe(root.spanContext().spanId);
      expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
      expect(root.resource.attributes).not.toHaveProperty("cloud.platform");
      expect(traceIdOf(requestId)).toBe(root.spanContext().traceId);
      expect(spanOf(requestId)).toBeUndefined();
    }
    expect(runtime.spans()).toEqual([]);
  });

  test("a provider alone: the context manager and the propagators are ours", async () => {
    const own = new InMemorySpanExporter();
    registerProvider(own);
    const runtime = await serveNesting();
    const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    expect(await call(runtime, requestIds.uuid, headers)).toMatchObject({ body: "nested" });
    expect(rootAmong(own.getFinishedSpans(), requestIds.uuid).parentSpanContext).toMatchObject({
      spanId: "b7ad6b7169203331",
    });
    expect(own.getFinishedSpans()).toHaveLength(3);
  });

  test("a provider: status and failure are mirrored both ways", async () => {
    const own = new InMemorySpanExporter();
    registerProvider(own);
    const runtime = await serveTraced({
      invoke: (event) => {
        if (event.text() === "throw") throw new TypeError("boom");
        trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: "no stock" });
      },
    });
    for (const [body, message] of [
      ["throw", "boom"],
      ["status", "no stock"],
    ] as const) {
      own.reset();
      const answer = await sendTo(runtime.port, invoke(body));
      expect(answer).toMatchObject({ status: 404, fcStatus: "404" });
      expect(rootAmong(own.getFinishedSpans(), requestIds.fc3).status).toEqual({
        code: SpanStatusCode.ERROR,
        message,
      });
    }
  });

  test.each<[string, () => Promise<void>]>([
    ["never comes back", () => new Promise(() => {})],
    ["rejects", async () => Promise.reject(new Error("collector is down"))],
    [
      "throws",
      () => {
        throw new Error("no flush today");
      },
    ],
  ])("a provider whose forceFlush %s: the answer comes all the same", async (_what, forceFlush) => {
    const provider = providerOf(new InMemorySpanExporter());
    let flushes = 0;
    Object.assign(provider, {
      // At the stop all is well again.
      forceFlush: async () => (flushes++ === 0 ? forceFlush() : undefined),
    });
    forgetGlobalsAfterTest();
    trace.setGlobalTracerProvider(provider);
    const runtime = await serveTraced({ invoke: () => "done" }, { flushTimeout: 50 });
    expect(await sendTo(runtime.port, invoke())).toMatchObject({ fcStatus: "200", body: "done" });
    expect(flushes).toBe(1);
  });

  test("a provider without forceFlush", async () => {
    const { getTracer } = providerOf(new InMemorySpanExporter());
    const provider = providerOf(new InMemorySpanExporter());
    forgetGlobalsAfterTest();
    trace.setGlobalTracerProvider({ getTracer: getTracer.bind(provider) });
    const runtime = await serveTraced({ invoke: () => "done" });
    expect(await sendTo(runtime.port, invoke())).toMatchObject({ fcStatus: "200", body: "done" });
  });

  test("a context manager alone: the root span is active in it, also later and side by side", async () => {
    forgetGlobalsAfterTest();
    const heard = hearComplaints();
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    const runtime = await serveTraced({
      invoke: async (_event, { requestId }) => {
        await new Promise(setImmediate);
        trace
          .getTracer("app")
          .startSpan("child", { attributes: { made: requestId } })
          .end();
        return String(trace.getActiveSpan() === spanOf(requestId));
      },
      http: (request, response, { requestId }) => {
        request.resume().on("end", () => {
          trace
            .getTracer("app")
            .startSpan("child", { attributes: { made: requestId } })
            .end();
          response.end(String(trace.getActiveSpan() === spanOf(requestId)));
        });
      },
    });
    const ids = Array.from({ length: 40 }, () => randomUUID());
    const answers = await Promise.all(
      ids.map((id, index) => {
        const headers = { "x-fc-request-id": id };
        const request =
          index % 2 ? invoke("{}", headers) : { ...httpInvoke("POST", "/", headers), body: "x" };
        return sendTo(runtime.port, request);
      }),
    );
    expect(answers.map(({ body }) => body)).toEqual(ids.map(() => "true"));
    await runtime.close();
    for (const id of ids) {
      const child = runtime.spans().find(({ attributes }) => attributes["made"] === id);
      expect(child?.parentSpanContext?.spanId).toBe(runtime.rootOf(id).spanContext().spanId);
    }
    expect(heard).toEqual([]);
    expect(captured.text).not.toContain("[WARN]");
    expect(Reflect.get(context, "_getContextManager").call(context)).toBe(manager);
  });

  test("a context manager that had a context: it is left as it was afterwards", async () => {
    forgetGlobalsAfterTest();
    const key = createContextKey("application");
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const runtime = await serveTraced({ invoke: () => "done" });
    await context.with(context.active().setValue(key, 1), async () => {
      await sendTo(runtime.port, invoke());
      expect(context.active().getValue(key)).toBe(1);
      expect(trace.getActiveSpan()).toBeUndefined();
    });
    expect(runtime.rootOf(requestIds.fc3).parentSpanContext).toBeUndefined();
  });

  test("a propagator alone: it reads and writes, and FC's Jaeger header stands in", async () => {
    forgetGlobalsAfterTest();
    const heard = hearComplaints();
    propagation.setGlobalPropagator(ownPropagator);
    const sent: Record<string, string> = {};
    const runtime = await serveTraced({
      invoke: () => propagation.inject(context.active(), sent),
    });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const own = { "x-own-trace": "11111111111111111111111111111111.2222222222222222" };
    await call(runtime, "read", { ...own, traceparent });
    expect(runtime.rootOf("read").parentSpanContext).toMatchObject({ spanId: "2222222222222222" });
    expect(Object.keys(sent)).toEqual(["x-own-trace"]);
    expect(sent["x-own-trace"]).toMatch(/^1{32}\.[\da-f]{16}$/);

    await call(runtime, "absent", { traceparent });
    expect(runtime.rootOf("absent").parentSpanContext).toBeUndefined();
    const jaeger = { "x-fc-tracing-opentracing-span-context": "abc:1f:0:1" };
    await call(runtime, "jaeger", jaeger);
    expect(heard).toEqual([]);
    expect(captured.text).not.toContain("[WARN]");
    expect(runtime.rootOf("jaeger").parentSpanContext).toMatchObject({
      spanId: "000000000000001f",
    });
  });

  test("a propagator that throws harms no invocation", async () => {
    forgetGlobalsAfterTest();
    propagation.setGlobalPropagator({
      ...ownPropagator,
      extract: () => {
        throw new Error("cannot read");
      },
    });
    const runtime = await serveTraced({ invoke: () => "done" });
    expect(await sendTo(runtime.port, invoke())).toMatchObject({ fcStatus: "200", body: "done" });
  });

  test("a diag logger alone: it hears of nothing", async () => {
    forgetGlobalsAfterTest();
    const heard = hearComplaints();
    const runtime = await serveTraced({ invoke: () => "done" });
    await sendTo(runtime.port, invoke());
    expect(runtime.spans()).toHaveLength(1);
    expect(heard).toEqual([]);
  });
});

describe("the context manager that is set up", () => {
  const key = createContextKey("test");
  const inContext = (value: number): Context => ROOT_CONTEXT.setValue(key, value);
  const seen = (): unknown => context.active().getValue(key);

  test("with: hands on this, arguments, result and error, and ends with the call", async () => {
    await serveTraced({ invoke: () => {} });
    function told(this: unknown, ...values: unknown[]): unknown {
      return [this, values, seen()];
    }
    expect(context.with(inContext(1), told, "self", 2, 3)).toEqual(["self", [2, 3], 1]);
    expect(() =>
      context.with(inContext(1), () => {
        throw new RangeError("out");
      }),
    ).toThrow(RangeError);
    const later = context.with(inContext(1), async () => {
      await new Promise(setImmediate);
      return context.with(inContext(2), async () => [seen()]).then((inner) => [...inner, seen()]);
    });
    expect(seen()).toBeUndefined();
    expect(await later).toEqual([2, 1]);
  });

  test("bind: a function runs in its context, with this, arguments, length and name of its own", async () => {
    await serveTraced({ invoke: () => {} });
    function told(this: unknown, value: number): unknown {
      return [this, value, seen()];
    }
    const bound = context.bind(inContext(1), told);
    expect(context.with(inContext(2), () => bound.call("self", 3))).toEqual(["self", 3, 1]);
    expect([bound.length, bound.name]).toEqual([1, "told"]);
    expect(context.bind(inContext(1), 7)).toBe(7);
  });

  test("bind: the listeners of an emitter run in its context", async () => {
    await serveTraced({ invoke: () => {} });
    const emitter = new EventEmitter();
    const heard: unknown[] = [];
    context.bind(inContext(1), emitter);
    emitter.on("said", () => heard.push(seen()));
    emitter.once("said", () => heard.push(seen()));
    context.with(inContext(2), () => emitter.emit("said"));
    emitter.emit("said");
    expect(heard).toEqual([1, 1, 1]);
  });

  test("bind in an invocation keeps its root span, wherever the function is called", async () => {
    let bound = (): unknown => undefined;
    const runtime = await serveTraced({
      invoke: () => {
        bound = context.bind(context.active(), () => trace.getActiveSpan()?.spanContext().spanId);
      },
    });
    await sendTo(runtime.port, invoke());
    expect(bound()).toBe(runtime.rootOf(requestIds.fc3).spanContext().spanId);
  });
});

describe("two tracing() in one process", () => {
  test("at one runtime: one root span, ended and exported once, a failure told once", async () => {
    forgetGlobalsAfterTest();
    const heard = hearComplaints();
    const [first, second] = [new InMemorySpanExporter(), new InMemorySpanExporter()];
    const extensions = [tracing({ exporter: first }), tracing({ exporter: second })];
    const fail = (): never => {
      throw new TypeError("boom");
    };
    const runtime = await serve({ invoke: fail }, { port: 0, host: "127.0.0.1", extensions });
    onTestFinished(async () => runtime.close());
    const requestId = randomUUID();
    await call(runtime, requestId);
    const spans = [...first.getFinishedSpans(), ...second.getFinishedSpans()];
    expect(rootAmong(spans, requestId).events).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  test("at two runtimes: each invocation has one root span, exported once, before its answer", async () => {
    const one = await serveTraced({ invoke: () => {} });
    const other = await adoptTraced((_request, response) => response.end());
    for (const runtime of [other, one, other, one]) {
      const requestId = randomUUID();
      await call(runtime, requestId);
      expect(rootAmong([...one.spans(), ...other.spans()], requestId).name).toBe("my-function");
      expect(spanOf(requestId)).toBeUndefined();
    }
  });

  test("one after the other has stopped: its spans arrive too", async () => {
    const one = await serveTraced({ invoke: () => {} });
    await call(one, "first");
    await one.close();
    const other = await serveTraced({ invoke: () => {} });
    await call(other, "second");
    expect(rootAmong([...one.spans(), ...other.spans()], "second").name).toBe("my-function");
  });

  test("an adopted application inside an adopted server: one root span", async () => {
    forgetGlobalsAfterTest();
    const exporter = new InMemorySpanExporter();
    const inner = adopt((_request, response) => response.end(), {
      extensions: [tracing({ exporter })],
    });
    const server = createServer(adopt(inner, { extensions: [tracing({ exporter })] }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    await call({ port: (server.address() as AddressInfo).port }, "once");
    expect(rootAmong(exporter.getFinishedSpans(), "once").name).not.toBe("");
  });
});

describe("OTEL_SDK_DISABLED", () => {
  test.each(["true", "TRUE"])(
    "=%s: nothing is traced or registered, all else works",
    async (value) => {
      vi.stubEnv("OTEL_SDK_DISABLED", value);
      onTestFinished(() => void vi.unstubAllEnvs());
      const runtime = await serveTraced({
        invoke: (_event, { requestId }) =>
          String(spanOf(requestId) === undefined && trace.getActiveSpan() === undefined),
      });
      expect(await sendTo(runtime.port, invoke())).toMatchObject({
        fcStatus: "200",
        body: "true",
      });
      await runtime.close();
      expect(runtime.spans()).toEqual([]);
      expect(trace.getTracer("app").startSpan("none").isRecording()).toBe(false);
    },
  );

  // The specification knows only `true`.
  test.each(["false", "1", "perhaps", ""])("=%s means nothing", async (value) => {
    vi.stubEnv("OTEL_SDK_DISABLED", value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const runtime = await serveTraced({ invoke: () => {} });
    await sendTo(runtime.port, invoke());
    expect(runtime.spans()).toHaveLength(1);
  });
});

test("an exporter that fails harms no invocation, and is told", async () => {
  const stopped = new InMemorySpanExporter();
  await stopped.shutdown();
  const failing: SpanExporter = {
    export: (spans, done) =>
      stopped.export(spans, ({ code }) => done({ code, error: new Error("collector is down") })),
    shutdown: async () => {},
  };
  const runtime = await serveTraced({ invoke: () => "done" }, { exporter: failing });
  expect(await sendTo(runtime.port, invoke())).toMatchObject({ fcStatus: "200", body: "done" });
  expect(captured.text).toMatch(/\[WARN\] .*collector is down/);
});

async function serveNesting(options: TracingOptions = {}): Promise<Traced> {
  return serveTraced(
    {
      invoke: async (_event, { requestId }) => {
        if (spanOf(requestId) !== trace.getActiveSpan()) return "not active";
        await trace.getTracer("app").startActiveSpan("outer", async (outer) => {
          await new Promise(setImmediate);
          trace.getTracer("app").startSpan("inner").end();
          outer.end();
        });
        return "nested";
      },
    },
    options,
  );
}

/** What OpenTelemetry complains of, from now to the end of the test. */
function hearComplaints(): unknown[] {
  const heard: unknown[] = [];
  const hear = (...words: unknown[]): void => void heard.push(words);
  diag.setLogger({ error: hear, warn: hear, info() {}, debug() {}, verbose() {} });
  onTestFinished(() => diag.disable());
  heard.length = 0;
  return heard;
}

function registerProvider(exporter: SpanExporter): void {
  forgetGlobalsAfterTest();
  trace.setGlobalTracerProvider(providerOf(exporter));
}

// It sends by itself long after the test is over: only a flush brings its spans.
function providerOf(exporter: SpanExporter): BasicTracerProvider {
  const processor = new BatchSpanProcessor(exporter, { scheduledDelayMillis: 600_000 });
  onTestFinished(async () => processor.shutdown());
  return new BasicTracerProvider({ spanProcessors: [processor] });
}

const ownPropagator: TextMapPropagator = {
  fields: () => ["x-own-trace"],
  inject(active: Context, carrier, setter) {
    const span = trace.getSpanContext(active);
    if (span) setter.set(carrier, "x-own-trace", `${span.traceId}.${span.spanId}`);
  },
  extract(found: Context, carrier, getter) {
    const [traceId = "", spanId = ""] = String(getter.get(carrier, "x-own-trace") ?? "").split(".");
    return spanId === ""
      ? found
      : trace.setSpanContext(found, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
};
