import { tracing } from "@fcrt/trace";
import type { TracingOptions } from "@fcrt/trace";
import { trace } from "@opentelemetry/api";
import { AlwaysOffSampler, SamplingDecision } from "@opentelemetry/sdk-trace-base";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { exitOf } from "../../process/program.ts";
import { captureStdout } from "../../support/captured-stdout.ts";
import { startChild } from "../../support/child.ts";
import { invoke, requestIds, sendTo } from "../../support/platform-request.ts";
import { fixtures } from "./program.ts";
import { forgetGlobalsAfterTest, serveTraced } from "./traced.ts";

const captured = captureStdout();

describe("an option that cannot be", () => {
  test.each<[string, object, string]>([
    ["exporter", { exporter: "jaeger" }, '`"jaeger"`'],
    ["exporter", { exporter: 4 }, "`4`"],
    ["exporter", { exporter: null }, "`null`"],
    ["exporter", { exporter: {} }, "`{}`"],
    ["exporter", { exporter: { type: "jaeger" } }, "jaeger"],
    ["flush", { flush: "never" }, '`"never"`'],
    ["flushTimeout", { flushTimeout: -1 }, "`-1`"],
    ["flushTimeout", { flushTimeout: "500" }, '`"500"`'],
    ["flushTimeout", { flushTimeout: Number.NaN }, "got `"],
    ["mirrorStatus", { mirrorStatus: "yes" }, '`"yes"`'],
    ["keepFailures", { keepFailures: 1 }, "`1`"],
    ["sampler", { sampler: "always_on" }, '`"always_on"`'],
    ["serviceName", { serviceName: "" }, '`""`'],
    ["resource", { resource: "team=a" }, '`"team=a"`'],
    ["resource", { resource: null }, "`null`"],
    ["instrumentations", { instrumentations: [{}] }, "`"],
    ["instrumentations", { instrumentations: { enable() {} } }, "`"],
    ["requestHeaders", { requestHeaders: "user-agent" }, '`"user-agent"`'],
    ["requestHeaders", { requestHeaders: ["Cookie"] }, "Cookie"],
    ["responseHeaders", { responseHeaders: ["set-cookie"] }, "set-cookie"],
    ["queryParameters", { queryParameters: [1] }, "`"],
  ])("%s %o is told with what was expected and what came", (name, options, came) => {
    forgetGlobalsAfterTest();
    expect(() => tracing(options as TracingOptions)).toThrow(
      expect.objectContaining({
        code: "FCRT_OPTION_INVALID",
        message: expect.stringMatching(new RegExp(`^Expected \`${name}\` to be .+, got .+$`)),
      }),
    );
    expect(() => tracing(options as TracingOptions)).toThrow(came);
    expect(isSetUp()).toBe(false);
  });

  test.each([
    { "authorization: Bearer canary": "=" },
    { authorization: "Bearer canary\r\n" },
    { "x-\u0100": "canary" },
  ])("headers %o that cannot be sent are told, and not quoted", (headers) => {
    expect(() => tracing({ exporter: { type: "otlp", headers } })).toThrow(
      expect.objectContaining({
        code: "FCRT_OPTION_INVALID",
        message:
          'Expected `exporter.headers` to be names and values that HTTP can send, got `"one that it cannot"`',
      }),
    );
    expect(isSetUp()).toBe(false);
  });

  test.each([
    [{ mirorStatus: false }, "mirrorStatus"],
    [{ Exporter: "stdout" }, "exporter"],
    [{ flushtimeout: 1 }, "flushTimeout"],
  ])("%o is unknown, and the nearest is named", (options, nearest) => {
    expect(() => tracing(options as TracingOptions)).toThrow(
      expect.objectContaining({
        code: "FCRT_OPTION_UNKNOWN",
        message: expect.stringContaining(`\`${nearest}\``),
      }),
    );
    expect(isSetUp()).toBe(false);
  });

  test("undefined is an absent one", async () => {
    const runtime = await serveTraced({ invoke: () => {} }, {
      flush: undefined,
      sampler: undefined,
      serviceName: undefined,
      resource: undefined,
    } as object);
    await sendTo(runtime.port, invoke());
    expect(runtime.spans()).toHaveLength(1);
  });
});

