import type { Span, SpanStatus } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { UnsampledSpan } from "./unsampled-span.ts";

/** Whether a span can be read: those of the SDK can, whoever's provider made them; the API's own cannot. */
export function isReadable(span: Span): span is Span & ReadableSpan {
  return "name" in span && "attributes" in span && "status" in span;
}

/** The status of a span, if it can be read. */
export function statusOf(span: Span): SpanStatus | undefined {
  return isReadable(span) || span instanceof UnsampledSpan ? span.status : undefined;
}
