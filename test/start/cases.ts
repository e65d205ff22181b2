import { expect } from "vitest";
import type { Case } from "../contract/cases.ts";
import { hook, httpInvoke, invoke, requestIds } from "../support/platform-request.ts";
import type { PlatformRequest } from "../support/platform-request.ts";

// Where it is said what the built-in runtime does:
//   D:…  the platform's documentation, by its page: 055 HTTP triggers of built-in runtimes, 083 logs, 092 errors,
//        109 context, 120 hooks, 143 handlers
//   H    the documentation of FC 2.0, HTTP handlers of Node.js
//   BI   public copies of the built-in runtime for Node 10 to 16: callback, context, httpparam, console, prepare_code
//   I5   is this package's own promise

const { fc3, uuid } = requestIds;
const failed = { status: 404, fcStatus: "404" } as const;
const succeeded = { status: 200, fcStatus: "200" } as const;
const failedHttpBody = {
  errorMessage: "The function failed",
  errorType: "FunctionError",
  requestId: fc3,
};
const handled = ", Error: Handled function error";
const unhandled = ", Error: Unhandled function error";
const frames = "    at …";

/** Functions and how they are started, by the name of the runtime that serves each. */
export const starts: Readonly<Record<string, object>> = {
  plain: { handler: "esm/index.nothing" },
  ...startsOf("cjs/index", ["hello", "key", "eventType", "answer", "asyncWithCallback", "wrapped"]),
  ...startsOf("cjs/index", ["returned", "returnsNothing", "logs", "quiet"]),
  ...startsOf("cjs/only", ["handler"]),
  ...startsOf("cjs/assigned", ["handler"]),
  ...startsOf("cjs/out/compiled", ["handler"]),
  ...startsOf("esm/index", ["hello", "key", "nothing", "oops", "answer", "request", "body"]),
  ...startsOf("esm/index", ["preflight", "fromDefault"]),
  ...startsOf("esm/function", ["default"]),
  ...startsOf("esm/src/index", ["handler"]),
  ...startsOf("esm/both", ["handler"]),
  rooted: { handler: "src/index.handler", root: "esm" },
  context: {
    handler: "cjs/index.context",
    initializer: "cjs/index.initialize",
    preStop: "cjs/index.preStop",
    preFreeze: "cjs/index.preFreeze",
  },
  hooks: {
    handler: "cjs/index.initialized",
    initializer: "cjs/index.initialize",
    preStop: "cjs/index.preStop",
    preFreeze: "cjs/index.preFreeze",
  },
  "async hook": { handler: "esm/index.isReady", initializer: "esm/index.initialize" },
  "body limit 16": { handler: "esm/index.request", bodyLimit: 16 },
  http: { handler: "cjs/index.http", form: "http" },
  "http request": { handler: "cjs/index.httpRequest", form: "http" },
  // A rejection that nobody waits for would end the process.
  "http response": {
    handler: "cjs/index.httpResponse",
    form: "http",
    afterRejection: "exit",
  },
};

/** What the built-in runtime answers, and what a started function answers in its place. */
export const cases: readonly Case[] = [
  ...formCases(),
  ...resultCases(),
  ...failureCases(),
  ...contextCases(),
  ...logCases(),
  ...hookCases(),
  ...httpEventCases(),
  ...httpResultCases(),
  ...httpFormCases(),
];

function startsOf(file: string, names: readonly string[]): Record<string, object> {
  return Object.fromEntries(
    names.map((name) => [`${file}.${name}`, { handler: `${file}.${name}` }]),
  );
}

