import { describe, expect, test } from "vitest";
import type { Child } from "../../support/child.ts";
import { holding, silent, startCollector, expectSpans } from "../../support/collector.ts";
import type { Collector } from "../../support/collector.ts";
import { nodeVersions } from "../../support/node-versions.ts";
import { hook, httpInvoke } from "../../support/platform-request.ts";
import { exitOf, invocation, send, serving, wave, expectNoneToBeLate } from "./program.ts";

const sampled = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` };
const kept = ["lifecycle", "background"] as const;

describe.each(kept)("with the mode %s", (flush) => {
  test("no invocation waits for a collector that is silent, and none fails", async () => {
    const { collector, child } = await start({ flush, flushTimeout: 60_000 });
    collector.answering = silent;

    await wave(child, "first", 50, { "x-fc-function-timeout": "600" });
    await wave(child, "second", 50, { "x-fc-function-timeout": "600" });

    expect(collector.spans).toEqual([]);
    expectNoneToBeLate(child.stdout);
  });

  test.each([
    { when: "before a freeze", name: "pre-freeze", own: "preFreeze runs" },
    { when: "before the stop", name: "pre-stop", own: "preStop runs" },
  ] as const)("everything is sent $when, that of the hook too", async ({ name, own }) => {
    const { collector, child } = await start({ flush });
    await wave(child, "request", 10);

    expect(await send(child, hook(name))).toMatchObject({ status: 200 });

    expect(namesIn(collector)).toEqual(
      [...namesOf("request", 10), `my-function ${name}`, own].toSorted(),
    );
  });

  test("everything is sent before a freeze whose own call is not sampled", async () => {
    const { collector, child } = await start(
      { flush },
      { OTEL_TRACES_SAMPLER: "parentbased_always_off" },
    );
    await send(child, invocation("request-0", { headers: sampled }));

    expect(await send(child, hook("pre-freeze"))).toMatchObject({ status: 200 });

    expect(namesIn(collector)).toEqual(namesOf("request", 1));
  });

  test.each(["SIGTERM", "SIGINT"] as const)("everything is sent at %s", async (signal) => {
    const { collector, child } = await start({ flush });
    await wave(child, "request", 10);

    child.process.kill(signal);

    expect(await exitOf(child)).toBe(0);
    expect(namesIn(collector)).toEqual(
      [...namesOf("request", 10), "my-function pre-stop", "preStop runs"].toSorted(),
    );
  });

  test("everything is sent when the runtime is closed, and nothing keeps the process", async () => {
    const { collector, child } = await start({ flush });
    await wave(child, "request", 10);

    await send(child, invocation("request-10", { body: "close" }));

    expect(await exitOf(child)).toBe(0);
    expect(namesIn(collector)).toEqual(namesOf("request", 11));
  });

  test("everything is sent when the process crashes, that of the culprit too", async () => {
    const { collector, child } = await start({ flush });
    await wave(child, "request", 10);

    expect(await send(child, invocation("request-10", { body: "crash" }))).toMatchObject({
      status: 404,
    });

    expect(await exitOf(child)).toBe(1);
    expect(namesIn(collector)).toEqual(namesOf("request", 11));
    expect(collector.spans.filter(({ status }) => status.code === "ERROR")).toMatchObject([
      {
        kind: "SERVER",
        status: { message: "crash" },
        attributes: { "faas.invocation_id": "request-10" },
      },
    ]);
  });
});

test.each(nodeVersions)("Node $version sends everything, by import too", async ({ path: node }) => {
  const collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin };
  const nodeOptions = ["--import", "@fcrt/trace/register"];
  const child = await serving("registered.mjs", { node, nodeOptions, env });
  await child.line("listening");

  expect(await send(child, httpInvoke("GET", "/request-0"))).toMatchObject({ status: 200 });

  expect(namesIn(collector)).toEqual(["GET /request-0", "work of request-0"]);
});

test("with the mode background what is left goes with the invocations after it", async () => {
  const { collector, child } = await start({ flush: "background" });
  const held = holding();
  collector.answering = held;

  await send(child, invocation("first"));
  await send(child, invocation("second"));
  await collector.received(1);
  held.release();
  await send(child, invocation("third"));

  await expectSpans(collector, 6);
});

test("with the mode lifecycle nothing is sent before", async () => {
  const { collector, child } = await start({ flush: "lifecycle" });

  await wave(child, "request", 50);
  expect(collector.posts).toEqual([]);

  await send(child, hook("pre-freeze"));
  expect(collector.posts.map(({ spans }) => spans.length)).toEqual([102]);
});

test("an invocation that runs when the signal comes is sent too", async () => {
  const { collector, child } = await start({});
  const running = send(child, invocation("request-0", { body: "wait" }));
  await child.line("FC Invoke Start RequestId: request-0");

  child.process.kill("SIGTERM");
  child.process.kill("SIGUSR2");

  expect(await running).toMatchObject({ status: 200 });
  expect(await exitOf(child)).toBe(0);
  expect(namesIn(collector)).toEqual(
    [...namesOf("request", 1), "my-function pre-stop", "preStop runs"].toSorted(),
  );
});

test("a silent collector keeps nobody from the exit, and what is lost is counted", async () => {
  const { collector, child } = await start({ flush: "lifecycle" }, { HOOKS: "" });
  collector.answering = silent;
  await wave(child, "request", 10);

  child.process.kill("SIGTERM");

  expect(await exitOf(child)).toBe(0);
  expect(child.stdout).toMatch(/\[WARN\] \d+ spans were not exported before the stop/);
});

describe("an application that stops itself at SIGTERM", () => {
  test.each([
    { what: "adopted", fixture: "adopted.mjs", nodeOptions: [] },
    {
      what: "registered",
      fixture: "registered.mjs",
      nodeOptions: ["--import", "@fcrt/trace/register"],
    },
  ])("$what, has its spans sent", async ({ what, fixture, nodeOptions }) => {
    const collector = await startCollector();
    const env = {
      TRACING: JSON.stringify({
        exporter: { type: "otlp", url: collector.url },
        flush: "lifecycle",
      }),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url,
      FCRT_TRACE_FLUSH: "lifecycle",
    };
    const child = await serving(fixture, { env, nodeOptions });
    await child.line("listening");
    for (let index = 0; index < 10; index++) {
      const headers = { "x-fc-request-id": `request-${index}` };
      expect(await send(child, httpInvoke("GET", `/request-${index}`, headers))).toMatchObject({
        status: 200,
      });
    }
    expect(collector.posts).toEqual([]);

    child.process.kill("SIGTERM");

    // One that has no way of its own is stopped by us.
    expect(await exitOf(child)).toBe(0);
    expect(child.stdout.includes("stopping")).toBe(what === "adopted");
    const works = collector.spans.filter(({ kind }) => kind === "INTERNAL").map(({ name }) => name);
    expect(works.toSorted()).toEqual(
      Array.from({ length: 10 }, (_, index) => `work of request-${index}`),
    );
    const roots = collector.spans.filter(({ kind }) => kind === "SERVER").map(({ name }) => name);
    expect(roots.toSorted()).toEqual(
      Array.from({ length: 10 }, (_, index) => `GET /request-${index}`),
    );
  });
});

async function start(
  options: object,
  env: Readonly<Record<string, string>> = {},
): Promise<{ collector: Collector; child: Child }> {
  const collector = await startCollector();
  const tracing = {
    exporter: { type: "otlp", url: collector.url },
    flushTimeout: 5000,
    ...options,
  };
  const child = await serving("traced.mjs", {
    env: {
      TRACING: JSON.stringify(tracing),
      FC_FUNCTION_NAME: "my-function",
      HOOKS: "both",
      ...env,
    },
  });
  return { collector, child };
}

function namesIn({ spans }: Collector): string[] {
  return spans.map(({ name }) => name).toSorted();
}

/** The names of the spans that so many invocations make. */
function namesOf(id: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => [`work of ${id}-${index}`, "my-function"])
    .flat()
    .toSorted();
}
