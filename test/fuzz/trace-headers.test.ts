import { serve } from "@fcrt/core";
import { tracing } from "@fcrt/trace";
import { context, propagation, trace } from "@opentelemetry/api";
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-base";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { sendRaw } from "../support/raw-request.ts";
import { counted, fuzz } from "./fuzz.ts";
import { expectHonest } from "./stdout.ts";
import { anyText } from "./texts.ts";

const captured = captureStdout();

const atOnce = 50;

// 100,000 headers in all.
test("Whatever trace headers come, each invocation has one trace, and what is passed on is a header", async () => {
  const passedOn: Record<string, string>[] = [];
  const exporter = new InMemorySpanExporter();
  const runtime = await serve(
    {
      http(_request, response) {
        const carrier = {};
        propagation.inject(context.active(), carrier);
        passedOn.push(carrier);
        response.end();
      },
    },
    { port: 0, host: "127.0.0.1", extensions: [tracing({ exporter, keepFailures: true })] },
  );
  onTestFinished(async () => {
    await runtime.close();
    trace.disable();
    context.disable();
    propagation.disable();
  });

  const sent = counted("trace headers");
  await fuzz(
    fc.asyncProperty(
      fc.array(anyFields, { minLength: 1, maxLength: atOnce, size: "max" }),
      async (requests) => {
        sent.add(requests.flat().length);
        const heads = requests.map((fields, index) => {
          const last = index === requests.length - 1 ? ["Connection: close"] : [];
          return ["GET / HTTP/1.1", ...last, ...fields, "", ""].join("\r\n");
        });
        const bytes = Buffer.from(heads.join(""), "latin1");
        const answers = await sendRaw(runtime.port, bytes);

        const succeeded = answers.filter(
          ({ status, fcStatus }) => status === 200 && fcStatus === "200",
        );
        expect(succeeded).toHaveLength(requests.length);
        expect(passedOn).toHaveLength(requests.length);
        for (const [index, carrier] of passedOn.splice(0).entries()) {
          expectHeaders(carrier);
          expect(carrier["traceparent"]).toContain(onlyTraceparentIn(requests[index] ?? []) ?? "");
        }
        for (const span of exporter.getFinishedSpans()) {
          expect(span.spanContext().traceId).toMatch(/^(?!0{32})[\da-f]{32}$/);
        }
        exporter.reset();
        expectHonest(captured.lines.filter((line) => !line.endsWith("runtime inited.")));
        expect(captured.lines.some((line) => line.includes("[ERROR]"))).toBe(false);
        expect("polluted" in {}).toBe(false);
        captured.forget();
      },
    ),
    { quick: 5, full: 2_000 },
  );
  sent.tell();
});

/** Fails unless each value is one that a header can carry, as Node sees it. */
function expectHeaders(carrier: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(carrier)) {
    expect(name).toMatch(/^(traceparent|tracestate|baggage)$/);
    expect(value).toMatch(/^[\t\x20-\x7e]*$/);
  }
  expect(carrier["traceparent"]).toMatch(/^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-0[01]$/);
}

/** The trace id of a valid traceparent, where it is the only one. */
function onlyTraceparentIn(fields: readonly string[]): string | undefined {
  const sent = fields.filter((field) => /^traceparent:/i.test(field));
  const [, traceId] =
    /^traceparent: 00-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}$/.exec(
      sent[0] ?? "",
    ) ?? [];
  return sent.length === 1 ? traceId : undefined;
}

const hex = (length: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[\\da-f]{${length}}$`));

const anyTraceparent = fc
  .tuple(
    fc.constantFrom("00", "00", "00", "01", "cc", "ff", "0", ""),
    fc.oneof(
      { weight: 4, arbitrary: hex(32) },
      { weight: 1, arbitrary: fc.constantFrom("0".repeat(32), "", "A".repeat(32)) },
    ),
    fc.oneof(
      { weight: 4, arbitrary: hex(16) },
      { weight: 1, arbitrary: fc.constantFrom("0".repeat(16), "", "g".repeat(16)) },
    ),
    fc.constantFrom("00", "01", "ff", "1", "-", "01-more", "01 "),
  )
  .map((parts) => parts.join("-"));

const anyTracestate = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.stringMatching(/^[a-z][a-z0-9_*/@-]{0,20}$/), fc.string({ maxLength: 20 }))
        .map((pair) => pair.join("=")),
      fc.constantFrom("=", ",", "a=", "=b", "__proto__=x", "a=b".padEnd(600, "b"), "a\t=b", "é=ü"),
    ),
    { maxLength: 40 },
  )
  .map((members) => members.join(","));

const anyBaggage = fc
  .array(
    fc.oneof(
      fc
        .tuple(anyText, anyText)
        .map((pair) =>
          pair.map((text) => encodeURIComponent(Buffer.from(text).toString())).join("="),
        ),
      fc.constantFrom(
        "__proto__=polluted",
        "constructor=x",
        "a=b;c=d;e",
        "%=%",
        "a=%ff",
        "=",
        ";;;",
        "a=b=c",
        "a",
      ),
      fc.string(),
    ),
    { maxLength: 10 },
  )
  .map((members) => members.join(","));

const anyJaeger = fc.oneof(
  fc
    .tuple(
      hex(16),
      hex(16),
      fc.constantFrom("0", ""),
      fc.constantFrom("0", "1", "3", "ff", "g", ""),
    )
    .map((parts) => parts.join(":")),
  fc.stringMatching(/^[\da-fx:]{0,80}$/),
);

const anyJaegerBaggage = fc
  .oneof(
    fc.dictionary(anyText, fc.oneof(anyText, fc.jsonValue())).map((items) => JSON.stringify(items)),
    fc.constantFrom(
      '{"__proto__":{"polluted":1}}',
      '{"__proto__":"polluted"}',
      "[]",
      "null",
      "7",
      "{",
      '"x"',
    ),
    fc.json(),
  )
  .map((json) => Buffer.from(json).toString("base64"));

const anyFields = fc.array(
  fc
    .oneof(
      fc.tuple(fc.constantFrom("traceparent", "Traceparent"), anyTraceparent),
      fc.tuple(fc.constant("tracestate"), anyTracestate),
      fc.tuple(fc.constant("baggage"), anyBaggage),
      fc.tuple(
        fc.constantFrom("x-fc-tracing-opentracing-span-context", "uber-trace-id"),
        anyJaeger,
      ),
      fc.tuple(
        fc.constantFrom("x-fc-tracing-opentracing-span-baggages", "uberctx-x"),
        anyJaegerBaggage,
      ),
      fc.tuple(
        fc.constantFrom("traceparent", "tracestate", "baggage", "uber-trace-id", "x-fc-request-id"),
        anyText,
      ),
    )
    .map(
      ([name, value]) =>
        `${name}: ${Buffer.from(value.replaceAll(/[\0\r\n]/g, ""))
          .toString("latin1")
          .replaceAll(/[\0-\x08\x0a-\x1f\x7f]/g, "")}`,
    ),
  { minLength: 1, maxLength: 4 },
);
