import { limit } from "@fcrt/core/protocol";
import type { Headers, RuntimeResponse } from "./connections.ts";
import type { Call } from "./platform-request.ts";

/** Why the platform does not let a call through; `undefined` when it does. */
export function refusalOf(
  { path = "", headers = [], body }: Call,
  way: "sync" | "async",
): string | undefined {
  const bodyLimit = way === "sync" ? limit.requestBody : limit.asyncRequestBody;
  return (
    over("the headers", bytesOf(headers), limit.requestHeaders) ??
    over("the path", Buffer.byteLength(path), limit.requestPath) ??
    // What is streamed has no length before it is sent.
    over("the body", isWhole(body) ? Buffer.byteLength(body) : 0, bodyLimit)
  );
}

/** Why the platform does not pass a response on; `undefined` when it does. */
export function brokenLimitOf({ headers }: RuntimeResponse): string | undefined {
  return over("the response headers", bytesOf(headers), limit.responseHeaders);
}

function over(what: string, bytes: number, most: number): string | undefined {
  return bytes > most ? `Expected ${what} to have at most ${most} bytes, got ${bytes}` : undefined;
}

function bytesOf(headers: Headers): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
}

function isWhole(body: Call["body"]): body is string | Uint8Array {
  return typeof body === "string" || body instanceof Uint8Array;
}
