import { currentInvocation, processState, RunningSet } from "@fcrt/core/extension";
import type { Invocation } from "@fcrt/core/extension";
import { createContextKey, trace as api } from "@opentelemetry/api";
import type { Context, Span } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { Origin } from "./exporters/exporter.ts";
import { traceIdFrom } from "./ids.ts";
import type { Settings } from "./options.ts";

// A property: what a WeakMap costs the garbage collector is several times an invocation's other traces.
const traceProperty: unique symbol = Symbol.for("fcrt.trace.v1");

interface Traced {
  [traceProperty]?: InvocationTrace;
}

/** An invocation as tracing sees it. */
export interface InvocationTrace {
  readonly invocation: Invocation & Traced;
  readonly settings: Settings;
  readonly root: Span;
  /** What its request id leads to. */
  readonly ownTraceId: string;
  /** On the clock of `performance.now`, which no one sets back. */
  readonly openedAt: number;
  /** What the caller has sent. */
  readonly parent: Context;
  /** What the invocation runs in, once somebody has asked: see `contextOf`. */
  context: Context | undefined;
  readonly origin: Origin;
  /** The name that the root span was given. */
  readonly name: string;
  /** What the application gives to `writeHead`, which cannot be asked for later. */
  readonly writtenHeaders: (() => Headers | undefined) | undefined;
  /** Ended spans that are not sampled, in case the invocation fails; `undefined` once its outcome is known. */
  held: ReadableSpan[] | undefined;
  /** Where it stands among those that run. */
  place: number;
}

const traces = processState("traces", () => ({
  running: new RunningSet<InvocationTrace>(),
  // Only of invocations whose trace id does not lead from their request id.
  foreignTraceIds: new Map<string, string>(),
}));

const mostForeignTraceIds = 10_000;

/** Notes that a trace runs, until `forget`. */
export function remember(trace: InvocationTrace): void {
  const { requestId } = trace.invocation;
  const { traceId } = trace.root.spanContext();
  const { running, foreignTraceIds } = traces;
  trace.invocation[traceProperty] = trace;
  running.add(trace);
  if (foreignTraceIds.size > 0) foreignTraceIds.delete(requestId);
  if (traceId === trace.ownTraceId) return;
  foreignTraceIds.set(requestId, traceId);
  if (foreignTraceIds.size <= mostForeignTraceIds) return;
  const [oldest = ""] = foreignTraceIds.keys();
  foreignTraceIds.delete(oldest);
}

/** Notes that a trace is over. */
export function forget(trace: InvocationTrace): void {
  traces.running.delete(trace);
}

/** The trace of an invocation, if it has one. */
export function traceOf(invocation: object | undefined): InvocationTrace | undefined {
  const traced: Traced | undefined = invocation;
  return traced?.[traceProperty];
}

const invocationKey = createContextKey("fcrt invocation");

/** What an invocation runs in: its root span, the baggage of its caller, and whose spans start there. */
export function contextOf(trace: InvocationTrace): Context {
  const { invocation, parent, root } = trace;
  trace.context ??= api.setSpan(parent.setValue(invocationKey, invocation), root);
  return trace.context;
}

/** The invocation that a span belongs to which starts in this context, and now. */
export function invocationIn(context: Context): object | undefined {
  const invocation = context.getValue(invocationKey);
  return typeof invocation === "object" && invocation ? invocation : currentInvocation();
}

/** The root span of an invocation while it runs; `undefined` for any other request id. */
export function spanOf(requestId: string): Span | undefined {
  for (const { invocation, root } of traces.running)
    if (invocation.requestId === requestId) return root;
  return undefined;
}

/**
 * The trace id of an invocation, 32 hex digits, also long after its end. Exact for the last 10,000 invocations that
 * were sent a trace, and for all that were not: their trace id leads from the request id.
 */
export function traceIdOf(requestId: string): string {
  return traces.foreignTraceIds.get(requestId) ?? traceIdFrom(requestId);
}
