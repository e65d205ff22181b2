/** Every header of the contract, by what it says. Lower case, as Node delivers them. */
export const header = {
  /** The request ID, printed on every line and marker. */
  requestId: "x-fc-request-id",
  /** What kind of invocation this is: a control path. */
  controlPath: "x-fc-control-path",
  /** The one response header of the contract: `200` or `404`. */
  status: "x-fc-status",

  accessKeyId: "x-fc-access-key-id",
  accessKeySecret: "x-fc-access-key-secret",
  securityToken: "x-fc-security-token",

  functionName: "x-fc-function-name",
  functionHandler: "x-fc-function-handler",
  functionMemory: "x-fc-function-memory",
  functionTimeout: "x-fc-function-timeout",
  functionInitializer: "x-fc-function-initializer",
  initializationTimeout: "x-fc-initialization-timeout",
  preStopHandler: "x-fc-instance-lifecycle-pre-stop-handler",
  preFreezeHandler: "x-fc-instance-lifecycle-pre-freeze-handler",

  serviceName: "x-fc-service-name",
  logProject: "x-fc-service-logproject",
  logStore: "x-fc-service-logstore",
  qualifier: "x-fc-qualifier",
  versionId: "x-fc-version-id",

  region: "x-fc-region",
  accountId: "x-fc-account-id",
  instanceId: "x-fc-instance-id",
  retryCount: "x-fc-retry-count",
  clientIp: "x-fc-client-ip",
  /** The path of an HTTP invocation, or on FC 2.0 the prefix that the default domain put before it. */
  basePath: "x-fc-base-path",

  jaegerSpanContext: "x-fc-tracing-opentracing-span-context",
  jaegerBaggages: "x-fc-tracing-opentracing-span-baggages",
  jaegerEndpoint: "x-fc-tracing-jaeger-endpoint",
  traceparent: "traceparent",
  tracestate: "tracestate",
  baggage: "baggage",
} as const;

/** The prefix that all headers of the platform share. */
export const platformHeaderPrefix = "x-fc-";

/** The headers that carry a secret. They never reach user code as headers. */
export const credentialHeaders: readonly string[] = [
  header.accessKeyId,
  header.accessKeySecret,
  header.securityToken,
];

/** Headers that the platform puts on a request and that say nothing to a function, as seen on FC 3.0: empty as a rule. */
export const internalHeaders: readonly string[] = [
  "x-fc-client-ip",
  "x-fc-api-server-ip",
  "x-fc-eagleeye-traceid",
  "x-fc-eagleeye-rpcid",
  "x-fc-eagleeye-userdata",
];

/** Headers between a caller and the platform. A runtime neither gets nor sets them. */
export const callerHeader = {
  /** `Sync` or `Async`. */
  invocationType: "x-fc-invocation-type",
  /** `Tail` asks for the end of the log. */
  logType: "x-fc-log-type",
  /** The end of the log in base64. */
  logResult: "x-fc-log-result",
  /** Why an invocation failed; absent on success. */
  errorType: "x-fc-error-type",
  /** Milliseconds. */
  duration: "x-fc-invocation-duration",
} as const;

/** Whether the platform drops a response header that a runtime sets, or sets it itself. Name in lower case. */
export function isReservedResponseHeader(name: string, value: string): boolean {
  if (name.startsWith(platformHeaderPrefix)) return name !== header.status;
  if (name === "content-disposition") return /^\s*attachment/i.test(value);
  return reservedResponseHeaders.has(name);
}

const reservedResponseHeaders = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "server",
]);
