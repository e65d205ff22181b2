import type { Invocation } from "@fcrt/core/extension";
import {
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import type { Baggage, Context, SpanContext } from "@opentelemetry/api";

/**
 * The context that the caller of an invocation is in: what the propagators read from the headers (W3C, unless the
 * application has its own), else FC's Jaeger headers, else none.
 */
export function parentContextOf({ context }: Invocation): Context {
  const { openTracingSpanContext, openTracingSpanBaggages } = context.tracing;
  let parent = propagation.extract(ROOT_CONTEXT, context.headers);
  if (!trace.getSpanContext(parent) && openTracingSpanContext) {
    const span = jaegerSpanContext(openTracingSpanContext);
    if (span) parent = trace.setSpanContext(parent, span);
  }
  if (!propagation.getBaggage(parent) && openTracingSpanBaggages) {
    const baggage = jaegerBaggage(openTracingSpanBaggages);
    if (baggage) parent = propagation.setBaggage(parent, baggage);
  }
  return parent;
}

const sampledOrDebug = 0b11;

/** `trace:span:parent:flags` in hex; `undefined` for anything else. Short ids are padded with zeros on the left. */
function jaegerSpanContext(text: string): SpanContext | undefined {
  const [, traceId, spanId, flags] =
    /^([\da-f]{1,32}):([\da-f]{1,16}):[\da-f]{0,16}:([\da-f]{1,2})$/i.exec(text) ?? [];
  if (!traceId || !spanId || !flags) return undefined;
  const sampled = (Number.parseInt(flags, 16) & sampledOrDebug) !== 0;
  const span = {
    traceId: traceId.toLowerCase().padStart(32, "0"),
    spanId: spanId.toLowerCase().padStart(16, "0"),
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
  return isSpanContextValid(span) ? span : undefined;
}

/** A JSON object of texts in base64; `undefined` for anything else. */
function jaegerBaggage(text: string): Baggage | undefined {
  try {
    const items: unknown = JSON.parse(Buffer.from(text, "base64").toString("utf8"));
    if (typeof items !== "object" || items === null || Array.isArray(items)) return undefined;
    const entries = Object.entries(items).filter(([, value]) => typeof value === "string");
    return propagation.createBaggage(
      Object.fromEntries(entries.map(([key, value]) => [key, { value }])),
    );
  } catch {
    return undefined;
  }
}