function formCases(): Case[] {
  const answers = (name: string, source: string, runtime: string, text: string): Case => ({
    name,
    source,
    runtime,
    exchanges: [{ request: invoke('{"key":"value"}'), ...succeeded, text }],
    lines: around(),
  });
  return [
    answers("A callback answers", "D:143", "cjs/index.hello", "hello world"),
    answers("The event is read as JSON, CommonJS", "D:143", "cjs/index.key", "value"),
    answers("The event is read as JSON, ES module", "D:143", "esm/index.key", "value"),
    answers("The event is a Buffer", "D:143", "cjs/index.eventType", 'true {"key":"value"}'),
    answers(
      "An async function that has resolved to nothing answers with its callback later",
      "BI",
      "cjs/index.asyncWithCallback",
      "from the callback",
    ),
    answers(
      "A wrapper that declares no parameter and returns nothing hands its callback on",
      "BI",
      "cjs/index.wrapped",
      "hello world",
    ),
    answers("A value that is returned answers", "I5", "cjs/index.returned", '{"length":15}'),
    answers("A promise of nothing answers with nothing", "D:143", "esm/index.nothing", ""),
    {
      ...answers(
        "Without a callback, nothing returned is an answer",
        "I5",
        "cjs/index.returnsNothing",
        "",
      ),
      lines: around({ lines: [line("INFO", "done")] }),
    },
    answers("A .cjs file is found", "I5", "cjs/only.handler", "cjs"),
    answers("A method keeps its object", "I5", "cjs/assigned.handler", "a method keeps its object"),
    answers(
      "A compiler's default export is looked into",
      "I5",
      "cjs/out/compiled.handler",
      "compiled",
    ),
    answers(
      "A default export that is an object is looked into",
      "I5",
      "esm/index.fromDefault",
      "default",
    ),
    answers(
      "A default export can be the function",
      "I5",
      "esm/function.default",
      "a default function",
    ),
    answers("A nested file is found", "BI", "esm/src/index.handler", "nested"),
    answers("A file is found from `root`", "I5", "rooted", "nested"),
    answers("Of .js and .mjs it is .js", "BI", "esm/both.handler", "js"),
    {
      ...answers("An async function answers", "D:143", "esm/index.hello", "Hello World!"),
      lines: around({ lines: [line("INFO", 'receive event: {"key":"value"}')] }),
    },
  ];
}

function resultCases(): Case[] {
  const result = (act: string, text: string): Case => ({
    name: `\`${act}\` given to the callback is the text \`${text}\``,
    source: "BI",
    runtime: "cjs/index.answer",
    exchanges: [{ request: event(act), ...succeeded, text }],
    lines: around(),
  });
  return [
    result("nothing", ""),
    result("null", ""),
    result("bytes", "bytes"),
    result("number", "42"),
    result("boolean", "false"),
    result("object", '{"a":[1,null]}'),
    { ...result("twice", "first"), name: "Only the first call of a callback counts" },
    {
      ...result("throw too late", "answered"),
      name: "What is thrown after the answer is told in the log",
      source: "I5",
      lines: around({ lines: [line("ERROR", "Error: too late"), line("ERROR", "    at …")] }),
    },
  ];
}

function failureCases(): Case[] {
  const failure = (
    name: string,
    source: string,
    act: string,
    end: string,
    json: object,
    lines: readonly string[],
  ): Case => ({
    name,
    source,
    runtime: "cjs/index.answer",
    exchanges: [{ request: event(act), ...failed, json }],
    lines: around({ end, lines: lines.map((text) => line("ERROR", text)) }),
  });
  const handledBody = (errorMessage: string): object => ({
    errorMessage,
    errorType: "FunctionHandledError",
    stackTrace: [],
  });
  return [
    {
      name: "A rejection is a failure with message, type and stack",
      source: "D:092",
      runtime: "esm/index.oops",
      exchanges: [
        {
          request: invoke(),
          ...failed,
          json: { errorMessage: "oops", errorType: "Error", stackTrace: ["Error: oops", frames] },
        },
      ],
      lines: around({
        end: unhandled,
        lines: [line("ERROR", "Error: oops"), line("ERROR", frames)],
      }),
    },
    failure(
      "So is a throw",
      "D:092",
      "throw",
      unhandled,
      { errorMessage: "oops", errorType: "TypeError", stackTrace: ["TypeError: oops", frames] },
      ["TypeError: oops", frames],
    ),
    failure(
      "A thrown text is a failure",
      "I5",
      "throw text",
      unhandled,
      { errorMessage: "oops", errorType: "Error", stackTrace: [] },
      ["oops"],
    ),
    failure(
      "An error given to the callback is a handled failure",
      "BI",
      "error",
      handled,
      {
        errorMessage: "not enough",
        errorType: "RangeError",
        stackTrace: ["RangeError: not enough", frames],
      },
      ["RangeError: not enough", frames],
    ),
    failure("So is a text", "BI", "text", handled, handledBody("not enough"), [
      "FunctionHandledError: not enough",
    ]),
    failure("So are bytes", "BI", "error bytes", handled, handledBody("not enough"), [
      "FunctionHandledError: not enough",
    ]),
    failure(
      "So is an object, which is told as JSON",
      "BI",
      "error code",
      handled,
      handledBody('{"code":7,"message":"not enough"}'),
      ['FunctionHandledError: {"code":7,"message":"not enough"}'],
    ),
    failure("So is 0, which is not nothing", "BI", "zero", handled, handledBody("0"), [
      "FunctionHandledError: 0",
    ]),
  ];
}

