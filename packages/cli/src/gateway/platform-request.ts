import { randomBytes, randomUUID } from "node:crypto";
import { controlPath, header, internalHeaders, platformHeaderPrefix } from "@fcrt/core/protocol";
import type { Kind } from "@fcrt/core/protocol";
import type { Headers, RuntimeRequest } from "./connections.ts";
import type { FunctionFacts, Generation } from "./function-facts.ts";

/** What a caller asks of a function. */
export interface Call {
  readonly kind: "invoke" | "http-invoke";
  /** Of an HTTP invocation. */
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Headers;
  /** The event, or the body of the HTTP request. */
  readonly body?: RuntimeRequest["body"];
  /** @default one in the form of the generation */
  readonly requestId?: string;
  /** Lets the caller go away before the answer. */
  readonly signal?: AbortSignal;
  readonly onData?: RuntimeRequest["onData"];
}

/** A request ID as the platform makes them: FC 3.0 with the time in it, FC 2.0 and hooks a UUID. */
export function newRequestId(generation: Generation, kind: Kind): string {
  if (generation === 2 || (kind !== "invoke" && kind !== "http-invoke")) return randomUUID();
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `1-${seconds}-${randomBytes(4).toString("hex")}-${randomBytes(6).toString("hex")}`;
}

/** What reaches the runtime of a call. */
export function requestOf(
  call: Call,
  facts: FunctionFacts,
  requestId: string,
  retryCount: number,
): RuntimeRequest {
  const { kind, signal, onData } = call;
  const isEvent = kind === "invoke";
  const path = isEvent ? controlPath.invoke : (call.path ?? "/");
  const own = isEvent
    ? [["content-type", "application/octet-stream"] as const]
    : withoutPlatformHeaders(call.headers ?? []);
  return {
    method: isEvent ? "POST" : (call.method ?? "GET"),
    path,
    headers: [...own, ...platformHeadersOf(facts, kind, requestId, { retryCount, path })],
    ...bodyOf(call),
    ...(signal && { signal }),
    ...(onData && { onData }),
  };
}

/** How the platform calls a hook. */
export function hookRequestOf(
  kind: Exclude<Kind, Call["kind"]>,
  facts: FunctionFacts,
  requestId: string,
): RuntimeRequest {
  const path = controlPath[kind];
  const headers = platformHeadersOf(facts, kind, requestId, { retryCount: 0, path });
  return kind === "initialize"
    ? { method: "POST", path, headers, body: "" }
    : { method: "GET", path, headers };
}

/** The headers that the platform puts on a request. Many are empty, which says as much as if they were absent. */
function platformHeadersOf(
  facts: FunctionFacts,
  kind: Kind,
  requestId: string,
  { retryCount, path }: { readonly retryCount: number; readonly path: string },
): Headers {
  const { credentials } = facts;
  const common: Headers = [
    [header.requestId, requestId],
    [header.controlPath, controlPath[kind]],
    [header.accessKeyId, credentials.accessKeyId],
    [header.accessKeySecret, credentials.accessKeySecret],
    [header.securityToken, credentials.securityToken],
    [header.functionName, facts.name],
    [header.functionHandler, facts.handler],
    [header.functionMemory, String(facts.memory)],
    [header.functionTimeout, String(Math.ceil(facts.timeout / 1000))],
    [header.region, facts.region],
    [header.accountId, facts.accountId],
    [header.qualifier, facts.qualifier],
    [header.versionId, facts.versionId],
    [header.serviceName, facts.serviceName],
    [header.logProject, facts.logProject],
    [header.logStore, facts.logStore],
    [header.jaegerSpanContext, ""],
    [header.jaegerBaggages, ""],
    [header.jaegerEndpoint, ""],
  ];
  const basePath = kind === "http-invoke" ? path.replace(/\?.*/s, "") : "";
  return facts.generation === 2
    ? [
        ...common,
        [header.functionInitializer, facts.handler],
        [header.initializationTimeout, "300"],
        [header.preStopHandler, facts.handler],
        [header.preFreezeHandler, facts.handler],
      ]
    : [
        ...common,
        [header.retryCount, String(retryCount)],
        [header.basePath, basePath],
        ...internalHeaders.map((name) => [name, ""] as const),
      ];
}

// What a caller sets of the platform's own does not arrive, his trace aside.
function withoutPlatformHeaders(headers: Headers): Headers {
  return headers.filter(([name]) => !name.toLowerCase().startsWith(platformHeaderPrefix));
}

function bodyOf({ kind, body }: Call): Pick<RuntimeRequest, "body"> {
  if (body !== undefined) return { body };
  return kind === "invoke" ? { body: "" } : {};
}
