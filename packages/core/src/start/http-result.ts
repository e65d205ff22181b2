import type { ServerResponse } from "node:http";
import { format } from "node:util";
import { bodyOf, isBytes } from "../server/result.ts";
import { isPlatforms } from "./http-request.ts";

/**
 * Sends what an event handler answered to an HTTP request, as FC 3.0 maps it: an object with a `statusCode`, or JSON
 * text of one, shapes the response; anything else is the body.
 */
export function sendResult(response: ServerResponse, result: unknown): void {
  const { statusCode, headers, body, isBase64Encoded } = shapeOf(result);
  response.statusCode = Number(statusCode);
  for (const [name, value] of Object.entries(headers ?? {})) setHeader(response, name, value);
  if (!response.hasHeader("content-type")) response.setHeader("content-type", "application/json");
  const { content } = bodyOf(body ?? undefined);
  response.end(
    isBase64Encoded === true && typeof content === "string" ? bytesIn(content) : content,
  );
}

/** Sets a header of a function's response; those that are the platform's own are ignored, as it ignores them. */
export function setHeader(response: ServerResponse, name: string, value: unknown): void {
  if (isReserved(name) || value === undefined || value === null) return;
  response.setHeader(
    name,
    Array.isArray(value) ? value.map((item) => format("%s", item)) : format("%s", value),
  );
}

// What handlers write is theirs: nothing is known of it.
interface Shape {
  readonly statusCode: unknown;
  readonly headers?: object | null;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

function shapeOf(result: unknown): Shape {
  const value = typeof result === "string" || isBytes(result) ? jsonIn(result) : result;
  return isShape(value) ? value : { statusCode: 200, body: result };
}

function isShape(value: unknown): value is Shape {
  return typeof value === "object" && value !== null && "statusCode" in value;
}

const openingBrace = /^\s*\{/;

function jsonIn(content: string | Uint8Array): unknown {
  const text = typeof content === "string" ? content : Buffer.from(content).toString();
  if (!openingBrace.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The platform sends a body as it is that claims to be base64 and is not.
function bytesIn(base64: string): string | Buffer {
  const compact = base64.replace(/[\r\n]/g, "");
  const isBase64 = compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
  return isBase64 ? Buffer.from(compact, "base64") : base64;
}

const reserved = new Set(["content-length", "date", "server", "transfer-encoding", "upgrade"]);

function isReserved(name: string): boolean {
  const lower = name.toLowerCase();
  return isPlatforms(lower) || reserved.has(lower);
}
