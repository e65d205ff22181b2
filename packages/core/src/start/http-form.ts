import { IncomingMessage } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import type { Context } from "../invocation/context.ts";
import { textOf } from "../invocation/context.ts";
import { header } from "../protocol/headers.ts";
import type { HttpListener } from "../server/dispatch.ts";
import type { BuiltInFunction } from "./answer.ts";
import type { FunctionContext } from "./function-context.ts";
import { HttpFormResponse } from "./http-form-response.ts";
import { bodyIn, clientIpOf, isPlatforms, parametersIn, targetOf } from "./http-request.ts";

/** Answers HTTP invocations with an HTTP function of FC 2.0: `(request, response, context)`. */
export function httpListener(
  handler: BuiltInFunction,
  contextOf: (context: Context) => FunctionContext,
  bodyLimit: number,
): HttpListener {
  return async (request, response, context) => {
    const body = await bodyIn(request, bodyLimit);
    const formed = formedRequest(request, body, context);
    await handler(formed, new HttpFormResponse(response), contextOf(context));
  };
}

// A stream that has its whole body already: `request.body` and whoever reads the stream find it.
function formedRequest(request: IncomingMessage, body: Buffer, context: Context): IncomingMessage {
  const formed = new IncomingMessage(new Socket());
  const { path, query } = targetOf(request);
  const headers = headersOf(request);
  const clientIP = clientIpOf(request, context);
  Object.assign(formed, {
    method: request.method,
    url: request.url,
    path: withoutProxyPrefix(path, context),
    queries: queriesOf(query),
    headers,
    rawHeaders: Object.entries(headers).flat(2),
    getHeader: (name: string) => headers[name.toLowerCase()],
    body,
    clientIP,
    ip: clientIP,
    httpVersion: request.httpVersion,
    complete: true,
    _read() {},
  });
  formed.push(body);
  formed.push(null);
  return formed;
}

// FC 2.0 calls a custom runtime with the path of its default domain; a built-in one got what follows.
function withoutProxyPrefix(path: string, { headers }: Context): string {
  const prefix = textOf(headers[header.basePath]) ?? "";
  const isProxy = prefix.startsWith("/2016-08-15/proxy/") && path.startsWith(prefix);
  return isProxy ? `/${path.slice(prefix.length).replace(/^\//, "")}` : path;
}

function queriesOf(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    parametersIn(query).map(([name, values]) => [
      name,
      values.length > 1 ? values : (values[0] ?? ""),
    ]),
  );
}

function headersOf({ headers }: IncomingMessage): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isPlatforms(name)));
}
