import { TraceFlags } from "@opentelemetry/api";
import type { Context } from "@opentelemetry/api";
import type { ReadableSpan, Span, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { invocationIn, traceOf } from "./invocation-trace.ts";
import type { InvocationTrace } from "./invocation-trace.ts";
import type { SpanQueue } from "./span-queue.ts";

const mostHeld = 2048;
const ownerProperty = Symbol("fcrt invocation");

/**
 * Takes each span that ends to the queue, with what an export must know of its invocation. Spans that are not sampled
 * end here, or with `keepFailures` wait for the outcome.
 */
export function invocationSpanProcessor(queue: SpanQueue, keepFailures: boolean): SpanProcessor {
  return {
    onStart(span: Span, parent: Context): void {
      const invocation = invocationIn(parent);
      if (invocation) Reflect.set(span, ownerProperty, invocation);
    },

    onEnd(span: ReadableSpan): void {
      const owner: object | undefined = Reflect.get(span, ownerProperty);
      const trace = traceOf(owner);
      // A span that waits to be exported must not keep the request alive.
      if (owner) Reflect.set(span, ownerProperty, undefined);
      if (isSampled(span)) queue.add({ span, origin: trace?.origin });
      else if (keepFailures && trace) hold(trace, span, queue);
    },

    forceFlush: async () => void (await queue.flush()),
    shutdown: async () => void (await queue.flush()),
  };
}

/** Sends the spans of a failed invocation that were held; whether there were any. */
export function releaseHeld({ held, origin }: InvocationTrace, queue: SpanQueue): boolean {
  const spans = held.splice(0);
  for (const span of spans) queue.add({ span, origin });
  return spans.length > 0;
}

function hold(trace: InvocationTrace, span: ReadableSpan, queue: SpanQueue): void {
  const { held, invocation, origin } = trace;
  if (!invocation.ended) {
    held.push(span);
    if (held.length > mostHeld) held.shift();
  } else if (invocation.outcome.status === "failure") {
    queue.add({ span, origin });
  }
}

function isSampled(span: ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
