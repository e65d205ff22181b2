import type { IncomingMessage } from "node:http";
import type { HttpTriggerEvent } from "../events/http-trigger.ts";
import type { Context } from "../invocation/context.ts";
import type { HttpListener } from "../server/dispatch.ts";
import { answerOf } from "./answer.ts";
import type { BuiltInFunction } from "./answer.ts";
import type { FunctionContext } from "./function-context.ts";
import { bodyIn, clientHeadersOf, clientIpOf, parametersIn, targetOf } from "./http-request.ts";
import { sendResult } from "./http-result.ts";

/** Answers HTTP invocations with an event handler, as FC 3.0 does for its built-in runtimes. */
export function eventListener(
  handler: BuiltInFunction,
  contextOf: (context: Context) => FunctionContext,
  bodyLimit: number,
): HttpListener {
  return async (request, response, context) => {
    const body = await bodyIn(request, bodyLimit);
    const event = Buffer.from(JSON.stringify(eventOf(request, body, context)));
    sendResult(response, await answerOf(handler, [event, contextOf(context)], context));
  };
}

function eventOf(request: IncomingMessage, body: Buffer, context: Context): HttpTriggerEvent {
  const { path, query } = targetOf(request);
  const isText = isTextType(request.headers["content-type"]);
  return {
    version: "v1",
    rawPath: path,
    headers: headersOf(request),
    queryParameters: queryParametersOf(query),
    body: body.toString(isText ? "utf8" : "base64"),
    isBase64Encoded: !isText,
    requestContext: requestContextOf(request, path, context),
  };
}

const textTypes = new Set([
  "application/json",
  "application/ld+json",
  "application/xhtml+xml",
  "application/xml",
  "application/atom+xml",
  "application/javascript",
]);

function isTextType(contentType = ""): boolean {
  const [mediaType = ""] = contentType.toLowerCase().split(";");
  return mediaType.trim().startsWith("text/") || textTypes.has(mediaType.trim());
}

// What Go's `net/http`, behind which the platform's gateway stands, keeps apart from the headers.
const hiddenHeaders = new Set(["host", "transfer-encoding"]);

function headersOf(request: IncomingMessage): Record<string, string> {
  const visible = clientHeadersOf(request).filter(([name]) => !hiddenHeaders.has(name));
  return Object.fromEntries(
    visible.map(([name, values]) => [canonical(name), values.join(name === "cookie" ? "; " : ",")]),
  );
}

function canonical(name: string): string {
  return name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function queryParametersOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(parametersIn(query).map(([name, values]) => [name, values.join(",")]));
}

function requestContextOf(
  request: IncomingMessage,
  path: string,
  context: Context,
): HttpTriggerEvent["requestContext"] {
  const now = new Date();
  const domainName = (request.headers.host ?? "").replace(/:\d+$/, "");
  return {
    accountId: context.accountId ?? "",
    domainName,
    domainPrefix: domainName.split(".")[0] ?? "",
    requestId: context.requestId,
    time: `${now.toISOString().slice(0, -".000Z".length)}Z`,
    timeEpoch: String(now.getTime()),
    http: {
      method: request.method ?? "",
      path: decoded(path),
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: clientIpOf(request, context),
      userAgent: request.headers["user-agent"] ?? "",
    },
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
