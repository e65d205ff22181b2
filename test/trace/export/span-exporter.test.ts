import type { TracingOptions } from "@fcrt/trace";
import { trace } from "@opentelemetry/api";
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-base";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { flushed, invocation, send, traced, until, wave, within } from "./program.ts";

const stdout = captureStdout();
afterEach(() => vi.unstubAllEnvs());

// As OpenTelemetry's own exporter reports them, at work and stopped.
const stopped = new InMemorySpanExporter();
await stopped.shutdown();
const success = await resultOf(new InMemorySpanExporter());
const { code: failed } = await resultOf(stopped);
const failure = (message?: string): Result => ({
  code: failed,
  ...(message !== undefined && { error: new Error(message) }),
});
const patient = { "x-fc-function-timeout": "600" };

test("OpenTelemetry's own exporter has every span when the invocation is answered", async () => {
  const exporter = new InMemorySpanExporter();
  const runtime = await start(exporter);

  await wave(runtime, "request", 200);

  expect(exporter.getFinishedSpans()).toHaveLength(400);
});

test("an invocation waits until the exporter has called back", async () => {
  let callBack = (): void => {};
  const taken: ReadableSpan[] = [];
  const runtime = await start(
    exporting((spans, done) => {
      taken.push(...spans);
      callBack = () => done(success);
    }),
  );

  let answered = false;
  const first = send(runtime, invocation("first", { headers: patient })).then(
    () => (answered = true),
  );
  await until(() => taken.length === 2, "an export");
  await wave(runtime, "unsampled", 10, {
    traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-00`,
  });
  expect(answered).toBe(false);
  callBack();

  await first;
});

test("is given one batch at a time", async () => {
  let open = 0;
  let most = 0;
  let total = 0;
  const runtime = await start(
    exporting((spans, done) => {
      most = Math.max(most, (open += 1));
      total += spans.length;
      setImmediate(() => {
        open -= 1;
        done(success);
      });
    }),
  );

  await wave(runtime, "request", 200);

  expect(most).toBe(1);
  expect(total).toBe(400);
});

describe("an exporter that", () => {
  test.each<{ what: string; act: Act; told: RegExp }>([
    {
      what: "reports a failure",
      act: (_spans, done) => done(failure("no room")),
      told: /no room/,
    },
    {
      what: "reports a failure without a reason",
      act: (_spans, done) => done(failure()),
      told: /failed/,
    },
    {
      what: "throws",
      act: () => {
        throw new Error("broken");
      },
      told: /broken/,
    },
    {
      what: "throws what is no error",
      act: () => {
        throw "a text";
      },
      told: /a text/,
    },
  ])("$what fails no invocation, and what is lost is counted", async ({ act, told }) => {
    let works = false;
    const taken: ReadableSpan[] = [];
    const runtime = await start(
      exporting((spans, done) => {
        if (!works) return act(spans, done);
        taken.push(...spans);
        done(success);
      }),
    );

    await wave(runtime, "during", 200);
    await flushed(runtime);
    works = true;
    await wave(runtime, "after", 1);
    await runtime.close();

    expect(taken).toHaveLength(2);
    expect(lost()).toBe(400);
    expect(warnings()[0]).toMatch(told);
    expect(warnings().length).toBeLessThanOrEqual(2);
    expect(stdout.text).not.toContain("    at ");
  });

  test("never calls back fails no invocation, and its spans go with the next flush", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "100");
    let works = false;
    const taken = new Set<string>();
    const runtime = await start(
      exporting((spans, done) => {
        if (!works) return;
        for (const { name } of spans) taken.add(name);
        done(success);
      }),
      50,
    );

    await wave(runtime, "during", 200);
    works = true;
    await send(runtime, invocation("after", { body: "last" }));
    await flushed(runtime);
    await until(() => taken.has("last"), "the last span");

    expect(taken.has("work")).toBe(true);
    expect(warnings()).toEqual([expect.stringMatching(/are kept: the exporter took over 100 ms$/)]);
  });

  test.each<{ what: string; act: Act; dropped: number }>([
    {
      what: "success, then failure",
      act: (_spans, done) => {
        done(success);
        done(failure("second thoughts"));
      },
      dropped: 0,
    },
    {
      what: "failure, then success",
      act: (_spans, done) => {
        done(failure("first thoughts"));
        done(success);
      },
      dropped: 2,
    },
    {
      what: "success, and throws",
      act: (_spans, done) => {
        done(success);
        throw new Error("after that");
      },
      dropped: 0,
    },
  ])("calls back twice is believed the first time: $what", async ({ act, dropped }) => {
    const runtime = await start(exporting(act));

    await wave(runtime, "request", 1);
    await runtime.close();

    expect(lost()).toBe(dropped);
  });

  test("calls back long after its time harms nothing", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "20");
    const late: (() => void)[] = [];
    let works = false;
    const taken: ReadableSpan[] = [];
    const runtime = await start(
      exporting((spans, done) => {
        if (!works) late.push(() => done(success));
        else {
          taken.push(...spans);
          done(success);
        }
      }),
    );

    await send(runtime, invocation("first"));
    for (const callBack of late) callBack();
    works = true;
    await send(runtime, invocation("second"));

    expect(taken).toHaveLength(4);
  });
});

test("what an exporter does makes no span of its own", async () => {
  const names: string[] = [];
  const runtime = await start(
    exporting((spans, done) => {
      trace.getTracer("exporter").startSpan("POST").end();
      names.push(...spans.map(({ name }) => name));
      done(success);
    }),
  );

  await wave(runtime, "request", 1);
  await runtime.close();

  expect(names).toEqual(["work", "my-function"]);
});

test("an exporter is told when the runtime is closed, after the last spans", async () => {
  const told: string[] = [];
  const runtime = await start({
    export(spans, done) {
      told.push(`export ${spans.length}`);
      done(success);
    },
    async forceFlush() {
      told.push("forceFlush");
    },
    async shutdown() {},
  });

  await wave(runtime, "request", 1);
  await runtime.close();

  expect(told).toEqual(["export 2", "forceFlush"]);
});

test.each([
  { what: "throws", forceFlush: () => Promise.reject(new Error("no flush")) },
  { what: "never ends", forceFlush: () => new Promise<void>(() => {}) },
])("a forceFlush that $what keeps nobody from the stop", async ({ forceFlush }) => {
  const exporter = exporting((_spans, done) => done(success));
  const runtime = await start({ ...exporter, forceFlush });

  await wave(runtime, "request", 1);

  await expect(within(runtime.close(), "the stop")).resolves.toBeUndefined();
});

type Act = SpanExporter["export"];

type Result = Parameters<Parameters<Act>[1]>[0];

async function resultOf(exporter: SpanExporter): Promise<Result> {
  return new Promise((resolve) => exporter.export([], resolve));
}

function exporting(act: Act): SpanExporter {
  return { export: act, shutdown: async () => {} };
}

async function start(exporter: SpanExporter, flushTimeout = 60_000) {
  const options: TracingOptions = { exporter, flushTimeout };
  return traced(options, {
    invoke(event) {
      const name = event.text() === "last" ? "last" : "work";
      trace.getTracer("application").startSpan(name).end();
      return "done";
    },
  });
}

function warnings(): string[] {
  return stdout.lines.filter((line) => line.includes("[WARN]"));
}

function lost(): number {
  return warnings().reduce(
    (sum, line) => sum + Number(/Dropped (\d+) span/.exec(line)?.[1] ?? 0),
    0,
  );
}
