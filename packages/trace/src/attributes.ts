import type { IncomingMessage } from "node:http";
import type { Invocation } from "@fcrt/core/extension";
import type { Attributes } from "@opentelemetry/api";
import type { CaptureSettings } from "./options.ts";

// Keys are written out: the constants of OpenTelemetry's package change their values between releases. A renamed key is
// written in both spellings.

/** What the platform says of an invocation. */
export function platformAttributes({ kind, context }: Invocation): Attributes {
  const { name, memory } = context.function;
  const { region, accountId, instanceId, retryCount } = context;
  return {
    "faas.invocation_id": context.requestId,
    "faas.invocation.id": context.requestId,
    "faas.trigger": kind === "http-invoke" ? "http" : "other",
    "faas.coldstart": context.coldStart,
    "faas.name": name,
    "faas.version": context.service.versionId ?? context.service.qualifier,
    "faas.instance": instanceId,
    "faas.max_memory": memory === undefined ? undefined : memory * 1024 * 1024,
    "cloud.provider": "alibaba_cloud",
    "cloud.platform": "alibaba_cloud_fc",
    "cloud.region": region,
    "cloud.account.id": accountId,
    "cloud.resource_id":
      name && region && accountId ? `acs:fc:${region}:${accountId}:functions/${name}` : undefined,
    "fc.invocation.kind": kind,
    "fc.invocation.retry_count": retryCount,
  };
}

/** What an HTTP request says, but no header and no query parameter that was not asked for by name. */
export function requestAttributes(request: IncomingMessage, capture: CaptureSettings): Attributes {
  return {
    "http.request.method": request.method,
    "url.path": pathOf(request),
    "url.query": queryOf(request, capture.queryParameters),
    "network.protocol.version": request.httpVersion,
    ...headerAttributes("request", capture.requestHeaders, (name) => request.headers[name]),
  };
}

/** What the answer to an HTTP request says, and the route that it took, where a router tells. */
export function responseAttributes(
  { request, response }: Invocation,
  written: Headers | undefined,
  capture: CaptureSettings,
): Attributes {
  if (!response) return {};
  return {
    "http.response.status_code": response.statusCode,
    "http.route": request && routeOf(request),
    ...headerAttributes(
      "response",
      capture.responseHeaders,
      (name) => response.getHeader(name) ?? written?.get(name) ?? undefined,
    ),
  };
}

/** The name of the root span as long as no route is known. */
export function spanNameOf({ kind, context, request }: Invocation): string {
  const name = context.function.name ?? "function";
  if (kind === "invoke") return name;
  if (kind !== "http-invoke" || !request) return `${name} ${kind}`;
  return `${request.method} ${pathOf(request)}`;
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return url.split("?", 1)[0] || "/";
}

function queryOf({ url = "" }: IncomingMessage, names: readonly string[]): string | undefined {
  if (names.length === 0 || !url.includes("?")) return undefined;
  const sent = new URLSearchParams(url.slice(url.indexOf("?") + 1));
  const asked = [...sent].filter(([name]) => names.includes(name));
  return new URLSearchParams(asked).toString() || undefined;
}

// Express keeps the route that answered on the request, without what it is mounted under; when an error has left the
// router, that part is gone.
function routeOf(request: IncomingMessage): string | undefined {
  const path = textIn(property(request, "route"), "path");
  if (!path) return undefined;
  const route = (textIn(request, "baseUrl") ?? "") + path;
  const isPlain = !/[*(){}?+]/.test(route);
  const asked = textIn(request, "originalUrl") ?? request.url ?? "";
  return isPlain && depthOf(route) !== depthOf(asked.split("?", 1)[0] ?? "") ? undefined : route;
}

function textIn(holder: unknown, name: string): string | undefined {
  const value = property(holder, name);
  return typeof value === "string" ? value : undefined;
}

function property(holder: unknown, name: string): unknown {
  return typeof holder === "object" && holder !== null ? Reflect.get(holder, name) : undefined;
}

function depthOf(path: string): number {
  return path.split("/").filter(Boolean).length;
}

type HeaderValue = number | string | readonly string[] | undefined;

function headerAttributes(
  side: "request" | "response",
  names: readonly string[],
  valueOf: (name: string) => HeaderValue,
): Attributes {
  const entries = names.map((name) => [`http.${side}.header.${name}`, textsOf(valueOf(name))]);
  return Object.fromEntries(entries);
}

function textsOf(value: HeaderValue): string[] | undefined {
  if (value === undefined) return undefined;
  return typeof value === "object" ? [...value] : [String(value)];
}
