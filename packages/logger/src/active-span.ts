/** The parts of a span context that a line carries. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

// The global of @opentelemetry/api 1.x, and the key under which it keeps the active span. Reading them here spares an
// application that does not trace the 40 ms of importing that package.
const apiKey = Symbol.for("opentelemetry.js.api.1");
const spanKey = Symbol.for("OpenTelemetry Context Key SPAN");
const noTrace = "00000000000000000000000000000000";

interface Api {
  readonly context?: {
    active(): { getValue(key: symbol): { spanContext(): SpanIds } | undefined };
  };
}

/** The ids of the active OpenTelemetry span; `undefined` when there is none. */
export function activeSpan(): SpanIds | undefined {
  const api: Api | undefined = Reflect.get(globalThis, apiKey);
  const ids = api?.context?.active().getValue(spanKey)?.spanContext();
  return ids && ids.traceId !== noTrace ? ids : undefined;
}
