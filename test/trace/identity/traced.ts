import { createServer } from "node:http";
import type { OutgoingHttpHeaders, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { adopt, serve } from "@fcrt/core";
import type { AdoptOptions, Handlers } from "@fcrt/core";
import { tracing } from "@fcrt/trace";
import type { TracingOptions } from "@fcrt/trace";
import { context, propagation, trace } from "@opentelemetry/api";
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-base";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { onTestFinished } from "vitest";
import { invoke, sendTo } from "../../support/platform-request.ts";
import type { PlatformResponse } from "../../support/platform-request.ts";

/** A traced runtime in this process. */
export interface Traced {
  readonly port: number;
  /** What was exported so far. */
  spans(): ReadableSpan[];
  /** The exported root span of an invocation; one that is missing, or there twice, is a failure. */
  rootOf(requestId: string): ReadableSpan;
  /** Stops it, after which everything that ended has been exported. */
  close(): Promise<void>;
}

/** Serves handlers with tracing until the test is over. */
export async function serveTraced(
  handlers: Handlers,
  options: TracingOptions = {},
): Promise<Traced> {
  const exporter = setUp();
  const extensions = [tracing({ exporter, ...options })];
  const runtime = await serve(handlers, { port: 0, host: "127.0.0.1", extensions });
  const close = once(async () => runtime.close());
  onTestFinished(close);
  return { port: runtime.port, ...readerOf(exporter), close };
}

/** Serves an adopted application with tracing until the test is over. */
export async function adoptTraced(
  listener: RequestListener,
  options: TracingOptions = {},
  adoptOptions: AdoptOptions = {},
): Promise<Traced> {
  const exporter = setUp();
  const extension = tracing({ exporter, ...options });
  const server = createServer(adopt(listener, { ...adoptOptions, extensions: [extension] }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = once(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await extension.stop?.();
  });
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, ...readerOf(exporter), close };
}

/** Lets OpenTelemetry be as it is in a fresh process once the test is over. */
export function forgetGlobalsAfterTest(): void {
  onTestFinished(forgetGlobals);
}

/** Lets OpenTelemetry be as it is in a fresh process. */
export function forgetGlobals(): void {
  trace.disable();
  context.disable();
  propagation.disable();
}

/** Sends an event invocation with a request id and more headers. */
export async function call(
  { port }: Pick<Traced, "port">,
  requestId: string,
  headers: OutgoingHttpHeaders = {},
): Promise<PlatformResponse> {
  return sendTo(port, invoke("{}", { ...headers, "x-fc-request-id": requestId }));
}

/** The root span of an invocation among spans. */
export function rootAmong(spans: readonly ReadableSpan[], requestId: string): ReadableSpan {
  const roots = spans.filter(({ attributes }) => attributes["faas.invocation.id"] === requestId);
  const [root] = roots;
  if (!root || roots.length > 1)
    throw new Error(`Expected one root span of ${requestId}, got ${roots.length}`);
  return root;
}

function setUp(): InMemorySpanExporter {
  forgetGlobalsAfterTest();
  return new InMemorySpanExporter();
}

function readerOf(exporter: InMemorySpanExporter): Pick<Traced, "spans" | "rootOf"> {
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
  return { spans, rootOf: (requestId) => rootAmong(spans(), requestId) };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return async () => (done ??= work());
}
