import { createHash, randomUUID } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import { currentInvocation } from "@fcrt/core";
import { spanOf, traceIdOf } from "@fcrt/trace";
import { context, propagation, trace, TraceFlags } from "@opentelemetry/api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { hook, requestIds, sendTo } from "../../support/platform-request.ts";
import { call, serveTraced } from "./traced.ts";
import type { Traced } from "./traced.ts";

captureStdout();

const w3c = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const traceparent = `00-${w3c.traceId}-${w3c.spanId}-01`;
const jaegerHeader = "x-fc-tracing-opentracing-span-context";
const jaegerBaggageHeader = "x-fc-tracing-opentracing-span-baggages";

/** What the code of an invocation sees of its trace, and what it would send on. */
interface Seen {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly sampled: boolean;
  readonly isRoot: boolean;
  readonly sent: Readonly<Record<string, string>>;
  readonly baggage: Readonly<Record<string, string>>;
}

describe("the trace id of an invocation that was sent no trace", () => {
  test.each([
    ["a UUID: its digits", requestIds.uuid, "a9e64a3c12345678abcdef0123456789"],
    [
      "a UUID in capitals: its digits in small letters",
      requestIds.uuid.toUpperCase(),
      "a9e64a3c12345678abcdef0123456789",
    ],
    [
      "an id of FC 3.0: its 28 digits behind zeros",
      requestIds.fc3,
      "000067a59f35150c1267f381ba1c085c",
    ],
    ["any other id: its hash", "req_1.retry", hashOf("req_1.retry")],
    ["a single character: its hash", "x", hashOf("x")],
    ["128 characters: their hash", "z".repeat(128), hashOf("z".repeat(128))],
    [
      "a UUID with a letter too much: its hash",
      `${requestIds.uuid}0`,
      hashOf(`${requestIds.uuid}0`),
    ],
    [
      "a UUID of zeros: its hash",
      "00000000-0000-0000-0000-000000000000",
      hashOf("00000000-0000-0000-0000-000000000000"),
    ],
    [
      "an id of FC 3.0 of zeros: its hash",
      "1-00000000-00000000-000000000000",
      hashOf("1-00000000-00000000-000000000000"),
    ],
  ])("%s", async (_what, requestId, traceId) => {
    const { runtime, seen } = await serveSeeing();
    expect(await call(runtime, requestId)).toMatchObject({ fcStatus: "200" });

    const root = runtime.rootOf(requestId);
    expect(root.spanContext()).toMatchObject({ traceId, traceFlags: TraceFlags.SAMPLED });
    expect(root.parentSpanContext).toBeUndefined();
    expect(root.attributes).toMatchObject({ "faas.invocation_id": requestId });
    expect(seen.get(requestId)).toMatchObject({ traceId, isRoot: true, sampled: true });
    expect(traceIdOf(requestId)).toBe(traceId);
  });

  test("an invocation without a request id has a root span with the one that it was given", async () => {
    const { runtime, seen } = await serveSeeing();
    await call(runtime, "");
    const [[requestId, { traceId }] = ["", { traceId: "" }]] = seen;
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
    expect(runtime.rootOf(requestId).spanContext().traceId).toBe(traceId);
    expect(traceIdOf(requestId)).toBe(traceId);
  });

  test("for every request id there is one, of 32 digits, never of zeros only", () => {
    const ids = fc.oneof(
      fc.stringMatching(/^[\w.-]{1,128}$/),
      fc.uuid(),
      fc.stringMatching(/^\d-[\da-f]{8}-[\da-f]{8}-[\da-f]{12}$/),
      fc.stringMatching(/^[0-]{1,40}$/),
    );
    fc.assert(
      fc.property(ids, (requestId) => {
        const traceId = traceIdOf(requestId);
        expect(traceId).toMatch(/^[\da-f]{32}$/);
        expect(traceId).not.toBe("0".repeat(32));
        expect(traceIdOf(requestId)).toBe(traceId);
      }),
      { numRuns: 500 },
    );
  });

  test("two UUIDs have two", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (one, other) => {
        expect(traceIdOf(one) === traceIdOf(other)).toBe(one === other);
      }),
    );
  });
});

