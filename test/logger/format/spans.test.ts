import { createLogger } from "@fcrt/logger";
import { context, ROOT_CONTEXT, trace, TraceFlags } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { inInvocation } from "./in-invocation.ts";

const captured = captureStdout();

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

const ids = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const active = trace.setSpanContext(ROOT_CONTEXT, { ...ids, traceFlags: TraceFlags.SAMPLED });

test("While a span is active, a json line carries its ids, across awaits and in children", async () => {
  const logger = createLogger({ level: "info", format: "json" });
  await inInvocation(() =>
    context.with(active, async () => {
      logger.info("at once");
      await new Promise(setImmediate);
      logger.child({ a: 1 }).info({ trace_id: "mine" }, "later");
    }),
  );

  const own = { trace_id: ids.traceId, span_id: ids.spanId };
  expect(records()).toEqual([
    expect.objectContaining({ ...own, msg: "at once", functionName: "my-function" }),
    expect.objectContaining({ ...own, msg: "later", trace_id_: "mine" }),
  ]);
});

test("Each of two spans at once has its own lines", async () => {
  const logger = createLogger({ level: "info", format: "json" });
  const spanIds = ["1111111111111111", "2222222222222222"];
  await Promise.all(
    spanIds.map((spanId) =>
      context.with(
        trace.setSpanContext(ROOT_CONTEXT, { ...ids, spanId, traceFlags: 0 }),
        async () => {
          for (let count = 0; count < 5; count += 1) {
            await new Promise(setImmediate);
            logger.info({ span: spanId }, "paid");
          }
        },
      ),
    ),
  );

  expect(records()).toHaveLength(10);
  for (const record of records()) expect(record["span_id"]).toBe(record["span"]);
});

test.each([
  ["no span", ROOT_CONTEXT],
  [
    "a span that is none",
    trace.setSpanContext(ROOT_CONTEXT, {
      traceId: "00000000000000000000000000000000",
      spanId: "0000000000000000",
      traceFlags: 0,
    }),
  ],
])("With %s there are no such fields", (_name, current) => {
  context.with(current, () => createLogger({ level: "info", format: "json" }).info("paid"));

  expect(Object.keys(records()[0] ?? {})).toEqual(["time", "level", "requestId", "msg"]);
});

test("A text line carries no span", () => {
  context.with(active, () => createLogger({ level: "info", format: "text" }).info("paid"));

  expect(captured.text).toMatch(/^\S+ - \[INFO\] paid\n$/);
});

function records(): Record<string, unknown>[] {
  return captured.lines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
