import { Agent } from "node:http";
import type { IncomingMessage } from "node:http";
import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import { PassThrough, Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { spanOf, traceIdOf } from "@fcrt/trace";
import { context, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { describe, expect, test } from "vitest";
import { until } from "../../process/program.ts";
import { captureStdout } from "../../support/captured-stdout.ts";
import { httpInvoke, invoke, requestIds, sendTo } from "../../support/platform-request.ts";
import type { PlatformRequest } from "../../support/platform-request.ts";
import { adoptTraced, serveTraced } from "./traced.ts";
import type { Traced } from "./traced.ts";

captureStdout();

const many = 200;
const require = createRequire(import.meta.url);
const bodyParsers = require("../../fixtures/trace/identity/body-parsers.cjs") as Record<
  "express" | "koa",
  (work: (id: string) => void) => RequestListener
>;

/** The spans that each invocation of `work` makes, all of them children of its root. */
const children = [
  "at once",
  "after an await",
  "in a microtask",
  "in nextTick",
  "in setImmediate",
  "in a timer",
  "in an interval",
  "in a stream",
  "in a pipeline",
  "in a listener",
  "in an unawaited promise",
];

describe(`${many} invocations at once`, () => {
  test("events: every span is where it belongs, over connections that stay open", async () => {
    const allHere = barrierOf(many);
    const runtime = await serveTraced({
      invoke: async (event, { requestId }) => {
        await allHere();
        await work(requestId, Readable.from([event.bytes]));
      },
    });
    await sendMany(runtime, (id) => invoke(id, { "x-fc-request-id": id }));
    await runtime.close();
    expectFamilies(runtime.spans(), children);
  });

  test("HTTP: the same, in what the request emits too", async () => {
    const allHere = barrierOf(many);
    const runtime = await serveTraced({
      http: async (request, response, { requestId }) => {
        await allHere();
        await work(requestId, request);
        response.end();
      },
    });
    await sendMany(runtime, (id) => ({
      ...httpInvoke("POST", "/", { "x-fc-request-id": id }),
      body: id,
    }));
    await runtime.close();
    expectFamilies(runtime.spans(), children);
  });

  test.each(["express", "koa"] as const)("%s behind its body parser", async (framework) => {
    const runtime = await adoptTraced(
      bodyParsers[framework]((id) => {
        childOf(id, "behind the body parser");
        setTimeout(() => childOf(id, "later"), 1);
      }),
    );
    await sendMany(runtime, (id) => ({
      ...httpInvoke("POST", "/", { "x-fc-request-id": id, "content-type": "application/json" }),
      body: JSON.stringify({ id }),
    }));
    await until(() => runtime.spans().length >= many * 2, "the spans");
    await runtime.close();
    expectFamilies(runtime.spans(), ["behind the body parser", "later"]);
  });

  test("req.on('end') listeners, whole bodies and bodies in pieces", async () => {
    const runtime = await serveTraced({
      http: (request, response, { requestId }) => {
        request.on("data", () => {});
        request.on("end", () => {
          childOf(requestId, "in end");
          response.end();
        });
        response.on("finish", () => childOf(requestId, "in finish"));
      },
    });
    await sendMany(runtime, (id, index) => ({
      ...httpInvoke("POST", "/", { "x-fc-request-id": id }),
      body: index % 2 ? id : Buffer.alloc(100_000),
    }));
    await until(() => runtime.spans().length >= many, "the spans");
    await runtime.close();
    expectFamilies(runtime.spans(), ["in end", "in finish"]);
  });

  test("nested spans stay nested, and a span entered is the parent of what starts in it", async () => {
    const runtime = await serveTraced({
      invoke: async (_event, { requestId }) => {
        await Promise.all([nest(requestId, "left"), nest(requestId, "right")]);
        childOf(requestId, "after");
      },
    });
    await sendMany(runtime, (id) => invoke("{}", { "x-fc-request-id": id }));
    await runtime.close();

    const families = familiesIn(runtime.spans());
    expect(families.size).toBe(many);
    for (const [id, { root, others }] of families) {
      const byName = new Map(others.map((span) => [span.name, span]));
      expect([...byName.keys()].toSorted()).toEqual(
        ["after", "left", "left inner", "right", "right inner"].toSorted(),
      );
      for (const side of ["left", "right"]) {
        expect(parentOf(byName.get(side))).toBe(idOf(root));
        expect(parentOf(byName.get(`${side} inner`))).toBe(idOf(byName.get(side)));
      }
      expect(parentOf(byName.get("after"))).toBe(idOf(root));
      expect(root.spanContext().traceId).toBe(traceIdOf(id));
    }
  });

  test("what goes on after its invocation has ended is still its child, and exported later", async () => {
    const late: Promise<void>[] = [];
    let release = (): void => {};
    const allAnswered = new Promise<void>((resolve) => (release = resolve));
    const runtime = await serveTraced({
      invoke: (_event, { requestId }) => {
        late.push(allAnswered.then(() => childOf(requestId, "late")));
      },
    });
    await sendMany(runtime, (id) => invoke("{}", { "x-fc-request-id": id }));
    expect(runtime.spans()).toHaveLength(many);
    release();
    await Promise.all(late);
    await runtime.close();
    expectFamilies(runtime.spans(), ["late"]);
  });

  test("invocations that share a trace keep their request ids and children apart", async () => {
    const runtime = await serveTraced({
      invoke: async (_event, { requestId }) => {
        await wait(1);
        childOf(requestId, "child");
      },
    });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await sendMany(runtime, (id) => invoke("{}", { "x-fc-request-id": id, traceparent }));
    await runtime.close();
    expectFamilies(runtime.spans(), ["child"]);
    for (const span of runtime.spans())
      expect(span.spanContext().traceId).toBe("0af7651916cd43dd8448eb211c80319c");
  });

  test("sampled and unsampled ones side by side: the unsampled leave nothing", async () => {
    const runtime = await serveTraced({
      invoke: async (_event, { requestId }) => {
        await wait(1);
        childOf(requestId, "child");
      },
    });
    await sendMany(runtime, (id, index) => {
      const traceparent = `00-${id.replaceAll("-", "")}-b7ad6b7169203331-0${index % 2}`;
      return invoke("{}", { "x-fc-request-id": id, traceparent });
    });
    await runtime.close();
    const families = familiesIn(runtime.spans());
    expect([...families.keys()].toSorted()).toEqual(
      ids()
        .filter((_id, index) => index % 2 === 1)
        .toSorted(),
    );
    expect(runtime.spans()).toHaveLength(many);
  });
});

test("outside of any invocation no span is active, and a span has no parent", async () => {
  const runtime = await serveTraced({ invoke: () => {} });
  await sendTo(runtime.port, invoke());
  expect(trace.getActiveSpan()).toBeUndefined();
  trace.getTracer("app").startSpan("alone").end();
  await runtime.close();
  const alone = runtime.spans().find(({ name }) => name === "alone");
  expect(alone?.parentSpanContext).toBeUndefined();
  expect(alone?.spanContext().traceId).not.toBe(traceIdOf(requestIds.fc3));
});

test("ROOT_CONTEXT entered by hand has no active span, also inside of an invocation", async () => {
  const seen: unknown[] = [];
  const runtime = await serveTraced({
    invoke: async () => {
      const { ROOT_CONTEXT } = await import("@opentelemetry/api");
      await context.with(ROOT_CONTEXT, async () => {
        seen.push(trace.getActiveSpan());
        await wait(1);
        seen.push(trace.getActiveSpan());
        trace.getTracer("app").startSpan("detached").end();
      });
      seen.push(trace.getActiveSpan() !== undefined);
    },
  });
  await sendTo(runtime.port, invoke());
  expect(seen).toEqual([undefined, undefined, true]);
  const detached = runtime.spans().find(({ name }) => name === "detached");
  expect(detached?.parentSpanContext).toBeUndefined();
  expect(detached?.spanContext().traceId).not.toBe(traceIdOf(requestIds.fc3));
});

/** Starts and ends a span that says which invocation it was made in. */
function childOf(requestId: string, name: string): void {
  trace
    .getTracer("app")
    .startSpan(name, { attributes: { made: requestId } })
    .end();
}

async function nest(requestId: string, side: string): Promise<void> {
  await trace
    .getTracer("app")
    .startActiveSpan(side, { attributes: { made: requestId } }, async (outer) => {
      await wait(Math.random() * 5);
      await trace
        .getTracer("app")
        .startActiveSpan(`${side} inner`, { attributes: { made: requestId } }, async (inner) => {
          await wait(Math.random() * 5);
          inner.end();
        });
      outer.end();
    });
}

// All the ways in which code goes on later.
async function work(requestId: string, body: Readable | IncomingMessage): Promise<void> {
  const child = (name: string): void => childOf(requestId, name);
  expect(spanOf(requestId)).toBe(trace.getActiveSpan());
  child("at once");
  await wait(Math.random() * 5);
  child("after an await");
  const done = Promise.all([
    new Promise<void>((resolve) => queueMicrotask(() => resolve(child("in a microtask")))),
    new Promise<void>((resolve) => process.nextTick(() => resolve(child("in nextTick")))),
    new Promise<void>((resolve) => setImmediate(() => resolve(child("in setImmediate")))),
    new Promise<void>((resolve) => setTimeout(() => resolve(child("in a timer")), 2)),
    new Promise<void>((resolve) => {
      const interval = setInterval(() => {
        clearInterval(interval);
        resolve(child("in an interval"));
      }, 1);
    }),
  ]);
  const watched = new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      child("in a stream");
      setTimeout(() => pass(null, chunk), 1);
    },
  });
  body.once("end", () => child("in a listener"));
  await pipeline(
    body,
    watched,
    new PassThrough().once("data", () => child("in a pipeline")),
  );
  await done;
  void (async () => {
    await Promise.resolve();
    child("in an unawaited promise");
  })();
  await wait(1);
  expect(spanOf(requestId)).toBe(trace.getActiveSpan());
}

