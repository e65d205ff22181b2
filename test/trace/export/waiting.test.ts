import type { Handlers, Runtime } from "@fcrt/core";
import { afterEach, describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import {
  answeringWith,
  holding,
  silent,
  startCollector,
  taking,
  expectSpans,
} from "../../support/collector.ts";
import type { Collector } from "../../support/collector.ts";
import type { PlatformResponse } from "../../support/platform-request.ts";
import {
  flushed,
  invocation,
  send,
  traced,
  unsampled,
  until,
  wave,
  expectNoneToBeLate,
} from "./program.ts";

const stdout = captureStdout();
afterEach(() => expectNoneToBeLate(stdout.text));

// A minute, and a tenth of ten of them: who waits for a silent collector is not answered while a test runs.
const endless = 60_000;
const patient = { "x-fc-function-timeout": "600" };

describe("an invocation waits for the export that holds its spans", () => {
  test("until it is answered", async () => {
    const { collector, runtime } = await start();
    const held = holding();
    collector.answering = held;

    const first = watched(send(runtime, invocation("first", { headers: patient })));
    await collector.received(1);
    await othersAreAnswered(runtime);
    expect(first.settled).toBe(false);
    held.release();

    expect(await first.answer).toMatchObject({ status: 200 });
    expect(collector.spans).toHaveLength(2);
  });

  test("and not for one before it only", async () => {
    const { collector, runtime } = await start();
    const before = holding();
    collector.answering = before;
    const first = watched(send(runtime, invocation("first", { headers: patient })));
    await collector.received(1);
    const second = watched(send(runtime, invocation("second", { headers: patient })));
    await othersAreAnswered(runtime);

    const after = holding();
    collector.answering = after;
    before.release();
    expect(await first.answer).toMatchObject({ status: 200 });
    await collector.received(2);
    await othersAreAnswered(runtime);

    expect(second.settled).toBe(false);
    expect(collector.posts[1]?.spans.map(({ name }) => name)).toEqual(["work", "my-function"]);
    after.release();
    expect(await second.answer).toMatchObject({ status: 200 });
  });

  test("at most `flushTimeout`", async () => {
    const { collector, runtime } = await start({ flushTimeout: 50 });
    collector.answering = silent;

    expect(await send(runtime, invocation("first", { headers: patient }))).toMatchObject({
      status: 200,
    });
    collector.breakConnections();
    collector.answering = taking;
  });

  test("at most a tenth of the time that it has left", async () => {
    const { collector, runtime } = await start();
    collector.answering = silent;

    const headers = { "x-fc-function-timeout": "2" };
    expect(await send(runtime, invocation("first", { headers }))).toMatchObject({ status: 200 });
    collector.breakConnections();
    collector.answering = taking;
  });
});

describe("after failures in a row", () => {
  test("of two a third invocation waits still", async () => {
    const { collector, runtime } = await start();
    await fail(collector, runtime, 2);
    const held = holding();
    collector.answering = held;

    const third = watched(send(runtime, invocation("third", { headers: patient })));
    await collector.received(3);
    await othersAreAnswered(runtime);

    expect(third.settled).toBe(false);
    held.release();
    await third.answer;
  });

  test("of three none waits, of 200 at once", async () => {
    const { collector, runtime } = await start();
    await fail(collector, runtime, 3);
    collector.answering = silent;

    await wave(runtime, "fourth", 200, patient);

    collector.answering = taking;
    collector.breakConnections();
    await flushed(runtime);
    await expectSpans(collector, 2 * 203);
  });

  test("200 invocations that wait together for one export count once", async () => {
    let running = 0;
    let proceed = (): void => {};
    const together = new Promise<void>((resolve) => (proceed = resolve));
    const { collector, runtime } = await start({
      async invoke(event) {
        if (event.text() !== "together") return;
        running += 1;
        await together;
      },
    });
    await fail(collector, runtime, 1);
    collector.answering = silent;
    const ids = Array.from({ length: 200 }, (_, index) => `together-${index}`);
    // Each waits for a second and a half.
    const headers = { "x-fc-function-timeout": "15" };
    const answers = ids.map((id) => send(runtime, invocation(id, { headers, body: "together" })));
    await until(() => running === 200, "200 running invocations");
    proceed();
    await Promise.all(answers);

    await expectToWait(collector, runtime);
  });

  test("of three what is kept is not sent again with every invocation, however much it is", async () => {
    const { collector, runtime } = await start();
    await fail(collector, runtime, 3);
    for (let round = 0; round < 4; round++) await wave(runtime, `round-${round}`, 100, patient);

    expect(collector.posts.length).toBeLessThan(20);
    collector.answering = taking;
    await flushed(runtime);
    await expectSpans(collector, 2 * 403);
  });

  test("of three the collector is asked behind the invocations' backs, and one waits again when it answers", async () => {
    const { collector, runtime } = await start();
    await fail(collector, runtime, 3);
    collector.answering = taking;
    // No invocation ends here.
    await expectSpans(collector, 2 * 3);

    await expectToWait(collector, runtime);
  });

  test("to answer in time nothing is lost, of a collector that is always late", async () => {
    const { collector, runtime } = await start({ flushTimeout: 20 });
    const rounds = 20;
    for (let round = 0; round < rounds; round++) {
      const late = holding();
      collector.answering = late;
      await wave(runtime, `round-${round}`, 100, patient);
      // All have been answered before it answers one.
      late.release();
    }

    collector.answering = taking;
    await flushed(runtime);
    await expectSpans(collector, 2 * 100 * rounds);
  });

  test("of 200 at once the collector is asked again as soon as after one", async () => {
    const { collector, runtime } = await start();
    collector.answering = answeringWith(401);
    await wave(runtime, "failing", 200, patient);
    collector.answering = taking;

    await expectSpans(collector, 2 * 200);
  });

  test("the collector is asked again when its Retry-After is over, though no invocation ends", async () => {
    const { collector, runtime } = await start({ timeout: 1000 });
    collector.answering = answeringWith(429, { "retry-after": "2" });
    await wave(runtime, "first", 1, patient);
    collector.answering = taking;

    await expectSpans(collector, 2);
  });

  test("a collector that asked to be left alone is left alone by all", async () => {
    const { collector, runtime } = await start();
    collector.answering = answeringWith(503, { "retry-after": "3600" });
    await wave(runtime, "first", 1, patient);

    await wave(runtime, "others", 200, patient);

    expect(collector.posts).toHaveLength(1);
  });
});

async function start({
  flushTimeout = endless,
  timeout = endless,
  invoke,
}: {
  readonly flushTimeout?: number;
  readonly timeout?: number;
  readonly invoke?: NonNullable<Handlers["invoke"]>;
} = {}): Promise<{ collector: Collector; runtime: Runtime }> {
  const collector = await startCollector();
  const exporter = { type: "otlp", url: collector.url, timeout } as const;
  const runtime = await traced({ exporter, flushTimeout }, invoke && { invoke });
  return { collector, runtime };
}

/** So many failures, one after the other, that are not tried again at once and lose nothing. */
async function fail(
  collector: Collector,
  runtime: { readonly port: number },
  times: number,
): Promise<void> {
  collector.answering = answeringWith(401);
  for (let time = 0; time < times; time++)
    await wave(runtime, `failure ${time}`.replace(" ", "-"), 1, patient);
  await collector.received(times);
}

async function expectToWait(
  collector: Collector,
  runtime: { readonly port: number },
): Promise<void> {
  const held = holding();
  collector.answering = held;
  // What an export before still waits for is sent again.
  collector.breakConnections();
  const next = watched(send(runtime, invocation("next", { headers: patient })));
  await until(() => held.held === 1, "a POST for the next invocation");
  await othersAreAnswered(runtime);
  expect(next.settled).toBe(false);
  held.release();
  expect(await next.answer).toMatchObject({ status: 200 });
}

/** Whoever does not wait is answered by now: these came later and have all been answered. */
async function othersAreAnswered(runtime: { readonly port: number }): Promise<void> {
  for (let round = 0; round < 5; round++) await wave(runtime, `other-${round}`, 3, unsampled);
}

function watched(answer: Promise<PlatformResponse>): {
  readonly answer: Promise<PlatformResponse>;
  readonly settled: boolean;
} {
  let settled = false;
  const settle = (): void => void (settled = true);
  answer.then(settle, settle);
  return {
    answer,
    get settled() {
      return settled;
    },
  };
}
