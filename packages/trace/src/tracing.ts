import { handleProcessEvents, processState } from "@fcrt/core/extension";
import type { Extension, Invocation } from "@fcrt/core/extension";
import { context as activeContext, SpanKind, TraceFlags } from "@opentelemetry/api";
import type { Attributes, Span } from "@opentelemetry/api";
import {
  platformAttributes,
  requestAttributes,
  responseAttributes,
  spanNameOf,
} from "./attributes.ts";
import { createExporter } from "./exporters/create-exporter.ts";
import { markFailure, mirrorStatus } from "./failure.ts";
import { Flush } from "./flush.ts";
import { traceIdFrom } from "./ids.ts";
import { contextOf, forget, remember, traceOf } from "./invocation-trace.ts";
import type { InvocationTrace } from "./invocation-trace.ts";
import { settingsOf } from "./options.ts";
import type { Settings, TracingOptions } from "./options.ts";
import { parentContextOf } from "./propagation.ts";
import { setUpProvider } from "./provider.ts";
import type { Provider } from "./provider.ts";
import { isReadable } from "./readable-span.ts";
import { invocationSpanProcessor, release } from "./span-processor.ts";
import { SpanQueue } from "./span-queue.ts";
import { watchHead } from "./written-headers.ts";

/** Whether the program traces by its own call, so that `register` has nothing to do. */
export const configured: { byCall: boolean } = processState("tracing", () => ({ byCall: false }));

/**
 * Traces each invocation: `serve(handlers, { extensions: [tracing()] })`. Sets OpenTelemetry up at once, unless the
 * application has: then spans go to its provider.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID
 */
export function tracing(options: TracingOptions = {}): Extension {
  configured.byCall = true;
  return createTracing(options);
}

/** The extension itself. */
export function createTracing(options: TracingOptions): Extension {
  // A wrong option is told in a sentence, wherever this is called.
  handleProcessEvents();
  const settings = settingsOf(options);
  if (settings.disabled) return {};
  const queue = new SpanQueue(createExporter(settings));
  const provider = setUpProvider(settings, invocationSpanProcessor(queue, settings.keepFailures));
  const flush = new Flush(provider.forceFlush ?? (async () => queue.flush()), settings);
  // Two extensions can meet at one invocation: the first one traces it.
  const traceHere = (invocation: Invocation): InvocationTrace | undefined => {
    const found = traceOf(invocation);
    return found?.settings === settings ? found : undefined;
  };

  return {
    open(invocation) {
      if (traceOf(invocation)) return;
      remember(openTrace(invocation, provider, settings));
      flush.atOpen();
    },

    ...(provider.entersContext && {
      async around(invocation, next) {
        const running = traceHere(invocation);
        await (running ? activeContext.with(contextOf(running), next) : next());
      },
    }),

    verdict(invocation) {
      const running = traceHere(invocation);
      if (running && settings.mirrorStatus) mirrorStatus(running.root, invocation);
    },

    end(invocation) {
      const ending = traceHere(invocation);
      if (!ending) return undefined;
      endTrace(ending);
      const hasReleased = release(ending, queue);
      return flush.atEnd(invocation, hasReleased || isSampled(ending.root));
    },

    async stop() {
      await flush.now();
      await queue.close();
    },
  };
}

function openTrace(
  invocation: Invocation,
  provider: Provider,
  settings: Settings,
): InvocationTrace {
  const openedAt = performance.now();
  const { response, requestId } = invocation;
  const { credentials, tracing: sent } = invocation.context;
  const parent = parentContextOf(invocation);
  const name = spanNameOf(invocation);
  const options = {
    kind: SpanKind.SERVER,
    startTime: invocation.openedAt,
    // The samplers of OpenTelemetry do not look at them, and what is not sampled does not need them.
    ...(settings.sampler && { attributes: openingAttributes(invocation, settings) }),
  };
  const ownTraceId = traceIdFrom(requestId);
  const root = provider.startRoot(ownTraceId, name, options, parent);
  if (isSampled(root) || settings.keepFailures)
    root.setAttributes(openingAttributes(invocation, settings));
  const watchesHead = response && settings.responseHeaders.length > 0;
  return {
    invocation,
    settings,
    root,
    ownTraceId,
    name,
    openedAt,
    parent,
    context: undefined,
    origin: { requestId, credentials, endpoint: sent.jaegerEndpoint },
    writtenHeaders: watchesHead ? watchHead(response) : undefined,
    held: [],
    place: 0,
  };
}

function openingAttributes(invocation: Invocation, settings: Settings): Attributes {
  const attributes = platformAttributes(invocation);
  const { kind, request } = invocation;
  return kind === "http-invoke" && request
    ? Object.assign(attributes, requestAttributes(request, settings))
    : attributes;
}

function endTrace(ending: InvocationTrace): void {
  const { root, invocation, settings, writtenHeaders } = ending;
  markFailure(root, invocation);
  if (invocation.kind === "http-invoke") {
    root.setAttributes(responseAttributes(invocation, writtenHeaders?.(), settings));
    nameByRoute(ending);
  }
  root.end(invocation.openedAt + performance.now() - ending.openedAt);
  forget(ending);
}

// Unless the application has named it.
function nameByRoute({ root, name, invocation }: InvocationTrace): void {
  if (!isReadable(root) || root.name !== name) return;
  const route = root.attributes["http.route"];
  if (typeof route === "string") root.updateName(`${invocation.request?.method} ${route}`);
}

function isSampled(root: Span): boolean {
  return (root.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
