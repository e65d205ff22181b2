import { currentInvocation, processState } from "@fcrt/core/extension";
import { variable } from "@fcrt/core/protocol";
import { trace } from "@opentelemetry/api";
import type { Context, Span, SpanOptions, Tracer, TracerProvider } from "@opentelemetry/api";
import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { invocationContextManager } from "./context-manager.ts";
import type { Send } from "./flush.ts";
import { registeredGlobals, registerGlobals } from "./globals.ts";
import { InvocationIds } from "./ids.ts";
import { contextOf, traceOf } from "./invocation-trace.ts";
import { environmentVariable } from "./options.ts";
import type { Settings } from "./options.ts";
import { resourceOf } from "./resource.ts";
import { recording, samplerOf } from "./sampler.ts";
import { UnsampledSpan } from "./unsampled-span.ts";

/** What makes the spans of this process: our provider, or the one that the application has registered. */
export interface Provider {
  /** Starts the root span of an invocation; with no parent, in the trace of this id where the provider is ours. */
  startRoot(traceId: string, name: string, options: SpanOptions, parent: Context): Span;
  /** Sends what the application's own provider holds; `undefined` where the provider is ours. */
  readonly forceFlush: Send | undefined;
  /** Whether what an invocation runs in has to be entered: the context manager is not ours. */
  readonly entersContext: boolean;
}

// A second set-up in this process finds the first one's provider, which asks this for its ids.
const ids: InvocationIds = processState("trace-ids", () => new InvocationIds());

/** Sets OpenTelemetry up, but for what the application has set up itself. */
export function setUpProvider(settings: Settings, processor: SpanProcessor): Provider {
  const { trace: theirs, context: theirContext } = registeredGlobals();
  const own = lazyProvider(settings, processor);
  registerGlobals(own, contextManager(), propagator());
  const provider = theirs === undefined ? own : trace.getTracerProvider();
  const tracer = provider.getTracer("@fcrt/trace");
  for (const instrumentation of settings.instrumentations) {
    leaveServerRequests(instrumentation);
    instrumentation.setTracerProvider(provider);
    instrumentation.enable();
  }
  return {
    startRoot: (traceId, name, options, parent) =>
      statusful(ids.startRoot(traceId, () => tracer.startSpan(name, options, parent))),
    forceFlush: provider === own ? undefined : async () => flushed(provider, settings.flushTimeout),
    entersContext: theirContext !== undefined,
  };
}

function statusful(root: Span): Span {
  return root.isRecording() ? root : new UnsampledSpan(root.spanContext());
}

// Made with the first span, when the function's name is known even if only the platform's headers tell it. A set-up that
// comes later finds it as the application's own, and flushes it as such.
function lazyProvider(settings: Settings, processor: SpanProcessor): FlushingProvider {
  let made: BasicTracerProvider | undefined;
  const sampler = settings.sampler ?? samplerOf();
  const make = (): BasicTracerProvider =>
    new BasicTracerProvider({
      resource: resourceOf(settings, functionName()),
      sampler: settings.keepFailures ? recording(sampler) : sampler,
      idGenerator: ids,
      spanProcessors: [processor],
    });
  return {
    getTracer(...scope) {
      if (made) return made.getTracer(...scope);
      let tracer: Tracer | undefined;
      const real = (): Tracer => (tracer ??= (made ??= make()).getTracer(...scope));
      return {
        startSpan: (...span) => real().startSpan(...span),
        startActiveSpan: (...span: unknown[]) =>
          Reflect.apply(real().startActiveSpan, real(), span),
      };
    },
    forceFlush: async () => processor.forceFlush(),
  };
}

interface FlushingProvider extends TracerProvider {
  forceFlush(): Promise<void>;
}

function functionName(): string | undefined {
  const { functionName: names } = variable;
  return environmentVariable(...names) ?? currentInvocation()?.context.function.name;
}

function contextManager(): ReturnType<typeof invocationContextManager> {
  return invocationContextManager(() => {
    const running = traceOf(currentInvocation());
    return running && contextOf(running);
  });
}

function propagator(): CompositePropagator {
  return new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  });
}

// It would make a second server span of each invocation.
function leaveServerRequests(instrumentation: Settings["instrumentations"][number]): void {
  if (instrumentation.instrumentationName !== "@opentelemetry/instrumentation-http") return;
  // It heeds this only when it begins to work.
  instrumentation.disable();
  instrumentation.setConfig({
    ...instrumentation.getConfig(),
    disableIncomingRequestInstrumentation: true,
  });
}

async function flushed(provider: TracerProvider, timeout: number): Promise<boolean> {
  const delegate: unknown =
    "getDelegate" in provider && typeof provider.getDelegate === "function"
      ? provider.getDelegate()
      : provider;
  if (typeof delegate !== "object" || delegate === null || !("forceFlush" in delegate)) return true;
  if (typeof delegate.forceFlush !== "function") return true;
  try {
    await delegate.forceFlush({ timeoutMillis: timeout });
    return true;
  } catch {
    return false;
  }
}