describe("the parent of the root span", () => {
  const found = { ...w3c, sampled: true };
  const short = { traceId: "00000000000000000000000000000abc", spanId: "000000000000001f" };

  test.each<[string, OutgoingHttpHeaders, typeof found]>([
    ["traceparent, sampled", { traceparent }, found],
    [
      "traceparent, not sampled",
      { traceparent: traceparent.replace(/1$/, "0") },
      { ...w3c, sampled: false },
    ],
    ["traceparent with other flags", { traceparent: traceparent.replace(/01$/, "03") }, found],
    [
      "traceparent of a later version",
      { traceparent: `01-${w3c.traceId}-${w3c.spanId}-01-more` },
      found,
    ],
    ["traceparent before Jaeger's", { traceparent, [jaegerHeader]: "abc:1f:0:0" }, found],
    [
      "Jaeger's after a bad traceparent",
      { traceparent: "00-x-y-01", [jaegerHeader]: "abc:1f:0:1" },
      { ...short, sampled: true },
    ],
    ["Jaeger's, sampled", { [jaegerHeader]: `${w3c.traceId}:${w3c.spanId}:0:1` }, found],
    [
      "Jaeger's, not sampled",
      { [jaegerHeader]: `${w3c.traceId}:${w3c.spanId}:0:0` },
      { ...w3c, sampled: false },
    ],
    ["Jaeger's, short ids", { [jaegerHeader]: "abc:1f:0:1" }, { ...short, sampled: true }],
    ["Jaeger's, capitals", { [jaegerHeader]: "ABC:1F:0:1" }, { ...short, sampled: true }],
    ["Jaeger's, debug and sampled", { [jaegerHeader]: "abc:1f:0:3" }, { ...short, sampled: true }],
    [
      "Jaeger's, flags of two digits",
      { [jaegerHeader]: "abc:1f:0:01" },
      { ...short, sampled: true },
    ],
    ["Jaeger's, debug alone", { [jaegerHeader]: "abc:1f:0:2" }, { ...short, sampled: true }],
    ["Jaeger's, no parent", { [jaegerHeader]: "abc:1f::1" }, { ...short, sampled: true }],
  ])("%s", async (_what, headers, { traceId, spanId, sampled }) => {
    const { runtime, seen } = await serveSeeing();
    const requestId = randomUUID();
    expect(await call(runtime, requestId, headers)).toMatchObject({ fcStatus: "200" });

    const own = seen.get(requestId);
    expect(own).toMatchObject({ traceId, isRoot: true, sampled });
    expect(own?.sent["traceparent"]).toBe(`00-${traceId}-${own?.spanId}-0${sampled ? 1 : 0}`);
    expect(traceIdOf(requestId)).toBe(traceId);
    const parents = runtime.spans().map(({ parentSpanContext }) => parentSpanContext);
    const parent = expect.objectContaining({ traceId, spanId, isRemote: true });
    expect(parents).toEqual(sampled ? [parent] : []);
  });

  test.each<[string, OutgoingHttpHeaders]>([
    ["empty headers", { traceparent: "", [jaegerHeader]: "" }],
    ["traceparent without flags", { traceparent: `00-${w3c.traceId}-${w3c.spanId}` }],
    ["traceparent of the version that is none", { traceparent: traceparent.replace("00-", "ff-") }],
    ["traceparent with more than version 00 has", { traceparent: `${traceparent}-more` }],
    ["traceparent of zeros", { traceparent: `00-${"0".repeat(32)}-${w3c.spanId}-01` }],
    ["traceparent whose span is zeros", { traceparent: `00-${w3c.traceId}-${"0".repeat(16)}-01` }],
    ["traceparent that is no hex", { traceparent: traceparent.replaceAll("a", "g") }],
    ["traceparent that is cut", { traceparent: traceparent.slice(0, 20) }],
    ["Jaeger's of zeros", { [jaegerHeader]: "0:1f:0:1" }],
    ["Jaeger's whose span is zero", { [jaegerHeader]: "abc:0:0:1" }],
    ["Jaeger's that is too long", { [jaegerHeader]: `${w3c.traceId}0:1f:0:1` }],
    ["Jaeger's that is no hex", { [jaegerHeader]: "xyz:1f:0:1" }],
    ["Jaeger's of three parts", { [jaegerHeader]: "abc:1f:0" }],
    ["Jaeger's of five parts", { [jaegerHeader]: "abc:1f:0:1:1" }],
    ["Jaeger's that is garbage", { [jaegerHeader]: ":::" }],
  ])("none: %s", async (_what, headers) => {
    const { runtime, seen } = await serveSeeing();
    const requestId = randomUUID();
    expect(await call(runtime, requestId, headers)).toMatchObject({ fcStatus: "200" });

    const traceId = plain(requestId);
    expect(seen.get(requestId)).toMatchObject({ traceId, isRoot: true, sampled: true });
    expect(runtime.rootOf(requestId).parentSpanContext).toBeUndefined();
    expect(traceIdOf(requestId)).toBe(traceId);
  });

  test("is who sent any traceparent that the specification allows, and no other", async () => {
    const { runtime, seen } = await serveSeeing();
    const hex = (length: number): fc.Arbitrary<string> =>
      fc.stringMatching(new RegExp(`^[\\da-f]{${length}}$`));
    const valid = fc.tuple(hex(32), hex(16), hex(2)).map((parts) => `00-${parts.join("-")}`);
    const nearly = fc
      .tuple(valid, fc.nat(60), fc.constantFrom("", "-", "0", "g", "A", " x"))
      .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1));
    await fc.assert(
      fc.asyncProperty(fc.oneof(valid, nearly), async (text) => {
        const requestId = randomUUID();
        await call(runtime, requestId, { traceparent: text });
        const parts =
          /^00-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})$/.exec(text.trim()) ?? [];
        const [, traceId = plain(requestId), , flags = "01"] = parts;
        expect(seen.get(requestId)).toMatchObject({
          traceId,
          sampled: (Number.parseInt(flags, 16) & 1) === 1,
        });
        expect(traceIdOf(requestId)).toBe(traceId);
      }),
      { numRuns: 100 },
    );
  });

  test("is who sent any Jaeger header in form; garbage is none, and harms nothing", async () => {
    const { runtime, seen } = await serveSeeing();
    const inForm = fc
      .tuple(
        fc.stringMatching(/^[\da-fA-F]{1,32}$/),
        fc.stringMatching(/^[\da-fA-F]{1,16}$/),
        fc.stringMatching(/^[\da-f]{0,16}$/),
        fc.stringMatching(/^[0-3]$/),
      )
      .map((parts) => parts.join(":"));
    const garbage = fc.stringMatching(/^[\da-fx:]{1,60}$/);
    await fc.assert(
      fc.asyncProperty(fc.oneof(inForm, garbage), async (text) => {
        const requestId = randomUUID();
        await call(runtime, requestId, { [jaegerHeader]: text });
        const { traceId, sampled } = jaegerIn(text) ?? { traceId: plain(requestId), sampled: true };
        expect(seen.get(requestId)).toMatchObject({ traceId, sampled });
        expect(traceIdOf(requestId)).toBe(traceId);
      }),
      { numRuns: 100 },
    );
  });
});