/** Lets nobody go on before all are here: so many run at once, however fast the machine is. */
function barrierOf(count: number): () => Promise<void> {
  let waiting: (() => void)[] = [];
  return async () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length < count) return;
      for (const release of waiting) release();
      waiting = [];
    });
}

/** Sends so many at once that each has its own request id; all have to succeed. */
async function sendMany(
  runtime: Traced,
  requestFor: (id: string, index: number) => PlatformRequest,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: many });
  const answers = await Promise.all(
    ids().map((id, index) => sendTo(runtime.port, { ...requestFor(id, index), agent })),
  );
  agent.destroy();
  expect(answers.filter(({ fcStatus }) => fcStatus !== "200")).toEqual([]);
  for (const id of ids()) expect(spanOf(id)).toBeUndefined();
  expect(runningCount()).toBe(0);
}

// By index alone, so that the ids of two tests never run side by side.
function ids(): string[] {
  return Array.from({ length: many }, (_, index) => {
    const digits = index.toString(16).padStart(12, "0");
    return `00000000-1111-2222-3333-${digits}`;
  });
}

interface Family {
  readonly root: ReadableSpan;
  readonly others: ReadableSpan[];
}

function familiesIn(spans: readonly ReadableSpan[]): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const root of spans.filter(({ attributes }) => "faas.invocation.id" in attributes)) {
    const id = String(root.attributes["faas.invocation.id"]);
    expect(families.has(id)).toBe(false);
    families.set(id, { root, others: spans.filter(({ attributes }) => attributes["made"] === id) });
  }
  return families;
}

/** Each invocation has one root span, and each of its children once, right below it. */
function expectFamilies(spans: readonly ReadableSpan[], names: readonly string[]): void {
  const families = familiesIn(spans);
  expect([...families.keys()].toSorted()).toEqual(ids());
  for (const { root, others } of families.values()) {
    expect(others.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    for (const span of others) {
      expect([span.name, parentOf(span)]).toEqual([span.name, idOf(root)]);
      expect(span.spanContext().traceId).toBe(root.spanContext().traceId);
    }
  }
  expect(spans).toHaveLength(many * (names.length + 1));
  expect(new Set(spans.map((span) => idOf(span))).size).toBe(spans.length);
}

function idOf(span: ReadableSpan | undefined): string | undefined {
  return span?.spanContext().spanId;
}

function parentOf(span: ReadableSpan | undefined): string | undefined {
  return span?.parentSpanContext?.spanId;
}

// What the packages keep of running invocations, wherever their copies are.
function runningCount(): number {
  const state = Reflect.get(globalThis, Symbol.for("fcrt.traces.v1")) as {
    running: { size: number };
  };
  return state.running.size;
}