function contextCases(): Case[] {
  const facts = {
    requestId: fc3,
    function: {
      name: "my-function",
      handler: "cjs/index.context",
      memory: 512,
      timeout: 60,
      initializer: "cjs/index.initialize",
      preStopHandler: "cjs/index.preStop",
      preFreezeHandler: "cjs/index.preFreeze",
    },
    service: { logProject: "my-log-project", logStore: "my-logstore", qualifier: "LATEST" },
    region: "cn-hangzhou",
    accountId: "123456789012",
    retryCount: 0,
    tracing: { openTracingSpanBaggages: {} },
    isComplete: true,
    printed: '"[redacted]"',
  };
  const baggages = Buffer.from('{"a":"b"}').toString("base64");
  const tracing = {
    "x-fc-tracing-opentracing-span-context": "124ed43254b54966:124ed43254b54966:0:1",
    "x-fc-tracing-opentracing-span-baggages": baggages,
    "x-fc-tracing-jaeger-endpoint": "http://jaeger.example.com",
    "x-fc-retry-count": "2",
    "x-fc-service-name": "my-service",
    "x-fc-version-id": "1",
  };
  return [
    {
      name: "The context has the built-in runtime's fields, and its credentials do not print",
      source: "D:109 BI",
      runtime: "context",
      exchanges: [{ request: invoke(), ...succeeded, json: facts }],
      lines: around(),
    },
    {
      name: "The context has the trace with its baggages read, service, version and retries",
      source: "BI",
      runtime: "context",
      exchanges: [
        {
          request: invoke("{}", tracing),
          ...succeeded,
          json: {
            ...facts,
            service: { ...facts.service, name: "my-service", versionId: "1" },
            retryCount: 2,
            tracing: {
              openTracingSpanContext: "124ed43254b54966:124ed43254b54966:0:1",
              openTracingSpanBaggages: { a: "b" },
              jaegerEndpoint: "http://jaeger.example.com",
            },
          },
        },
      ],
      lines: around(),
    },
    {
      name: "Baggages that cannot be read are none",
      source: "BI",
      runtime: "context",
      exchanges: [
        {
          request: invoke("{}", { "x-fc-tracing-opentracing-span-baggages": "no base64 of JSON" }),
          ...succeeded,
          json: facts,
        },
      ],
      lines: around(),
    },
  ];
}

function logCases(): Case[] {
  return [
    {
      name: "What `console` and `context.logger` print are lines with the request ID and a level",
      source: "D:083 BI",
      runtime: "cjs/index.logs",
      exchanges: [{ request: invoke(), ...succeeded, text: "logged" }],
      lines: around({
        lines: [
          line("INFO", "console log { a: 1 }"),
          line("INFO", "console info"),
          line("WARN", "console warn"),
          line("ERROR", "RangeError: console error"),
          line("ERROR", frames),
          line("DEBUG", "console debug"),
          line("ERROR", "logger error"),
          line("WARN", "logger warn"),
          line("INFO", "logger 1"),
          line("DEBUG", "logger"),
          line("DEBUG", "debug"),
          line("WARN", "logger log"),
          line("INFO", "just logged"),
          line("INFO", "[redacted]"),
        ],
      }),
    },
    {
      name: "`setLogLevel` holds for the logger of one invocation, or for the console",
      source: "BI",
      runtime: "cjs/index.quiet",
      exchanges: [{ request: invoke(), ...succeeded, text: "logged" }],
      lines: around({
        lines: [line("WARN", "printed"), line("ERROR", "printed"), line("INFO", "printed again")],
      }),
    },
  ];
}