describe("what travels with a trace", () => {
  test("tracestate goes through", async () => {
    const { runtime, seen } = await serveSeeing();
    const requestId = randomUUID();
    await call(runtime, requestId, { traceparent, tracestate: "vendor=value,other=1" });
    expect(seen.get(requestId)?.sent).toMatchObject({ tracestate: "vendor=value,other=1" });
    const { traceState } = runtime.rootOf(requestId).spanContext();
    expect(traceState?.serialize()).toBe("vendor=value,other=1");
  });

  test("tracestate without a trace is none", async () => {
    const { runtime, seen } = await serveSeeing();
    const requestId = randomUUID();
    await call(runtime, requestId, { tracestate: "vendor=value" });
    expect(seen.get(requestId)?.sent).not.toHaveProperty("tracestate");
  });

  test.each<[string, OutgoingHttpHeaders, Readonly<Record<string, string>>]>([
    [
      "baggage",
      { traceparent, baggage: "user=grace,plan=free%20tier" },
      { user: "grace", plan: "free tier" },
    ],
    ["baggage without a trace", { baggage: "user=grace" }, { user: "grace" }],
    [
      "FC's baggage",
      { [jaegerBaggageHeader]: base64({ user: "grace", plan: "free tier" }) },
      { user: "grace", plan: "free tier" },
    ],
    [
      "baggage before FC's",
      { baggage: "user=grace", [jaegerBaggageHeader]: base64({ user: "bob" }) },
      { user: "grace" },
    ],
    [
      "FC's baggage, texts only",
      { [jaegerBaggageHeader]: base64({ user: "grace", deep: {}, count: 1 }) },
      { user: "grace" },
    ],
    ["FC's baggage that is a list", { [jaegerBaggageHeader]: base64(["user"]) }, {}],
    ["FC's baggage that is no JSON", { [jaegerBaggageHeader]: "bm90IGpzb24=" }, {}],
    ["FC's baggage that is no base64", { [jaegerBaggageHeader]: "%%%" }, {}],
    ["FC's baggage that is null", { [jaegerBaggageHeader]: base64(null) }, {}],
    ["baggage that is garbage", { baggage: ";;=,=,%%%" }, {}],
  ])("%s", async (_what, headers, baggage) => {
    const { runtime, seen } = await serveSeeing();
    const requestId = randomUUID();
    expect(await call(runtime, requestId, headers)).toMatchObject({ fcStatus: "200" });
    expect(seen.get(requestId)?.baggage).toEqual(baggage);
    const { attributes } = runtime.rootOf(requestId);
    expect(JSON.stringify(attributes)).not.toContain("grace");
  });
});

