import type { Span } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";

/** Whether a span can be read: those of the SDK can, whoever's provider made them; the API's own cannot. */
export function isReadable(span: Span): span is Span & ReadableSpan {
  return "name" in span && "attributes" in span && "status" in span;
}