function hookCases(): Case[] {
  const phase = (name: string, options: Partial<Around> = {}): string[] =>
    around({ name, requestId: uuid, ...options });
  return [
    {
      name: "An initializer with a callback runs until it succeeds once, and what it gives is no answer",
      source: "D:120",
      runtime: "hooks",
      exchanges: [
        {
          request: hook("initialize"),
          ...failed,
          json: {
            errorMessage: "not yet",
            errorType: "Error",
            stackTrace: ["Error: not yet", frames],
          },
        },
        { request: hook("initialize"), ...succeeded, text: "" },
        { request: hook("initialize"), ...succeeded, text: "" },
        { request: invoke(), ...succeeded, text: "2" },
      ],
      lines: [
        ...phase("Initialize", {
          end: handled,
          lines: [
            line("INFO", "initializing", uuid),
            line("ERROR", "Error: not yet", uuid),
            line("ERROR", frames, uuid),
          ],
        }),
        ...phase("Initialize", { lines: [line("INFO", "initializing", uuid)] }),
        ...phase("Initialize"),
        ...around(),
      ],
    },
    {
      name: "An async initializer is waited for",
      source: "D:120",
      runtime: "async hook",
      exchanges: [
        { request: hook("initialize"), ...succeeded, text: "" },
        { request: invoke(), ...succeeded, text: "true" },
      ],
      lines: [...phase("Initialize"), ...around()],
    },
    {
      name: "Hooks before stop and freeze get a context and a callback",
      source: "D:120 BI",
      runtime: "hooks",
      exchanges: [
        { request: hook("pre-stop"), ...succeeded, text: "" },
        {
          request: hook("pre-freeze"),
          ...failed,
          json: expect.objectContaining({ errorMessage: "cannot freeze" }),
        },
      ],
      lines: [
        ...phase("PreStop", { lines: [line("INFO", "stopping my-function", uuid)] }),
        ...phase("PreFreeze", {
          end: handled,
          lines: [line("ERROR", "Error: cannot freeze", uuid), line("ERROR", frames, uuid)],
        }),
      ],
    },
    {
      name: "Hooks that are not started succeed",
      source: "I5",
      runtime: "cjs/index.hello",
      exchanges: [
        { request: hook("initialize"), ...succeeded, text: "" },
        { request: hook("pre-stop"), ...succeeded, text: "" },
        { request: hook("pre-freeze"), ...succeeded, text: "" },
      ],
      lines: [...phase("Initialize"), ...phase("PreStop"), ...phase("PreFreeze")],
    },
  ];
}