describe("traceIdOf and spanOf", () => {
  test("traceIdOf finds the trace of an invocation long after, sent or not", async () => {
    const { runtime } = await serveSeeing();
    const sent = new Map<string, string>();
    for (let count = 0; count < 100; count += 1) {
      const requestId = randomUUID();
      const traceId = count % 2 ? plain(randomUUID()) : plain(requestId);
      sent.set(requestId, traceId);
      const headers = count % 2 ? { traceparent: `00-${traceId}-${w3c.spanId}-01` } : {};
      await call(runtime, requestId, headers);
    }
    await runtime.close();
    for (const [requestId, traceId] of sent) expect(traceIdOf(requestId)).toBe(traceId);
  });

  test("traceIdOf of a retry is that of its own trace, with the same request id", async () => {
    const { runtime } = await serveSeeing();
    const requestId = randomUUID();
    await call(runtime, requestId, { traceparent });
    expect(traceIdOf(requestId)).toBe(w3c.traceId);
    await call(runtime, requestId, { "x-fc-retry-count": "1" });
    expect(traceIdOf(requestId)).toBe(plain(requestId));
  });

  test("spanOf gives the root span while the invocation runs, and nothing before and after", async () => {
    const requestId = randomUUID();
    const seen: unknown[] = [];
    const runtime = await serveTraced({
      invoke: () => {
        spanOf(requestId)?.setAttribute("mine", 1);
        seen.push(spanOf(requestId) === trace.getActiveSpan(), spanOf(randomUUID()));
      },
    });
    expect(spanOf(requestId)).toBeUndefined();
    await call(runtime, requestId);
    expect(seen).toEqual([true, undefined]);
    expect(spanOf(requestId)).toBeUndefined();
    expect(runtime.rootOf(requestId).attributes).toMatchObject({ mine: 1 });
  });

  test("Of two runs with one request id spanOf keeps the one that still runs", async () => {
    const requestId = randomUUID();
    const releases: (() => void)[] = [];
    const both = new Promise<void>((resolve) => {
      releases.length = 0;
      waiting.push(resolve);
    });
    const runtime = await serveTraced({
      invoke: async () => {
        const own = trace.getActiveSpan();
        await new Promise<void>((resolve) => {
          releases.push(resolve);
          if (releases.length === 2) waiting.pop()?.();
        });
        return String(spanOf(requestId) === own);
      },
    });
    const first = call(runtime, requestId);
    const second = call(runtime, requestId);
    await both;
    releases[0]?.();
    await Promise.race([first, second]);
    releases[1]?.();
    const bodies = [(await first).body, (await second).body];
    expect(bodies).toContain("true");
    expect(spanOf(requestId)).toBeUndefined();
    await runtime.close();
    expect(runtime.spans()).toHaveLength(2);
    const ids = runtime.spans().map((span) => span.spanContext());
    expect(new Set(ids.map(({ traceId }) => traceId))).toEqual(new Set([plain(requestId)]));
    expect(new Set(ids.map(({ spanId }) => spanId)).size).toBe(2);
  });

  test.each(["initialize", "pre-freeze", "pre-stop"] as const)(
    "%s has a root span too, and leaves nothing behind",
    async (name) => {
      const runtime = await serveTraced({ invoke: () => {}, initialize: () => {} });
      await sendTo(runtime.port, hook(name));
      expect(runtime.rootOf(requestIds.uuid).name).toContain(name);
      expect(spanOf(requestIds.uuid)).toBeUndefined();
    },
  );
});

