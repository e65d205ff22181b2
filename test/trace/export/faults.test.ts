import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import {
  answeringNonsense,
  answeringWith,
  holding,
  idsOf,
  resettingAnswers,
  resettingRequests,
  silent,
  startCollector,
  takingAPart,
  talkingNonsense,
  taking,
  expectSpans,
} from "../../support/collector.ts";
import type { Answering, Collector } from "../../support/collector.ts";
import { flushed, pathOf, traced, wave, expectNoneToBeLate } from "./program.ts";

const stdout = captureStdout();
afterEach(() => expectNoneToBeLate(stdout.text));
const many = 200;
// So long that no test sees its end: what is answered was not waiting for the export.
const endless = 60_000;

const transient: readonly { what: string; fault: Answering; asksForTime?: boolean }[] = [
  { what: "never answers", fault: silent },
  {
    what: "answers 429 with Retry-After",
    fault: answeringWith(429, { "retry-after": "1" }),
    asksForTime: true,
  },
  { what: "answers 502", fault: answeringWith(502) },
  { what: "answers 503", fault: answeringWith(503) },
  { what: "answers 504", fault: answeringWith(504) },
  {
    what: "has its quota used up, which SLS tells with 403",
    fault: answeringWith(
      403,
      {},
      JSON.stringify({ errorCode: "WriteQuotaExceed", errorMessage: "" }),
    ),
  },
  { what: "breaks connections before it has read the body", fault: resettingRequests },
  { what: "breaks connections in the middle of its answer", fault: resettingAnswers },
  { what: "talks no HTTP", fault: talkingNonsense },
];

describe.each(transient)("a collector that $what", ({ fault, asksForTime = false }) => {
  test(`fails and holds up none of ${many} invocations, and has every span when it is back`, async () => {
    const collector = await startCollector();
    collector.answering = fault;
    const runtime = await traced(exportingTo(collector, { timeout: endless }));

    await wave(runtime, "during", many);
    expect(collector.spans).toEqual([]);
    await recover(collector);
    await wave(runtime, "after", 1);

    await expectEverySpanOf(collector, many + 1);
  });

  // Who says nothing is not known to have failed.
  test.skipIf(fault === silent)("once is tried again while the invocation waits", async () => {
    const collector = await startCollector();
    collector.answering = onlyOnce(fault);
    const runtime = await traced(
      exportingTo(collector, { timeout: endless, flushTimeout: endless }),
    );

    await wave(runtime, "request", 1);

    expect(idsOf(collector.spans).size).toBe(2);
    expect(complaints()).toEqual([]);
  });

  // What it asks for with Retry-After it is given.
  test.skipIf(asksForTime)(
    "is tried again with the next invocation after an export has given up",
    async () => {
      const collector = await startCollector();
      collector.answering = fault;
      const runtime = await traced(exportingTo(collector, { timeout: 50, flushTimeout: endless }));

      for (const name of ["first", "second"]) await wave(runtime, name, 1);
      expect(collector.spans).toEqual([]);
      await recover(collector);
      await wave(runtime, "after", 1);

      await expectEverySpanOf(collector, 3);
      expect(complaints()).toEqual([
        expect.stringMatching(
          /\[WARN\] Spans could not be exported and are kept: 127\.0\.0\.1:\d+: /,
        ),
      ]);
    },
  );
});

test("a collector that refuses connections fails none of them, and has every span when it is back", async () => {
  const collector = await startCollector();
  await collector.stop();
  const runtime = await traced(exportingTo(collector, { timeout: endless }));

  await wave(runtime, "during", many);
  await collector.start();
  await wave(runtime, "after", 1);

  await expectEverySpanOf(collector, many + 1);
});

test("a collector that is slow holds up none of them, and its late answer counts", async () => {
  const collector = await startCollector();
  const slow = holding();
  collector.answering = slow;
  const runtime = await traced(exportingTo(collector, { timeout: endless }));

  await wave(runtime, "during", many);
  // All have their answer while the collector still has not given one.
  expect(slow.held).toBe(1);
  slow.release();
  await wave(runtime, "after", 1);

  await expectEverySpanOf(collector, many + 1);
  expect(collector.spans).toHaveLength(2 * (many + 1));
  expect(complaints()).toEqual([]);
});

