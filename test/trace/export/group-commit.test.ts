import { afterEach, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import {
  answeringWith,
  holding,
  idsOf,
  startCollector,
  expectSpans,
} from "../../support/collector.ts";
import { invocation, send, traced, until, wave, expectNoneToBeLate } from "./program.ts";

const stdout = captureStdout();
afterEach(() => expectNoneToBeLate(stdout.text));

const many = 100;

test(`${many} invocations that end in one turn cost one POST`, async () => {
  const collector = await startCollector();
  const held = holding();
  collector.answering = held;
  let running = 0;
  let proceed = (): void => {};
  const together = new Promise<void>((resolve) => (proceed = resolve));
  const runtime = await traced(
    { exporter: { type: "otlp", url: collector.url }, flushTimeout: 60_000 },
    { invoke: async () => ((running += 1), together) },
  );

  const answers = wave(runtime, "invocation", many);
  await until(() => running === many, `${many} running invocations`);
  proceed();
  await collector.received(1);
  // What is not sampled waits for none.
  await wave(runtime, "unsampled", 3, { traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-00` });
  held.release();

  const ids = await answers;
  expect(collector.posts.map(({ spans }) => spans.length)).toEqual([many]);
  expect(
    collector.spans.map(({ attributes }) => String(attributes["faas.invocation_id"])).toSorted(),
  ).toEqual(ids.toSorted());
});

test("no two POSTs are open at the same time, over one connection, and each span is sent once", async () => {
  const collector = await startCollector();
  const runtime = await traced({
    exporter: { type: "otlp", url: collector.url },
    flushTimeout: 60_000,
  });

  for (let round = 0; round < 5; round++) {
    await wave(runtime, `round-${round}`, many);
    expect(idsOf(collector.spans).size).toBe(2 * many * (round + 1));
  }

  expect(collector.mostAtOnce).toBe(1);
  expect(collector.spans).toHaveLength(2 * many * 5);
  expect(new Set(collector.posts.map(({ connection }) => connection)).size).toBe(1);
});

test("nor while the collector fails, and the spans of all that ended go into one POST", async () => {
  const collector = await startCollector();
  collector.answering = answeringWith(503);
  const runtime = await traced({
    exporter: { type: "otlp", url: collector.url },
    flushTimeout: 50,
  });
  for (let round = 0; round < 3; round++) await wave(runtime, `round-${round}`, many);

  const held = holding();
  held.release();
  collector.answering = held;
  await send(runtime, invocation("last"));
  await expectSpans(collector, 2 * (3 * many + 1));

  expect(collector.mostAtOnce).toBe(1);
  expect(collector.spans).toHaveLength(2 * (3 * many + 1));
});