describe("a wrong environment", () => {
  test.each([
    ["OTEL_TRACES_EXPORTER", "jaeger"],
    ["FCRT_TRACE_FLUSH", "often"],
    ["FCRT_TRACE_FLUSH_TIMEOUT", "1.5"],
    ["FCRT_TRACE_MIRROR_STATUS", "perhaps"],
    ["FCRT_TRACE_KEEP_FAILURES", "some"],
  ])("%s=%s throws a sentence", (name, value) => {
    vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => tracing()).toThrow(
      expect.objectContaining({
        code: "FCRT_OPTION_INVALID",
        message: expect.stringMatching(
          new RegExp(`^Expected \`${name}\` to be .+, got \`"${value}"\`$`),
        ),
      }),
    );
    expect(isSetUp()).toBe(false);
  });

  test.each(["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"])(
    "%s with a colon where a `=` belongs throws a sentence that tells no secret",
    (name) => {
      vi.stubEnv(name, "authorization: Bearer canary==");
      onTestFinished(() => void vi.unstubAllEnvs());
      expect(() => tracing({ exporter: "otlp" })).toThrow(
        expect.objectContaining({
          code: "FCRT_OPTION_INVALID",
          message: `Expected \`${name}\` to be names and values that HTTP can send, got \`"one that it cannot"\``,
        }),
      );
      expect(isSetUp()).toBe(false);
    },
  );

  test("a variable that an option overrules is not looked at", async () => {
    vi.stubEnv("OTEL_TRACES_EXPORTER", "jaeger");
    vi.stubEnv("FCRT_TRACE_FLUSH", "often");
    vi.stubEnv("FCRT_TRACE_MIRROR_STATUS", "perhaps");
    vi.stubEnv("OTEL_TRACES_SAMPLER", "sometimes");
    onTestFinished(() => void vi.unstubAllEnvs());
    const runtime = await serveTraced(
      { invoke: () => {} },
      { flush: "end", mirrorStatus: true, sampler: new AlwaysOffSampler() },
    );
    await sendTo(runtime.port, invoke());
    expect(runtime.spans()).toEqual([]);
    expect(captured.text).not.toContain("sometimes");
  });

  test("a program with a wrong option says so in one sentence, without our stack, and ends", async () => {
    for (const file of ["wrong-option.mjs", "wrong-option.cjs"]) {
      const child = await startChild(fixtures + file);
      expect(await exitOf(child)).toBe(1);
      expect(child.stdout + child.stderr).toContain("Expected `flush` to be one of");
      expect(child.stdout + child.stderr).not.toMatch(/packages[\\/]trace|@fcrt[\\/]trace/);
    }
  });
});

describe("sampling", () => {
  const parents = {
    none: {},
    sampled: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    unsampled: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00" },
  };
  test.each<[string | undefined, string | undefined, keyof typeof parents, boolean]>([
    [undefined, undefined, "none", true],
    [undefined, undefined, "sampled", true],
    [undefined, undefined, "unsampled", false],
    ["always_on", undefined, "unsampled", true],
    ["always_off", undefined, "sampled", false],
    ["parentbased_always_off", undefined, "none", false],
    ["parentbased_always_off", undefined, "sampled", true],
    ["PARENTBASED_ALWAYS_ON", undefined, "unsampled", false],
    ["traceidratio", "0", "sampled", false],
    ["traceidratio", "1", "unsampled", true],
    ["traceidratio", undefined, "none", true],
    ["parentbased_traceidratio", "0", "none", false],
    ["parentbased_traceidratio", "0", "sampled", true],
    ["", undefined, "none", true],
  ])(
    "OTEL_TRACES_SAMPLER=%s, argument %s, caller %s: sampled %s",
    async (name, argument, caller, sampled) => {
      if (name !== undefined) vi.stubEnv("OTEL_TRACES_SAMPLER", name);
      if (argument !== undefined) vi.stubEnv("OTEL_TRACES_SAMPLER_ARG", argument);
      onTestFinished(() => void vi.unstubAllEnvs());
      const runtime = await serveTraced({
        invoke: () => {
          const child = trace.getTracer("app").startSpan("child");
          const isRecording = child.isRecording();
          child.end();
          return `${child.spanContext().traceFlags & 1} ${isRecording}`;
        },
      });
      const { body } = await sendTo(runtime.port, invoke("{}", parents[caller]));
      await runtime.close();
      // What is not sampled costs nothing below the root span.
      expect(body).toBe(sampled ? "1 true" : "0 false");
      expect(runtime.spans()).toHaveLength(sampled ? 2 : 0);
    },
  );

  test("a sampler of the user's own sees name, kind and attributes, and decides", async () => {
    const asked: unknown[] = [];
    const runtime = await serveTraced(
      { invoke: () => {} },
      {
        sampler: {
          shouldSample(_context, traceId, name, kind, attributes) {
            asked.push({ traceId, name, kind, id: attributes["faas.invocation.id"] });
            return { decision: SamplingDecision.RECORD_AND_SAMPLED };
          },
          toString: () => "own",
        },
      },
    );
    await sendTo(runtime.port, invoke("{}", { "x-fc-request-id": requestIds.uuid }));
    expect(asked).toEqual([
      {
        traceId: requestIds.uuid.replaceAll("-", ""),
        name: "my-function",
        kind: 1,
        id: requestIds.uuid,
      },
    ]);
    expect(runtime.spans()).toHaveLength(1);
  });

  test("a sampler that throws harms no invocation", async () => {
    const runtime = await serveTraced(
      { invoke: () => "done" },
      {
        sampler: {
          shouldSample: () => {
            throw new Error("cannot decide");
          },
          toString: () => "own",
        },
      },
    );
    expect(await sendTo(runtime.port, invoke())).toMatchObject({ fcStatus: "200", body: "done" });
  });
});

/** Whether anything is registered with OpenTelemetry: spans would be real. */
function isSetUp(): boolean {
  const span = trace.getTracer("probe").startSpan("probe");
  span.end();
  return span.isRecording() || span.spanContext().traceId !== "0".repeat(32);
}