describe("a collector that took everything is sent nothing twice", () => {
  test.each([
    { what: "answers nonsense", answering: answeringNonsense, told: [] },
    {
      what: "says that it took a part only, which is told once",
      answering: takingAPart,
      told: [
        expect.stringMatching(
          /\[WARN\] .*127\.0\.0\.1:\d+ took a part only: 3 spans rejected: too long names$/,
        ),
      ],
    },
  ])("when it $what", async ({ answering, told }) => {
    const collector = await startCollector();
    collector.answering = answering;
    const runtime = await traced(exportingTo(collector, { timeout: endless }));

    await wave(runtime, "first", many);
    await wave(runtime, "second", many);

    await expectEverySpanOf(collector, 2 * many);
    expect(collector.spans).toHaveLength(4 * many);
    expect(complaints()).toEqual(told);
  });
});

describe.each([400, 404, 413, 500])("a collector that answers %i, for good", (status) => {
  test("fails none of them; what it refused is dropped and counted, and what comes later is taken", async () => {
    const collector = await startCollector();
    collector.answering = answeringWith(status, {}, "canary of an answer");
    const runtime = await traced(exportingTo(collector, { timeout: endless }));

    await wave(runtime, "during", many);
    await flushed(runtime);
    const refused = collector.posts.flatMap(({ spans }) => spans);
    await recover(collector);
    await wave(runtime, "after", 1);
    await runtime.close();

    expect(collector.spans).toHaveLength(2);
    expect(refused).toHaveLength(2 * many);
    expect(idsOf(refused).size).toBe(2 * many);
    expect(droppedIn(complaints())).toBe(2 * many);
    expect(stdout.text).not.toContain("canary");
  });
});

test("a collector that does not know the credentials has every span once it does", async () => {
  const collector = await startCollector();
  collector.answering = answeringWith(401);
  const runtime = await traced(exportingTo(collector, { timeout: endless }));

  await wave(runtime, "during", many);
  await recover(collector);
  await wave(runtime, "after", 1);
  await flushed(runtime);

  await expectEverySpanOf(collector, many + 1);
});

describe("TLS", () => {
  const tls = {
    key: readFileSync(pathOf("localhost-key.pem"), "utf8"),
    cert: readFileSync(pathOf("localhost-certificate.pem"), "utf8"),
  };

  afterEach(() => vi.unstubAllEnvs());

  test("with a certificate that nobody vouches for sends nothing, fails nothing, and says so once", async () => {
    const collector = await startCollector(tls);
    const runtime = await traced(exportingTo(collector, { timeout: 50 }));

    await wave(runtime, "during", many);
    await runtime.close();

    expect(collector.posts).toEqual([]);
    expect(complaints()).toEqual([
      expect.stringMatching(/are kept: 127\.0\.0\.1:\d+: self-signed certificate$/),
      expect.stringMatching(`${2 * many} spans were not exported before the stop`),
    ]);
  });

  test.each(["OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE"])(
    "with the certificate of %s sends everything",
    async (name) => {
      const collector = await startCollector(tls);
      vi.stubEnv(name, pathOf("localhost-certificate.pem"));
      const runtime = await traced(
        exportingTo(collector, { timeout: endless, flushTimeout: endless }),
      );

      await wave(runtime, "first", many);

      expect(idsOf(collector.spans).size).toBe(2 * many);
      expect(complaints()).toEqual([]);
    },
  );
});

/** Fails with the first request that it gets, and takes everything from then on. */
function onlyOnce(fault: Answering): Answering {
  let failed = false;
  return {
    head(request) {
      if (failed || !fault.head) return false;
      failed = true;
      return fault.head(request);
    },
    whole(response, post) {
      const answering = failed ? taking : fault;
      failed = true;
      answering.whole(response, post);
    },
  };
}

async function recover(collector: Collector): Promise<void> {
  collector.answering = taking;
  collector.breakConnections();
}

async function expectEverySpanOf(collector: Collector, invocations: number): Promise<void> {
  await expectSpans(collector, 2 * invocations);
  const roots = collector.spans.filter(({ kind }) => kind === "SERVER");
  expect(new Set(roots.map(({ attributes }) => attributes["faas.invocation_id"])).size).toBe(
    invocations,
  );
}

function exportingTo(
  { url }: Collector,
  { timeout, flushTimeout = 100 }: { timeout: number; flushTimeout?: number },
) {
  return { exporter: { type: "otlp", url, timeout }, flushTimeout } as const;
}

function complaints(): string[] {
  return stdout.lines.filter((line) => line.includes("[WARN]"));
}

/** How many spans the lines say are lost. */
function droppedIn(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Number(/Dropped (\d+) span/.exec(line)?.[1] ?? 0), 0);
}