function httpEventCases(): Case[] {
  const host = "my-function-abcdefghij.cn-hangzhou.fcapp.run";
  const mapped = (name: string, request: PlatformRequest, json: object): Case => ({
    name,
    source: "D:055",
    runtime: "esm/index.request",
    exchanges: [
      {
        request: { ...request, headers: { ...request.headers, host } },
        ...succeeded,
        headers: { "content-type": "application/json" },
        json,
      },
    ],
    lines: around(),
  });
  const context = (http: object): object => ({
    accountId: "123456789012",
    domainName: host,
    domainPrefix: "my-function-abcdefghij",
    requestId: fc3,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    timeEpoch: expect.stringMatching(/^\d{13}$/),
    http: {
      method: "GET",
      path: "/",
      protocol: "HTTP/1.1",
      sourceIp: "127.0.0.1",
      userAgent: "",
      ...http,
    },
  });
  const post = (type: string | undefined, body: string | Uint8Array): PlatformRequest => ({
    ...httpInvoke("POST", "/", type === undefined ? {} : { "content-type": type }),
    body,
  });
  const bodyOf = (body: string, isBase64Encoded: boolean): object =>
    expect.objectContaining({ body, isBase64Encoded });
  return [
    mapped(
      "A GET request is an event",
      httpInvoke("GET", "/?parameter1=value1&parameter2=value2", {
        accept: "*/*",
        "user-agent": "curl/8.7.1",
      }),
      {
        version: "v1",
        rawPath: "/",
        headers: { Accept: "*/*", "User-Agent": "curl/8.7.1" },
        queryParameters: { parameter1: "value1", parameter2: "value2" },
        body: "",
        isBase64Encoded: true,
        requestContext: context({ userAgent: "curl/8.7.1" }),
      },
    ),
    mapped(
      "A POST request is an event",
      {
        ...httpInvoke("POST", "/", { "content-type": "application/json", "content-length": 20 }),
        body: '{"message": "Hello"}',
      },
      {
        version: "v1",
        rawPath: "/",
        headers: { "Content-Length": "20", "Content-Type": "application/json" },
        queryParameters: {},
        body: '{"message": "Hello"}',
        isBase64Encoded: false,
        requestContext: context({ method: "POST" }),
      },
    ),
    mapped(
      "A path is decoded beside the path as it was sent, several values are joined, names begin with a capital",
      httpInvoke("PUT", "/caf%C3%A9/%zz?a=1&a=2&%C3%A9=x+y&__proto__=z", {
        "x-my-HEADER": ["value1", "value2"],
        cookie: "a=1",
        connection: "keep-alive",
        "keep-alive": "timeout=5",
        "x-fc-client-ip": "203.0.113.24",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "transfer-encoding": "chunked",
      }),
      expect.objectContaining({
        rawPath: "/caf%C3%A9/%zz",
        queryParameters: JSON.parse('{ "a": "1,2", "é": "x y", "__proto__": "z" }'),
        headers: {
          "X-My-Header": "value1,value2",
          Cookie: "a=1",
          Traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        },
        requestContext: context({
          method: "PUT",
          path: "/caf%C3%A9/%zz",
          sourceIp: "203.0.113.24",
        }),
      }),
    ),
    mapped(
      "An encoded path is decoded",
      httpInvoke("GET", "/caf%C3%A9"),
      expect.objectContaining({
        rawPath: "/caf%C3%A9",
        requestContext: context({ path: "/café" }),
      }),
    ),
    ...[
      "text/html; charset=utf-8",
      "Application/JSON",
      "application/ld+json",
      "application/xhtml+xml",
      "application/xml",
      "application/atom+xml",
      "application/javascript",
    ].map((type) => mapped(`A body of ${type} is text`, post(type, "grün"), bodyOf("grün", false))),
    ...["application/x-www-form-urlencoded", "application/octet-stream", undefined].map((type) =>
      mapped(
        `A body of ${type ?? "no type"} is base64`,
        post(type, Buffer.from([0, 255, 128])),
        bodyOf("AP+A", true),
      ),
    ),
    {
      name: "Several cookie headers are one",
      source: "I5",
      runtime: "esm/index.request",
      exchanges: [
        {
          raw: `GET / HTTP/1.1\r\nx-fc-request-id: ${fc3}\r\ncookie: a=1\r\ncookie: b=2\r\nconnection: close\r\n\r\n`,
          answers: [
            { ...succeeded, json: expect.objectContaining({ headers: { Cookie: "a=1; b=2" } }) },
          ],
        },
      ],
      lines: around(),
    },
    {
      name: "A body over the limit is a handled failure",
      source: "I5",
      runtime: "body limit 16",
      exchanges: [{ request: post("text/plain", "x".repeat(17)), ...failed, json: failedHttpBody }],
      lines: around({
        end: handled,
        lines: [line("ERROR", "FCRT_BODY_TOO_LARGE: Expected a body of at most 16 bytes, got 17")],
      }),
    },
  ];
}

