import type { IncomingHttpHeaders } from "node:http";
import { uptime } from "../clock.ts";
import type { Environment } from "../protocol/environment.ts";
import { header } from "../protocol/headers.ts";
import type { Kind } from "../protocol/kinds.ts";
import type { SentCredentials } from "./credential-headers.ts";
import { Credentials } from "./credentials.ts";

/** The function that runs. */
export interface FunctionInfo {
  /** `x-fc-function-name`, such as `my-function`. */
  readonly name: string | undefined;
  /** `x-fc-function-handler`, such as `index.handler`; means nothing in a custom runtime. */
  readonly handler: string | undefined;
  /** `x-fc-function-memory` in MB, such as `512`. */
  readonly memory: number | undefined;
  /** `x-fc-function-timeout` in seconds, such as `60`. */
  readonly timeout: number | undefined;
  /** `x-fc-function-initializer`; means nothing in a custom runtime (FC 2.0). */
  readonly initializer: string | undefined;
  /** `x-fc-initialization-timeout` in seconds (FC 2.0). */
  readonly initializationTimeout: number | undefined;
  /** `x-fc-instance-lifecycle-pre-stop-handler`; means nothing in a custom runtime (FC 2.0). */
  readonly preStopHandler: string | undefined;
  /** `x-fc-instance-lifecycle-pre-freeze-handler`; means nothing in a custom runtime (FC 2.0). */
  readonly preFreezeHandler: string | undefined;
}

/** The service that the function belongs to, and its version. */
export interface ServiceInfo {
  /** `x-fc-service-name`; empty since FC 3.0, which has no services. */
  readonly name: string | undefined;
  /** `x-fc-service-logproject`, such as `my-log-project`. */
  readonly logProject: string | undefined;
  /** `x-fc-service-logstore`, such as `my-logstore`. */
  readonly logStore: string | undefined;
  /** `x-fc-qualifier`: the version or alias that was called, such as `LATEST` or `myAlias`. */
  readonly qualifier: string | undefined;
  /** `x-fc-version-id`: the version that runs, such as `1`. */
  readonly versionId: string | undefined;
}

/** The trace that the caller is in, as the headers have it. */
export interface TracingInfo {
  /** `x-fc-tracing-opentracing-span-context`: `trace:span:parent:flags` in hex (FC 2.0). */
  readonly openTracingSpanContext: string | undefined;
  /** `x-fc-tracing-opentracing-span-baggages`: JSON in base64 (FC 2.0). */
  readonly openTracingSpanBaggages: string | undefined;
  /** `x-fc-tracing-jaeger-endpoint` (FC 2.0). */
  readonly jaegerEndpoint: string | undefined;
  /** The W3C headers (FC 3.0). */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly baggage: string | undefined;
}

/** What a context needs from the invocation that it describes. */
export interface ContextSource {
  readonly kind: Kind;
  readonly requestId: string;
  readonly openedAt: number;
  /** When its time is up, by the clock that nobody sets; `Infinity` when the platform did not say. */
  readonly due: number;
  readonly coldStart: boolean;
  readonly signal: AbortSignal;
  fail(reason: unknown): void;
}

/**
 * What the headers of a request say, with the field names of the platform's built-in Node runtime. An empty header
 * is an absent one; where the environment holds the same fact it stands in.
 */
export class Context {
  /** `x-fc-request-id`, such as `a9e64a3c-1234-5678-abcd-ef0123456789`; a fresh UUID when none, or no fit one, came. */
  readonly requestId: string;
  readonly kind: Kind;
  /** `x-fc-control-path` as sent, such as `/invoke`; `undefined` when method and path decided. */
  readonly controlPath: string | undefined;
  readonly credentials: Credentials;
  readonly function: FunctionInfo;
  readonly service: ServiceInfo;
  /** `x-fc-region`, such as `cn-hangzhou`. */
  readonly region: string | undefined;
  /** `x-fc-account-id`, such as `123456789012`. */
  readonly accountId: string | undefined;
  /** `x-fc-instance-id`, or `FC_INSTANCE_ID`. */
  readonly instanceId: string | undefined;
  readonly tracing: TracingInfo;
  /** Whether this is the first invocation after start, or the initialization before it. */
  readonly coldStart: boolean;
  /** `x-fc-retry-count`: how often the platform has tried this asynchronous call before; 0 at first. */
  readonly retryCount: number;
  /**
   * When the time of this invocation is up, in epoch milliseconds: arrival plus `x-fc-function-timeout`, or plus
   * `x-fc-initialization-timeout` for an initialization. `undefined` when the platform did not say.
   */
  readonly deadline: number | undefined;

