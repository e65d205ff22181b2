import type { Context, FunctionInfo, ServiceInfo, TracingInfo } from "../invocation/context.ts";
import type { Credentials } from "../invocation/credentials.ts";
import { functionLogger } from "./function-logger.ts";
import type { FunctionLogger, LogLevel } from "./function-logger.ts";
import type { StartOptions } from "./start-options.ts";

/** The context that the built-in Node runtime gives to its functions. */
export interface FunctionContext {
  readonly requestId: string;
  /** The three properties read as usual; JSON, `util.inspect` and spreading show `[redacted]` instead. */
  readonly credentials: Credentials;
  /** `handler` and the hooks are those that were started. */
  readonly function: FunctionInfo;
  readonly service: ServiceInfo;
  readonly region: string | undefined;
  readonly accountId: string | undefined;
  readonly logger: FunctionLogger;
  /** How often the platform has tried this asynchronous call before; 0 at first. */
  readonly retryCount: number;
  readonly tracing: FunctionTracing;
}

/** The Jaeger trace that the caller is in (FC 2.0). */
export interface FunctionTracing extends Pick<
  TracingInfo,
  "openTracingSpanContext" | "jaegerEndpoint"
> {
  /** Parsed; empty when there are none, or none that can be read. */
  readonly openTracingSpanBaggages: object;
}

/** The built-in runtime's context for an invocation. */
export function functionContextOf(
  context: Context,
  { handler, initializer, preStop, preFreeze }: StartOptions,
  level: LogLevel,
): FunctionContext {
  const { requestId, credentials, service, region, accountId, retryCount } = context;
  const { openTracingSpanContext, openTracingSpanBaggages, jaegerEndpoint } = context.tracing;
  const started = { handler, initializer, preStopHandler: preStop, preFreezeHandler: preFreeze };
  return {
    requestId,
    credentials,
    function: { ...context.function, ...started },
    service,
    region,
    accountId,
    logger: functionLogger(level, () => requestId),
    retryCount,
    tracing: {
      openTracingSpanContext,
      openTracingSpanBaggages: baggagesIn(openTracingSpanBaggages),
      jaegerEndpoint,
    },
  };
}

function baggagesIn(base64 = ""): object {
  try {
    const baggages: unknown = JSON.parse(Buffer.from(base64, "base64").toString());
    return typeof baggages === "object" && baggages !== null ? baggages : {};
  } catch {
    return {};
  }
}
