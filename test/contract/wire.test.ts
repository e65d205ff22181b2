import {
  asyncRetries,
  callerHeader,
  coldStartMarker,
  controlPath,
  credentialHeaders,
  defaultPort,
  endMarker,
  header,
  internalHeaders,
  isOfficialLanguage,
  isRequestId,
  isReservedResponseHeader,
  kindOf,
  limit,
  parseColdStartMarker,
  parseMarker,
  platformHeaderPrefix,
  startMarker,
  statusOf,
  success,
  variable,
} from "@fcrt/core/protocol";
import { describe, expect, test } from "vitest";
import { logLevelVariable } from "../../packages/core/src/protocol/environment.ts";

describe("The contract's own texts", () => {
  test("are the headers of a request", () => {
    expect(header).toEqual({
      requestId: "x-fc-request-id",
      controlPath: "x-fc-control-path",
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
    });
    expect(platformHeaderPrefix).toBe("x-fc-");
    expect(credentialHeaders).toEqual([
      "x-fc-access-key-id",
      "x-fc-access-key-secret",
      "x-fc-security-token",
    ]);
    expect(internalHeaders).toEqual([
      "x-fc-client-ip",
      "x-fc-api-server-ip",
      "x-fc-eagleeye-traceid",
      "x-fc-eagleeye-rpcid",
      "x-fc-eagleeye-userdata",
    ]);
  });

  test("are the headers between a caller and the platform", () => {
    expect(callerHeader).toEqual({
      invocationType: "x-fc-invocation-type",
      logType: "x-fc-log-type",
      logResult: "x-fc-log-result",
      errorType: "x-fc-error-type",
      duration: "x-fc-invocation-duration",
    });
  });

  test("are the control paths", () => {
    expect(controlPath).toEqual({
      invoke: "/invoke",
      "http-invoke": "/http-invoke",
      initialize: "/initialize",
      "pre-freeze": "/pre-freeze",
      "pre-stop": "/pre-stop",
    });
  });

  test("are the variables of the environment, the first of a list being asked first", () => {
    expect(variable).toEqual({
      port: ["FC_SERVER_PORT", "FC_CUSTOM_LISTEN_PORT"],
      functionName: ["FC_FUNCTION_NAME"],
      functionHandler: ["FC_FUNCTION_HANDLER"],
      functionMemory: ["FC_FUNCTION_MEMORY_SIZE"],
      serviceName: ["FC_SERVICE_NAME"],
      qualifier: ["FC_QUALIFIER"],
      versionId: ["FC_FUNCTION_VERSION", "FC_VER_ID"],
      region: ["FC_REGION"],
      accountId: ["FC_ACCOUNT_ID"],
      instanceId: ["FC_INSTANCE_ID"],
      accessKeyId: ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
      accessKeySecret: ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
      securityToken: ["ALIBABA_CLOUD_SECURITY_TOKEN"],
    });
    expect(logLevelVariable).toBe("ALIYUN_FC_LOG_LEVEL");
    expect(defaultPort).toBe(9000);
  });

  test("come with the limits of the platform", () => {
    expect(limit).toEqual({
      requestHeaders: 8192,
      requestPath: 4096,
      requestBody: 32 * 1024 * 1024,
      asyncRequestBody: 128 * 1024,
      responseHeaders: 8192,
      logTail: 4096,
      startTime: 120_000,
    });
    expect(asyncRetries).toBe(3);
  });
});

describe("A response header", () => {
  test.each([
    ["x-fc-request-id", "x", true],
    ["x-fc-anything", "x", true],
    ["x-fc-status", "200", false],
    ["x-fcx", "x", false],
    ["my-x-fc-header", "x", false],
    ["connection", "close", true],
    ["content-length", "1", true],
    ["date", "now", true],
    ["keep-alive", "timeout=5", true],
    ["server", "mine", true],
    ["content-disposition", "attachment; filename=x", true],
    ["content-disposition", "  Attachment", true],
    ["content-disposition", "inline; attachment", false],
    ["content-disposition", "", false],
    ["content-type", "attachment", false],
    ["", "", false],
  ])("%s: %s is the platform's own: %s", (name, value, reserved) => {
    expect(isReservedResponseHeader(name, value)).toBe(reserved);
  });
});

