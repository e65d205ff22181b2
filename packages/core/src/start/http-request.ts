import type { IncomingMessage } from "node:http";
import type { Context } from "../invocation/context.ts";
import { textOf } from "../invocation/context.ts";
import { header, platformHeaderPrefix } from "../protocol/headers.ts";
import { readBody } from "../server/event.ts";

/** The body of an HTTP request, whole. */
export async function bodyIn(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => readBody(request, limit, resolve, reject));
}

/** Path and query of a request as they were sent, still URL-encoded. */
export function targetOf({ url = "/" }: IncomingMessage): { path: string; query: URLSearchParams } {
  const mark = url.indexOf("?");
  if (mark === -1) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

/** The parameters of a query, each with all of its values. In one pass: `getAll` for each would take their square. */
export function parametersIn(query: URLSearchParams): [name: string, values: string[]][] {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of query) {
    const values = parameters.get(name);
    if (values) values.push(value);
    else parameters.set(name, [value]);
  }
  return [...parameters];
}

/** The headers that are the client's own, their names in lower case, each with all of its values. */
export function clientHeadersOf(request: IncomingMessage): [name: string, values: string[]][] {
  return Object.entries(request.headersDistinct).flatMap(([name, values]) =>
    values === undefined || isPlatforms(name) ? [] : [[name, values]],
  );
}

/** Whether a header is the platform's own, which a function neither gets nor sets. */
export function isPlatforms(name: string): boolean {
  return name.startsWith(platformHeaderPrefix) || name === "connection" || name === "keep-alive";
}

/**
 * The address of the client as the platform tells it, else of whoever connected. Not `X-Forwarded-For`, which the
 * client can write himself.
 */
export function clientIpOf({ socket }: IncomingMessage, { headers }: Context): string {
  return textOf(headers[header.clientIp]) ?? socket.remoteAddress ?? "";
}