  readonly #source: ContextSource;
  readonly #headers: IncomingHttpHeaders;

  constructor(
    source: ContextSource,
    headers: IncomingHttpHeaders,
    sent: SentCredentials,
    environment: Environment,
  ) {
    this.#source = source;
    this.#headers = headers;
    const { kind } = source;
    this.requestId = source.requestId;
    this.kind = kind;
    this.controlPath = textOf(headers[header.controlPath]);
    this.credentials = credentialsOf(sent, environment);
    this.function = functionOf(headers, environment);
    this.service = serviceOf(headers, environment);
    this.region = textOf(headers[header.region]) ?? environment.region;
    this.accountId = textOf(headers[header.accountId]) ?? environment.accountId;
    this.instanceId = textOf(headers[header.instanceId]) ?? environment.instanceId;
    this.tracing = tracingOf(headers);
    this.coldStart = source.coldStart;
    this.retryCount = numberOf(headers[header.retryCount]) ?? 0;
    const timeout = timeoutOf(kind, this.function);
    this.deadline = timeout === undefined ? undefined : source.openedAt + timeout * 1000;
  }

  /** All headers of the request but the three that carry credentials. */
  get headers(): IncomingHttpHeaders {
    return this.#headers;
  }

  /** Aborts when the client disconnects and when `deadline` passes. */
  get signal(): AbortSignal {
    return this.#source.signal;
  }

  /** The milliseconds until `deadline`, 0 when it has passed, `Infinity` when there is none; no clock that is set changes it. */
  remainingTime(): number {
    return Math.max(0, this.#source.due - uptime());
  }

  /** Makes this invocation a handled failure, with an error or a sentence as its reason; the code goes on. */
  fail(reason: unknown): void {
    this.#source.fail(reason);
  }
}

/** The value of a header, an empty one being an absent one. */
export function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: string | readonly string[] | undefined): number | undefined {
  const text = textOf(value);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

// A token belongs to the key that it came with, so the two sources are never mixed.
function credentialsOf(sent: SentCredentials, environment: Environment): Credentials {
  const { accessKeyId, accessKeySecret, securityToken } = environment;
  const lacking =
    !sent.accessKeyId ||
    !sent.accessKeySecret ||
    (!sent.securityToken && securityToken !== undefined);
  return lacking && accessKeyId && accessKeySecret
    ? new Credentials(accessKeyId, accessKeySecret, securityToken)
    : new Credentials(sent.accessKeyId, sent.accessKeySecret, sent.securityToken);
}

function functionOf(headers: IncomingHttpHeaders, environment: Environment): FunctionInfo {
  return {
    name: textOf(headers[header.functionName]) ?? environment.functionName,
    handler: textOf(headers[header.functionHandler]) ?? environment.functionHandler,
    memory: numberOf(headers[header.functionMemory]) ?? numberOf(environment.functionMemory),
    timeout: numberOf(headers[header.functionTimeout]),
    initializer: textOf(headers[header.functionInitializer]),
    initializationTimeout: numberOf(headers[header.initializationTimeout]),
    preStopHandler: textOf(headers[header.preStopHandler]),
    preFreezeHandler: textOf(headers[header.preFreezeHandler]),
  };
}

function serviceOf(headers: IncomingHttpHeaders, environment: Environment): ServiceInfo {
  return {
    name: textOf(headers[header.serviceName]) ?? environment.serviceName,
    logProject: textOf(headers[header.logProject]),
    logStore: textOf(headers[header.logStore]),
    qualifier: textOf(headers[header.qualifier]) ?? environment.qualifier,
    versionId: textOf(headers[header.versionId]) ?? environment.versionId,
  };
}

function tracingOf(headers: IncomingHttpHeaders): TracingInfo {
  return {
    openTracingSpanContext: textOf(headers[header.jaegerSpanContext]),
    openTracingSpanBaggages: textOf(headers[header.jaegerBaggages]),
    jaegerEndpoint: textOf(headers[header.jaegerEndpoint]),
    traceparent: textOf(headers[header.traceparent]),
    tracestate: textOf(headers[header.tracestate]),
    baggage: textOf(headers[header.baggage]),
  };
}

// The hooks before freeze and stop have limits of their own, which no header tells.
function timeoutOf(kind: Kind, info: FunctionInfo): number | undefined {
  const timeout = kind === "initialize" ? info.initializationTimeout : info.timeout;
  return kind === "pre-freeze" || kind === "pre-stop" || timeout === 0 ? undefined : timeout;
}
