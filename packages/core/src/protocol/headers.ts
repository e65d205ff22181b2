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
