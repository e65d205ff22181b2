import { TraceFlags } from "@opentelemetry/api";
import type { Context } from "@opentelemetry/api";
import type { ReadableSpan, Span, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { invocationIn, traceOf } from "./invocation-trace.ts";
import type { InvocationTrace } from "./invocation-trace.ts";
import type { SpanQueue } from "./span-queue.ts";

const mostHeld = 2048;
const ownerProperty: unique symbol = Symbol("fcrt invocation");

interface Owned {
  [ownerProperty]?: object | undefined;
}

/**
 * Takes each span that ends to the queue, with what an export must know of its invocation. Spans that are not sampled
 * end here, or with `keepFailures` wait for the outcome.
 */
export function invocationSpanProcessor(queue: SpanQueue, keepFailures: boolean): SpanProcessor {
  return {
    onStart(span: Span & Owned, parent: Context): void {
      const invocation = invocationIn(parent);
      if (invocation) span[ownerProperty] = invocation;
    },

    onEnd(span: ReadableSpan & Owned): void {
      const owner = span[ownerProperty];
      const trace = traceOf(owner);
      // A span that waits to be exported must not keep the request alive.
      if (owner) span[ownerProperty] = undefined;
      if (isSampled(span)) queue.add({ span, origin: trace?.origin });
      else if (keepFailures && trace) hold(trace, span, queue);
    },

    forceFlush: async () => void (await queue.flush()),
    shutdown: async () => void (await queue.flush()),
  };
}

/** Decides on the spans that were held, and on those to come: sent if the invocation failed. Whether any are sent. */
export function release(trace: InvocationTrace, queue: SpanQueue): boolean {
  const { held, invocation, origin } = trace;
  const isSent = invocation.outcome.status === "failure" && held !== undefined && held.length > 0;
  if (isSent) for (const span of held) queue.add({ span, origin });
  trace.held = undefined;
  return isSent;
}

function hold(
  { held, invocation, origin }: InvocationTrace,
  span: ReadableSpan,
  queue: SpanQueue,
): void {
  if (held) {
    held.push(span);
    if (held.length > mostHeld) held.shift();
  } else if (invocation.outcome.status === "failure") {
    queue.add({ span, origin });
  }
}

function isSampled(span: ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