describe("The kind of a request", () => {
  test.each([
    ["POST", "/invoke", "invoke"],
    ["POST", "/initialize", "initialize"],
    ["GET", "/pre-freeze", "pre-freeze"],
    ["GET", "/pre-stop", "pre-stop"],
    ["POST", "/invoke?a=1?b", "invoke"],
    ["GET", "/invoke", "http-invoke"],
    ["GET", "/initialize", "http-invoke"],
    ["POST", "/pre-stop", "http-invoke"],
    ["POST", "/pre-freeze", "http-invoke"],
    ["POST", "/http-invoke", "http-invoke"],
    ["GET", "/", "http-invoke"],
    ["", "", "http-invoke"],
  ])("%s %s without the header is %s", (method, url, kind) => {
    expect(kindOf(method, url)).toBe(kind);
    expect(kindOf(method, url, "")).toBe(kind);
  });

  test.each(["invoke", "http-invoke", "initialize", "pre-freeze", "pre-stop"])(
    "is %s where the header says so",
    (kind) => {
      expect(kindOf("POST", "/invoke", `/${kind}`)).toBe(kind);
      expect(kindOf("GET", "/", `/${kind}`)).toBe(kind);
    },
  );

  test("is none where the header says anything else", () => {
    expect(kindOf("POST", "/invoke", "/other")).toBeUndefined();
    expect(kindOf("POST", "/invoke", "invoke")).toBeUndefined();
  });
});

describe("The markers", () => {
  test.each([
    ["invoke", "Invoke"],
    ["http-invoke", "Invoke"],
    ["initialize", "Initialize"],
    ["pre-freeze", "PreFreeze"],
    ["pre-stop", "PreStop"],
  ] as const)("of %s are those of the contract, and are read back", (kind, phase) => {
    expect(startMarker(kind, "id")).toBe(`FC ${phase} Start RequestId: id`);
    expect(endMarker(kind, "id")).toBe(`FC ${phase} End RequestId: id`);
    expect(endMarker(kind, "id", "handled")).toBe(
      `FC ${phase} End RequestId: id, Error: Handled function error`,
    );
    expect(endMarker(kind, "id", "unhandled")).toBe(
      `FC ${phase} End RequestId: id, Error: Unhandled function error`,
    );
    expect(parseMarker(startMarker(kind, "id"))).toEqual({
      phase,
      moment: "Start",
      requestId: "id",
      suffix: "",
    });
    expect(parseMarker(endMarker(kind, "id", "handled"))).toEqual({
      phase,
      moment: "End",
      requestId: "id",
      suffix: ", Error: Handled function error",
    });
  });

  test.each([
    " FC Invoke Start RequestId: id",
    "FC Invoke Start RequestId: ",
    "FC Invoke Start RequestId: ,",
    "FC Invoke Begin RequestId: id",
    "FC Freeze Start RequestId: id",
    "FC Invoke Start RequestId: id\nmore",
    "",
  ])("are not read from %j", (line) => {
    expect(parseMarker(line)).toBeUndefined();
  });
});

describe("The line that flags a cold start", () => {
  test("names the runtime, and is read back", () => {
    expect(coldStartMarker("my runtime")).toBe("FunctionCompute my runtime runtime inited.");
    expect(parseColdStartMarker(coldStartMarker("my runtime"))).toBe("my runtime");
  });

  test.each([
    " FunctionCompute fcrt runtime inited.",
    "FunctionCompute fcrt runtime inited. ",
    "FunctionCompute fcrt runtime inited!",
    "FunctionCompute  runtime inited.",
    "",
  ])("is not read from %j", (line) => {
    expect(parseColdStartMarker(line)).toBeUndefined();
  });
});

test.each([
  ["node", true],
  ["node.js", true],
  ["nodejs 20.1", true],
  ["golang", true],
  ["go1.22", true],
  ["dotnet", true],
  [".net", true],
  [".net core 6", true],
  ["xnet", false],
  ["x.net", false],
  ["nodexjs", false],
  ["my node", false],
  ["node x", false],
  [".net  core", false],
  ["", false],
])("the runtime name %j is that of a language of the platform: %s", (name, official) => {
  expect(isOfficialLanguage(name)).toBe(official);
});

describe("A request ID", () => {
  test.each(["a", "Z9._-", "x".repeat(128)])("is %j", (value) => {
    expect(isRequestId(value)).toBe(true);
  });

  test.each([undefined, "", "a b", "a\n", "a/b", "é", "x".repeat(129), " a", "a "])(
    "is not %j",
    (value) => {
      expect(isRequestId(value)).toBe(false);
    },
  );
});

test("A success is told as 200 and a failure as 404, and nobody can change what success is", () => {
  expect(success).toEqual({ status: "success" });
  expect(Object.isFrozen(success)).toBe(true);
  expect(statusOf(success)).toBe(200);
  expect(statusOf({ status: "failure", kind: "handled", reason: "x" })).toBe(404);
});