const waiting: (() => void)[] = [];

/** A runtime that notes what each invocation sees of its trace. */
async function serveSeeing(): Promise<{ runtime: Traced; seen: Map<string, Seen> }> {
  const seen = new Map<string, Seen>();
  const runtime = await serveTraced({
    invoke: (_event, { requestId }) => {
      seen.set(requestId, seenBy(requestId));
    },
  });
  return { runtime, seen };
}

function seenBy(requestId: string): Seen {
  const span = trace.getActiveSpan();
  const sent: Record<string, string> = {};
  propagation.inject(context.active(), sent);
  const baggage = propagation.getActiveBaggage()?.getAllEntries() ?? [];
  expect(currentInvocation()?.requestId).toBe(requestId);
  return {
    traceId: span?.spanContext().traceId,
    spanId: span?.spanContext().spanId,
    sampled: ((span?.spanContext().traceFlags ?? 0) & TraceFlags.SAMPLED) !== 0,
    isRoot: span !== undefined && span === spanOf(requestId),
    sent,
    baggage: Object.fromEntries(baggage.map(([key, { value }]) => [key, value])),
  };
}

function jaegerIn(text: string): { traceId: string; sampled: boolean } | undefined {
  const [id = "", span = "", parent = "", flags = ""] = text.split(":");
  const hex = (part: string, most: number): boolean =>
    part.length <= most && /^[\da-f]*$/i.test(part);
  const zero = /^0*$/;
  if (text.split(":").length !== 4) return undefined;
  if (!hex(id, 32) || !hex(span, 16) || !hex(parent, 16) || !hex(flags, 2)) return undefined;
  if (zero.test(id) || zero.test(span) || flags === "") return undefined;
  const traceId = id.toLowerCase().padStart(32, "0");
  return { traceId, sampled: (Number.parseInt(flags, 16) & 3) !== 0 };
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64");
}

function plain(uuid: string): string {
  return uuid.replaceAll("-", "");
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
