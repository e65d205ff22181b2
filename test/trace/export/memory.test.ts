import { trace } from "@opentelemetry/api";
import { afterEach, describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { answeringWith, idsOf, silent, startCollector, taking } from "../../support/collector.ts";
import { flushed, invocation, send, traced, until, expectNoneToBeLate } from "./program.ts";

const stdout = captureStdout();
afterEach(() => expectNoneToBeLate(stdout.text));
const mostSpans = 2048;

describe("a collector that takes nothing", () => {
  test.each([
    { what: "refuses", answering: answeringWith(401) },
    { what: "is silent", answering: silent },
  ])(
    `and $what is kept ${mostSpans} spans at most, the newest; the rest is counted`,
    async ({ answering }) => {
      const collector = await startCollector();
      collector.answering = answering;
      const runtime = await start(collector.url, 100, {});

      for (let index = 0; index < 30; index++) await send(runtime, invocation(`request-${index}`));
      collector.answering = taking;
      collector.breakConnections();
      await send(runtime, invocation("request-last"));
      await flushed(runtime);
      await until(() => rootsIn(collector.spans).includes("request-last"), "the last span");
      await runtime.close();

      const delivered = idsOf(collector.spans).size;
      // Beside what was on its way when the collector came back: of the first invocation, or the last.
      expect(delivered).toBeLessThanOrEqual(mostSpans + 2 * 101);
      expect(delivered).toBeGreaterThanOrEqual(mostSpans - 101);
      expect(lostIn(stdout.lines)).toBe(31 * 101 - delivered);
      // What was kept is what came last, beside what was on its way all the time.
      const roots = rootsIn(collector.spans).filter((id) => id !== "request-0");
      const oldest = 31 - roots.length;
      expect(roots.slice(0, -1)).toEqual(
        Array.from({ length: roots.length - 1 }, (_, index) => `request-${oldest + index}`),
      );
    },
  );

  test("is kept 8 MiB at most, in POSTs of about 2 MiB", async () => {
    const collector = await startCollector();
    collector.answering = answeringWith(401);
    const runtime = await start(collector.url, 10, { text: "x".repeat(100_000) });

    for (let index = 0; index < 20; index++) await send(runtime, invocation(`request-${index}`));
    collector.answering = taking;
    await send(runtime, invocation("request-last"));
    await flushed(runtime);
    await until(() => rootsIn(collector.spans).includes("request-last"), "the last span");
    await runtime.close();

    const sizes = collector.posts.map(({ body }) => body.length);
    expect(Math.max(...sizes)).toBeLessThan(2.2 * 1024 * 1024);
    const bytes = collector.spans.length * 91_000;
    expect(bytes).toBeLessThan(2 * 8 * 1024 * 1024);
    expect(lostIn(stdout.lines)).toBe(21 * 11 - idsOf(collector.spans).size);
  });

  test("is told of once, and what is dropped is told of once a minute", async () => {
    const collector = await startCollector();
    collector.answering = answeringWith(401);
    const runtime = await start(collector.url, 100, {});

    for (let index = 0; index < 40; index++) await send(runtime, invocation(`request-${index}`));
    await until(() => stdout.text.includes("could not be exported"), "the failure of an export");

    expect(warnings().length).toBeLessThanOrEqual(2);
    collector.answering = taking;
    await runtime.close();
    expect(warnings().length).toBeLessThanOrEqual(4);
  });
});

async function start(url: string, children: number, attributes: Record<string, string>) {
  return traced(
    { exporter: { type: "otlp", url, timeout: 60_000 }, flushTimeout: 20 },
    {
      invoke() {
        for (let index = 0; index < children; index++)
          trace.getTracer("application").startSpan(`child ${index}`, { attributes }).end();
      },
    },
  );
}

function rootsIn(
  spans: readonly { kind: string; attributes: Readonly<Record<string, unknown>> }[],
) {
  return spans
    .filter(({ kind }) => kind === "SERVER")
    .map(({ attributes }) => String(attributes["faas.invocation_id"]));
}

function warnings(): string[] {
  return stdout.lines.filter((line) => line.includes("[WARN]"));
}

/** How many spans the lines say never arrived. */
function lostIn(lines: readonly string[]): number {
  const counts = lines.map((line) =>
    /Dropped (\d+) spans?|(\d+) spans? were not exported/.exec(line),
  );
  return counts.reduce((sum, count) => sum + Number(count?.[1] ?? count?.[2] ?? 0), 0);
}