function httpResultCases(): Case[] {
  const result = (
    name: string,
    answer: unknown,
    expected: { status?: number; fcStatus?: string; headers?: object; text?: string },
    source = "D:055",
  ): Case => ({
    name,
    source,
    runtime: "esm/index.answer",
    exchanges: [
      {
        request: {
          ...httpInvoke("POST", "/", { "content-type": "application/json" }),
          body: JSON.stringify(answer),
        },
        ...succeeded,
        ...expected,
        headers: { "content-type": "application/json", ...expected.headers },
      },
    ],
    lines: around(),
  });
  const reserved = {
    connection: "close",
    "Content-Length": "1",
    Date: "yesterday",
    "Keep-Alive": "timeout=1",
    Server: "mine",
    "X-Fc-Status": "404",
    "X-Fc-Request-Id": "mine",
  };
  return [
    result("A text is the body, as JSON", "Hello World!", { text: "Hello World!" }),
    result(
      "An object without `statusCode` is the body",
      { message: "Hello World!" },
      { text: '{"message":"Hello World!"}' },
    ),
    result(
      "An object with `statusCode` is the response, its body an object",
      {
        statusCode: 201,
        headers: { "Content-Type": "application/json", "My-Custom-Header": "Custom Value" },
        isBase64Encoded: false,
        body: { message: "Hello, world!" },
      },
      {
        status: 201,
        headers: { "my-custom-header": "Custom Value" },
        text: '{"message":"Hello, world!"}',
      },
    ),
    result(
      "So is JSON text of one",
      JSON.stringify({ statusCode: 202, headers: { "content-type": "text/plain" }, body: "ok" }),
      { status: 202, headers: { "content-type": "text/plain" }, text: "ok" },
    ),
    result("Text that begins like JSON is text", '{"statusCode"', { text: '{"statusCode"' }),
    result("A response without a body has none", { statusCode: 200 }, { text: "" }),
    result("A null body is none", { statusCode: "200", headers: null, body: null }, { text: "" }),
    result(
      "A base64 body is decoded",
      { statusCode: 200, isBase64Encoded: true, body: Buffer.from("grün").toString("base64") },
      { text: "grün" },
    ),
    result(
      "What claims to be base64 and is not is the body",
      { statusCode: 200, isBase64Encoded: true, body: "no base64!" },
      { text: "no base64!" },
    ),
    result(
      "Headers that are the platform's are ignored, the others kept",
      {
        statusCode: 200,
        headers: { ...reserved, "Set-Cookie": ["a=1", "b=2"], "X-Number": 7, "X-None": null },
        body: "ok",
      },
      {
        headers: {
          "content-length": "2",
          server: undefined,
          "x-fc-status": "200",
          "x-fc-request-id": undefined,
          "set-cookie": ["a=1", "b=2"],
          "x-number": "7",
          "x-none": undefined,
        },
        text: "ok",
      },
    ),
    result(
      "A 404 of the function's own is a success",
      { statusCode: 404, body: "no" },
      { status: 404, text: "no" },
    ),
    {
      ...result(
        "A 500 of the function's own is a handled failure",
        { statusCode: 500, body: "sorry" },
        { status: 500, fcStatus: "404", text: "sorry" },
        "I5",
      ),
      lines: around({ end: handled, lines: [line("ERROR", "The response has status 500")] }),
    },
    {
      name: "A status that there is not is a failure",
      source: "I5",
      runtime: "esm/index.answer",
      exchanges: [
        {
          request: {
            ...httpInvoke("POST", "/", { "content-type": "application/json" }),
            body: '{"statusCode":"many"}',
          },
          ...failed,
          json: failedHttpBody,
        },
      ],
      lines: around({
        end: unhandled,
        lines: [line("ERROR", "RangeError: Invalid status code: NaN"), line("ERROR", frames)],
      }),
    },
    {
      name: "The request's body comes back decoded",
      source: "D:143",
      runtime: "esm/index.body",
      exchanges: [
        {
          request: { ...httpInvoke("POST", "/"), body: "Hello World!" },
          ...succeeded,
          text: "Hello World!",
        },
      ],
      lines: around(),
    },
    {
      name: "A preflight is answered with the callback, and a text given to it is a handled failure",
      source: "D:002 BI",
      runtime: "esm/index.preflight",
      exchanges: [
        {
          request: httpInvoke("OPTIONS", "/"),
          status: 204,
          fcStatus: "200",
          headers: { "access-control-allow-origin": "http://www.example.com" },
          text: "",
        },
        { request: httpInvoke("GET", "/"), ...failed, json: failedHttpBody },
      ],
      lines: [
        ...around(),
        ...around({ end: handled, lines: [line("ERROR", "FunctionHandledError: only OPTIONS")] }),
      ],
    },
    {
      name: "An HTTP client learns nothing of an error",
      source: "D:055",
      runtime: "esm/index.oops",
      exchanges: [{ request: httpInvoke(), ...failed, json: failedHttpBody }],
      lines: around({
        end: unhandled,
        lines: [line("ERROR", "Error: oops"), line("ERROR", frames)],
      }),
    },
  ];
}

