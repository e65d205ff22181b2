import type { OutgoingHttpHeaders } from "node:http";
import { fileURLToPath } from "node:url";
import { serve } from "@fcrt/core";
import type { Event, Handlers, Runtime } from "@fcrt/core";
import { tracing } from "@fcrt/trace";
import type { TracingOptions } from "@fcrt/trace";
import { context, propagation, trace } from "@opentelemetry/api";
import { expect, onTestFinished } from "vitest";
import { startChild } from "../../support/child.ts";
import type { Child, ChildOptions } from "../../support/child.ts";
import { hook, invoke, sendTo } from "../../support/platform-request.ts";
import type { PlatformRequest, PlatformResponse } from "../../support/platform-request.ts";

/** The code that a program exits with, or the signal that ended it; a program that stays is a failure. */
export async function exitOf(child: Child): Promise<number | NodeJS.Signals | null> {
  const { code, signal } = await within(child.exited, "an exit");
  return signal ?? code;
}

/** Starts a fixture and waits until it serves. */
export async function serving(fixture: string, options: ChildOptions = {}): Promise<Child> {
  const child = await startChild(pathOf(fixture), options);
  await child.line("runtime inited.");
  return child;
}

/** The path of a fixture of this folder. */
export function pathOf(fixture: string): string {
  return fileURLToPath(new URL(`../../fixtures/trace/export/${fixture}`, import.meta.url));
}

/** Serves traced invocations in this process until the test is over; each makes one span of its own, `work`. */
export async function traced(options: TracingOptions, handlers: Handlers = {}): Promise<Runtime> {
  onTestFinished(forgetOpenTelemetry);
  const runtime = await serve(
    { invoke: work, preFreeze() {}, preStop() {}, ...handlers },
    { port: 0, host: "127.0.0.1", extensions: [tracing(options)] },
  );
  onTestFinished(runtime.close);
  return runtime;
}

/** Takes out of this process what tracing has set up in it, so that the next test can set up its own. */
export function forgetOpenTelemetry(): void {
  trace.disable();
  context.disable();
  propagation.disable();
}

const work = (event: Event): string => {
  trace.getTracer("application").startSpan("work").end();
  if (event.text() === "fail") throw new Error("asked to fail");
  return "done";
};

/** Sends one request; no answer in time is a failure. */
export async function send(
  { port }: { readonly port: number },
  request: PlatformRequest,
): Promise<PlatformResponse> {
  return within(sendTo(port, request), `an answer to ${request.method} ${request.path}`);
}

/** An event invocation with a request ID of its own. */
export function invocation(
  requestId: string,
  { body = "{}", headers = {} }: Pick<PlatformRequest, "headers" | "body"> = {},
): PlatformRequest {
  return invoke(body, { ...headers, "x-fc-request-id": requestId });
}

/** Sends so many invocations at once, `name-0` and on; each must be answered, and as a success. */
export async function wave(
  runtime: { readonly port: number },
  name: string,
  count: number,
  headers: OutgoingHttpHeaders = {},
): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  const answers = await Promise.all(ids.map((id) => send(runtime, invocation(id, { headers }))));
  expect(answers.filter(({ status, fcStatus }) => status !== 200 || fcStatus !== "200")).toEqual(
    [],
  );
  return ids;
}

/** The headers of a caller whose trace is not sampled. */
export const unsampled: Readonly<Record<string, string>> = {
  traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-00`,
};

/** Has a runtime send what it holds, as before a freeze, with no span more. */
export async function flushed(runtime: { readonly port: number }): Promise<void> {
  expect(await send(runtime, hook("pre-freeze", unsampled))).toMatchObject({ status: 200 });
}

/** Fails if core gave up on an invocation that waited for its spans, which it does after five seconds. */
export function expectNoneToBeLate(stdout: string): void {
  expect(stdout).not.toContain("was not waited for");
}

/** Waits until a condition holds; that it never does is a failure. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  await expect.poll(condition, { message: what, ...polling }).toBe(true);
}

/** Settles as the promise does, unless that takes too long. */
export async function within<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Expected ${what} within ${patience} ms`)), patience);
  });
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

const patience = 10_000;
const polling = { timeout: patience, interval: 5 };