function httpFormCases(): Case[] {
  const response = (
    act: string,
    expected: object,
    options: Partial<Around> = {},
    source = "H BI",
  ): Case => ({
    name: `An HTTP function of FC 2.0 that does \`${act}\``,
    source,
    runtime: "http response",
    exchanges: [
      { request: httpInvoke("GET", `/?act=${encodeURIComponent(act)}`), ...succeeded, ...expected },
    ],
    lines: around(options),
  });
  const mistake = (act: string, message: string): Case =>
    response(
      act,
      { ...failed, json: failedHttpBody },
      { end: unhandled, lines: [line("ERROR", message), line("ERROR", frames)] },
    );
  const late = (act: string, what: string): Case =>
    response(
      act,
      { text: "once" },
      {
        end: "",
        after: [
          line("ERROR", `Error: Expected ${what} before the response is sent, got it after`),
          line("ERROR", frames),
        ],
      },
    );
  return [
    {
      name: "An HTTP function of FC 2.0 reads `request.body` and sends text",
      source: "H",
      runtime: "http",
      exchanges: [
        {
          request: { ...httpInvoke("POST", "/"), body: "hi" },
          ...succeeded,
          headers: { "content-type": "text/plain" },
          text: "<h1>Hello, my-function!</h1>",
        },
      ],
      lines: around({ lines: [line("INFO", "receive body:  hi")] }),
    },
    {
      name: "An HTTP function of FC 2.0 gets method, URL, path, queries, client, headers and body, which is a stream too",
      source: "H BI",
      runtime: "http request",
      exchanges: [
        {
          request: {
            ...httpInvoke("POST", "/2016-08-15/proxy/service/function/a%20b?one=1&two=2&two=3", {
              "content-type": "text/plain",
              "content-length": 4,
              "x-fc-base-path": "/2016-08-15/proxy/service/function",
              "x-fc-client-ip": "203.0.113.24",
              "X-Mine": "yes",
              host: "example.com",
              connection: "keep-alive",
            }),
            body: "body",
          },
          ...succeeded,
          json: {
            method: "POST",
            url: "/2016-08-15/proxy/service/function/a%20b?one=1&two=2&two=3",
            path: "/a%20b",
            queries: { one: "1", two: ["2", "3"] },
            clientIP: "203.0.113.24",
            headers: {
              "content-type": "text/plain",
              "content-length": "4",
              "x-mine": "yes",
              host: "example.com",
            },
            type: "text/plain",
            body: "body",
            streamed: "body",
          },
        },
        {
          request: httpInvoke("GET", "/plain", { "x-fc-base-path": "/plain" }),
          ...succeeded,
          json: expect.objectContaining({
            path: "/plain",
            queries: {},
            clientIP: "127.0.0.1",
            body: "",
          }),
        },
      ],
      lines: [...around(), ...around()],
    },
    response("status", {
      status: 201,
      headers: { "set-cookie": ["a=1", "b=2"], "x-gone": undefined, "content-length": "4" },
      text: "true",
    }),
    response("bytes", { text: "bytes" }),
    response("stream", { text: "a stream" }),
    response(
      "broken stream",
      { ...failed, json: failedHttpBody },
      { end: unhandled, lines: [line("ERROR", "RangeError: broken"), line("ERROR", frames)] },
    ),
    response(
      "500",
      { status: 500, fcStatus: "404", text: "sorry" },
      { end: handled, lines: [line("ERROR", "The response has status 500")] },
      "I5",
    ),
    late("twice", "a response"),
    late("late", "a header"),
    mistake("bad status", "TypeError: Expected `statusCode` to be an integer, got string"),
    mistake(
      "bad header",
      "TypeError: Expected `headerValue` to be a string or an array of strings, got number",
    ),
    mistake(
      "bad body",
      "TypeError: Expected `body` to be a Buffer, a string or a readable stream, got object",
    ),
    mistake("reject", "TypeError: oops"),
    {
      name: "An HTTP function of FC 2.0 takes no event",
      source: "I5",
      runtime: "http",
      exchanges: [
        {
          request: invoke(),
          ...failed,
          json: expect.objectContaining({ errorType: "FCRT_HANDLER_MISSING" }),
        },
      ],
      lines: around({
        end: handled,
        lines: [
          line(
            "ERROR",
            "FCRT_HANDLER_MISSING: Expected a handler `invoke` for an event invocation, got none",
          ),
        ],
      }),
    },
  ];
}

function event(act: string): PlatformRequest {
  return invoke(JSON.stringify(act));
}

interface Around {
  readonly name: string;
  readonly requestId: string;
  readonly end: string;
  readonly lines: readonly string[];
  readonly after: readonly string[];
}

function around({
  name = "Invoke",
  requestId = fc3,
  end = "",
  lines = [],
  after = [],
}: Partial<Around> = {}): string[] {
  return [
    `FC ${name} Start RequestId: ${requestId}`,
    ...lines,
    `FC ${name} End RequestId: ${requestId}${end}`,
    ...after,
  ];
}

function line(level: string, message: string, requestId: string = fc3): string {
  return `TIME ${requestId} [${level}] ${message}`;
}
