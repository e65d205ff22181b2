import { expect } from "vitest";
import {
  canary,
  hook,
  httpInvoke,
  invoke,
  platformHeaders,
  requestIds,
} from "../support/platform-request.ts";
import type { PlatformRequest } from "../support/platform-request.ts";

/** One rule of the contract, as what goes in and what must come out. */
export interface Case {
  /** A sentence. */
  readonly name: string;
  /** Where it is said: S1 to S3 are the specification's pages, I2 is this package's own promise. */
  readonly source: string;
  /** The runtime of the fixture that is asked. @default "plain" */
  readonly runtime?: string;
  readonly exchanges: readonly Exchange[];
  /** Everything on stdout because of it; see `run-case.ts` for the names of what differs from run to run. */
  readonly lines: readonly string[];
}

/** A request and its answer; or bytes, each part sent after an answer to the one before, and the answers to them. */
export type Exchange =
  | (Expected & { readonly request: PlatformRequest; readonly answers?: undefined })
  | { readonly raw: string | readonly string[]; readonly answers: readonly Expected[] };

interface Expected {
  readonly status?: number;
  readonly fcStatus?: string;
  /** The fields that matter. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** The body as text. */
  readonly text?: unknown;
  /** The body as JSON. */
  readonly json?: unknown;
  /** The connection ends before the answer does. */
  readonly broken?: boolean;
}

const { fc3, uuid } = requestIds;
const failed = { status: 404, fcStatus: "404" } as const;
const succeeded = { status: 200, fcStatus: "200" } as const;
const failedHttpBody = {
  errorMessage: "The function failed",
  errorType: "FunctionError",
  requestId: fc3,
};
const noPlatformHeaders = {};
const handled = ", Error: Handled function error";
const unhandled = ", Error: Unhandled function error";
const text = { "content-type": "text/plain; charset=utf-8" };
const json = { "content-type": "application/json" };

/** Everything that the contract says of one request and its answer. */
export const cases: readonly Case[] = [
  ...dispatchCases(),
  ...requestIdCases(),
  ...headerCases(),
  ...environmentCases(),
  ...contextCases(),
  ...credentialCases(),
  ...resultCases(),
  ...eventFailureCases(),
  ...httpCases(),
  ...lifecycleCases(),
  ...markerCases(),
  ...limitCases(),
  ...refusalCases(),
];

function dispatchCases(): Case[] {
  const facts = (kind: string, controlPath?: string, requestId: string = fc3): object => ({
    kind,
    requestId,
    controlPath,
    coldStart: expect.any(Boolean),
    retryCount: 0,
  });
  const bare = (method: string, path: string): PlatformRequest => ({
    method,
    path,
    headers: { "x-fc-request-id": fc3 },
  });
  const saysNothing = { ...platformHeaders, "x-fc-control-path": "" };
  return [
    {
      name: "`/invoke` is an event invocation",
      source: "S1 S2 S3",
      exchanges: [{ request: invoke(), ...succeeded, json: facts("invoke", "/invoke") }],
      lines: around("Invoke"),
    },
    {
      name: "`/http-invoke` is an HTTP invocation",
      source: "S1 S2 S3",
      exchanges: [
        {
          request: httpInvoke("PUT", "/any/path?query=1"),
          ...succeeded,
          json: {
            method: "PUT",
            url: "/any/path?query=1",
            ...facts("http-invoke", "/http-invoke"),
          },
        },
      ],
      lines: around("Invoke"),
    },
    {
      name: "`/initialize` is an initialization",
      source: "S1 S2 S3",
      exchanges: [{ request: hook("initialize"), ...succeeded, text: "" }],
      lines: around("Initialize", uuid),
    },
    {
      name: "`/pre-stop` is the call before the stop",
      source: "D:060",
      exchanges: [
        {
          request: hook("pre-stop"),
          ...succeeded,
          json: { ...facts("pre-stop", "/pre-stop", uuid), coldStart: false },
        },
      ],
      lines: around("PreStop", uuid),
    },
    {
      name: "`/pre-freeze` is the call before the freeze",
      source: "EX express-lifecycle",
      exchanges: [
        {
          request: hook("pre-freeze"),
          ...succeeded,
          json: { ...facts("pre-freeze", "/pre-freeze", uuid), coldStart: false },
        },
      ],
      lines: around("PreFreeze", uuid),
    },
    ...(
      [
        ["GET", "/invoke", "Invoke", "/invoke"],
        ["PUT", "/some/where", "Invoke", "/invoke"],
        ["GET", "/foo", "Initialize", "/initialize"],
        ["POST", "/invoke", "Initialize", "/initialize"],
        ["POST", "/pre-stop", "PreStop", "/pre-stop"],
        ["DELETE", "/", "PreFreeze", "/pre-freeze"],
      ] as const
    ).map(([method, path, phase, controlPath]): Case => ({
      name: `The header ${controlPath} wins over ${method} ${path}`,
      source: "MOCK",
      exchanges: [
        {
          request: {
            method,
            path,
            headers: {
              ...platformHeaders,
              "x-fc-control-path": controlPath,
              "content-length": "0",
            },
          },
          ...(controlPath === "/invoke"
            ? { ...failed, json: expect.objectContaining({ errorType: "FCRT_EVENT_NOT_JSON" }) }
            : succeeded),
        },
      ],
      lines:
        controlPath === "/invoke"
          ? around("Invoke", fc3, {
              end: handled,
              lines: [error("FCRT_EVENT_NOT_JSON: Expected the event to be JSON, got nothing")],
            })
          : around(phase),
    })),
    ...(
      [
        ["GET", "/pre-stop"],
        ["GET", "/pre-freeze"],
        ["POST", "/initialize"],
        ["POST", "/invoke"],
      ] as const
    ).map(([method, url]): Case => ({
      name: `With /http-invoke a client's own ${method} ${url} is the application's`,
      source: "D:108",
      exchanges: [
        {
          request: httpInvoke(method, url),
          ...succeeded,
          json: { method, url, ...facts("http-invoke", "/http-invoke") },
        },
      ],
      lines: around("Invoke"),
    })),
    {
      name: "Without the header POST /invoke is an event invocation",
      source: "FC3 CPP",
      exchanges: [
        {
          request: { ...bare("POST", "/invoke"), body: "{}" },
          ...succeeded,
          json: facts("invoke"),
        },
      ],
      lines: around("Invoke"),
    },
    {
      name: "A query does not hide the path",
      source: "I2",
      exchanges: [
        {
          request: { ...bare("POST", "/invoke?a=/b"), body: "{}" },
          ...succeeded,
          json: facts("invoke"),
        },
      ],
      lines: around("Invoke"),
    },
    {
      name: "Without the header POST /initialize is an initialization",
      source: "D:060",
      exchanges: [{ request: bare("POST", "/initialize"), ...succeeded }],
      lines: around("Initialize"),
    },
    {
      name: "Without the header GET /pre-stop is the call before the stop",
      source: "D:060",
      exchanges: [{ request: bare("GET", "/pre-stop"), ...succeeded }],
      lines: around("PreStop"),
    },
    {
      name: "Without the header GET /pre-freeze is the call before the freeze",
      source: "EX express-lifecycle",
      exchanges: [{ request: bare("GET", "/pre-freeze"), ...succeeded }],
      lines: around("PreFreeze"),
    },
    {
      name: "An empty header is an absent one",
      source: "DUMP",
      exchanges: [
        {
          request: { method: "POST", path: "/invoke", headers: saysNothing, body: "{}" },
          ...succeeded,
          json: facts("invoke"),
        },
      ],
      lines: around("Invoke"),
    },
    ...(
      [
        ["GET", "/invoke"],
        ["GET", "/initialize"],
        ["POST", "/pre-stop"],
        ["POST", "/pre-freeze"],
        ["POST", "/invoke/"],
        ["POST", "/Invoke"],
        ["POST", "/http-invoke"],
        ["GET", "/"],
      ] as const
    ).map(([method, url]): Case => ({
      name: `Without the header ${method} ${url} is an HTTP invocation`,
      source: "I2",
      exchanges: [
        {
          request: bare(method, url),
          ...succeeded,
          json: { method, url, ...facts("http-invoke") },
        },
      ],
      lines: around("Invoke"),
    })),
    ...["/nonsense", "invoke", "/INVOKE", "/invoke/", "/invoke, /invoke"].map((value): Case => ({
      name: `The unknown control path ${value} is a failure that names it`,
      source: "I2",
      exchanges: [
        {
          request: invoke("{}", { "x-fc-control-path": value }),
          ...failed,
          json: {
            errorMessage: `Expected \`x-fc-control-path\` to be a path of the contract, got \`${value}\``,
            errorType: "FCRT_CONTROL_PATH_UNKNOWN",
            stackTrace: [],
          },
        },
      ],
      lines: around("Invoke", fc3, {
        end: handled,
        lines: [
          error(
            `FCRT_CONTROL_PATH_UNKNOWN: Expected \`x-fc-control-path\` to be a path of the contract, got \`${value}\``,
          ),
        ],
      }),
    })),
    ...(["GET", "POST", "DELETE"] as const).map((method): Case => ({
      name: `A local ${method} without any header of the platform reaches the HTTP handler`,
      source: "FC3 customLocalStart",
      exchanges: [
        {
          request: { method, path: "/page", headers: noPlatformHeaders },
          ...succeeded,
          json: { method, url: "/page", ...facts("http-invoke", undefined, "fresh-1") },
        },
      ],
      lines: around("Invoke", "fresh-1"),
    })),
    {
      name: "A local HEAD without any header of the platform reaches the HTTP handler",
      source: "FC3 customLocalStart",
      exchanges: [{ request: { method: "HEAD", path: "/page" }, ...succeeded, text: "" }],
      lines: around("Invoke", "fresh-1"),
    },
    ...(["GET", "HEAD"] as const).map((method): Case => ({
      name: `A probe by ${method} is answered with nothing where there is no HTTP handler`,
      source: "D:038 I2",
      runtime: "events only",
      exchanges: [
        {
          request: { method, path: "/readyz" },
          ...succeeded,
          text: "",
          headers: { "content-length": "0" },
        },
      ],
      lines: [],
    })),
    {
      name: "A local POST where there is no HTTP handler is a failure that names it",
      source: "I2",
      runtime: "events only",
      exchanges: [
        {
          request: { method: "POST", path: "/", body: "x" },
          ...failed,
          json: { ...failedHttpBody, requestId: "fresh-1" },
        },
      ],
      lines: around("Invoke", "fresh-1", { end: handled, lines: [missingHttp("fresh-1")] }),
    },
    {
      name: "An HTTP invocation where there is no HTTP handler is a failure that names it",
      source: "I2",
      runtime: "events only",
      exchanges: [{ request: httpInvoke(), ...failed, json: failedHttpBody }],
      lines: around("Invoke", fc3, { end: handled, lines: [missingHttp(fc3)] }),
    },
    {
      name: "A GET with one header of the platform is no probe",
      source: "I2",
      runtime: "events only",
      exchanges: [
        {
          request: { path: "/", headers: { "x-fc-request-id": fc3 } },
          ...failed,
          json: failedHttpBody,
        },
      ],
      lines: around("Invoke", fc3, { end: handled, lines: [missingHttp(fc3)] }),
    },
    {
      name: "An event invocation where there is no event handler is a failure that names it",
      source: "I2",
      runtime: "http only",
      exchanges: [
        {
          request: invoke(),
          ...failed,
          json: {
            errorMessage: "Expected a handler `invoke` for an event invocation, got none",
            errorType: "FCRT_HANDLER_MISSING",
            stackTrace: [],
          },
        },
      ],
      lines: around("Invoke", fc3, {
        end: handled,
        lines: [
          error(
            "FCRT_HANDLER_MISSING: Expected a handler `invoke` for an event invocation, got none",
          ),
        ],
      }),
    },
    ...(
      [
        ["initialize", "Initialize"],
        ["pre-freeze", "PreFreeze"],
        ["pre-stop", "PreStop"],
      ] as const
    ).map(([name, phase]): Case => ({
      name: `A call of ${name} without a handler succeeds`,
      source: name === "initialize" ? "devsapp/fc #378" : "I2",
      runtime: "events only",
      exchanges: [{ request: hook(name), ...succeeded, text: "" }],
      lines: around(phase, uuid),
    })),
  ];
}

function requestIdCases(): Case[] {
  const seen = (
    sent: string | string[] | undefined,
    id: string,
  ): Pick<Case, "exchanges" | "lines"> => {
    const { "x-fc-request-id": _, ...others } = platformHeaders;
    const own = sent === undefined ? {} : { "x-fc-request-id": sent };
    const headers = { ...others, "x-fc-control-path": "/invoke", ...own };
    return {
      exchanges: [
        {
          request: { method: "POST", path: "/invoke", headers, body: "{}" },
          ...succeeded,
          json: expect.objectContaining({ requestId: id }),
        },
      ],
      lines: around("Invoke", id),
    };
  };
  return [
    ...[fc3, uuid, "1-65362416-68afb557d64a2e283eccebce", "A", "a_b.c-d", "x".repeat(128)].map(
      (id): Case => ({
        name: `The request ID ${id.slice(0, 40)} is taken as it is`,
        source: "S1 S2 D:081 D:060 DUMP",
        ...seen(id, id),
      }),
    ),
    ...[
      "",
      "x".repeat(129),
      "two words",
      "semi;colon",
      "a,b",
      "a/b",
      "ümlaut",
      "a [INFO] b",
      "\u00ff",
      "tab\there",
    ].map((id): Case => ({
      name: `A fresh request ID replaces ${JSON.stringify(id.slice(0, 40))}`,
      source: "I2",
      ...seen(id, "fresh-1"),
    })),
    {
      name: "A fresh request ID replaces two that were sent",
      source: "I2",
      ...seen(["one", "two"], "fresh-1"),
    },
    {
      name: "A fresh request ID stands for a missing one",
      source: "FC3 customLocalStart",
      ...seen(undefined, "fresh-1"),
    },
  ];
}

function headerCases(): Case[] {
  const asked = (
    field: string,
    headers: Record<string, string>,
    value: unknown,
  ): Pick<Case, "exchanges" | "lines"> => {
    const requestId = headers["x-fc-request-id"] || fc3;
    const sent = { "x-fc-request-id": requestId, ...withPartners(headers) };
    return {
      exchanges: [
        {
          request: {
            method: "POST",
            path: "/invoke",
            headers: { "x-fc-control-path": "/invoke", ...sent },
            body: JSON.stringify({ act: "field", field }),
          },
          ...succeeded,
          json: { value },
        },
        {
          request: {
            path: `/field/${field}`,
            headers: { "x-fc-control-path": "/http-invoke", ...sent },
          },
          ...succeeded,
          json: { value },
        },
      ],
      lines: [...around("Invoke", requestId), ...around("Invoke", requestId)],
    };
  };
  return headerRows().flatMap(([header, example, field, value, source]): Case[] => [
    {
      name: `\`${header}\` is \`context.${field}\` of an event and of an HTTP invocation`,
      source,
      ...asked(field, { [header]: example }, value),
    },
    ...(header === "x-fc-request-id"
      ? []
      : [
          {
            name: `An empty \`${header}\` is an absent one`,
            source: "DUMP",
            ...asked(field, { [header]: "" }, header === "x-fc-retry-count" ? 0 : undefined),
          },
        ]),
    ...(typeof value === "number"
      ? ["12.5", "-1", "many", "0x10", "1e3"].map((sent) => ({
          name: `\`${header}: ${sent}\` is no number of the platform's, so none`,
          source: "I2",
          ...asked(field, { [header]: sent }, header === "x-fc-retry-count" ? 0 : undefined),
        }))
      : []),
  ]);
}

type HeaderRow = readonly [
  header: string,
  example: string,
  field: string,
  value: unknown,
  source: string,
];

/** Every header of the specification's tables with its example, where the context has it, and as what. */
function headerRows(): readonly HeaderRow[] {
  return [
    ["x-fc-request-id", uuid, "requestId", uuid, "S1 S2 S3"],
    ["x-fc-access-key-id", "STS.NaXxxx", "credentials.accessKeyId", "STS.NaXxxx", "S1 S2 S3"],
    ["x-fc-access-key-secret", "7jXxxx", "credentials.accessKeySecret", "7jXxxx", "S1 S2 S3"],
    ["x-fc-security-token", "CAIS...", "credentials.securityToken", "CAIS...", "S1 S2 S3"],
    ["x-fc-function-handler", "index.handler", "function.handler", "index.handler", "S1 S2 S3"],
    ["x-fc-function-memory", "512", "function.memory", 512, "S1 S2 S3"],
    ["x-fc-function-timeout", "60", "function.timeout", 60, "DUMP MOCK GO"],
    ["x-fc-function-initializer", "index.init", "function.initializer", "index.init", "S1 S3"],
    ["x-fc-initialization-timeout", "30", "function.initializationTimeout", 30, "S1 S3"],
    [
      "x-fc-instance-lifecycle-pre-stop-handler",
      "index.preStop",
      "function.preStopHandler",
      "index.preStop",
      "S1 S3",
    ],
    [
      "x-fc-instance-lifecycle-pre-freeze-handler",
      "index.preFreeze",
      "function.preFreezeHandler",
      "index.preFreeze",
      "S1 S3",
    ],
    ["x-fc-region", "cn-hangzhou", "region", "cn-hangzhou", "S1 S2 S3"],
    ["x-fc-account-id", "123456789012", "accountId", "123456789012", "S1 S2 S3"],
    ["x-fc-qualifier", "myAlias", "service.qualifier", "myAlias", "S1 S2 S3"],
    ["x-fc-version-id", "1", "service.versionId", "1", "S1 S2 S3"],
    ["x-fc-function-name", "my-function", "function.name", "my-function", "S1 S2 S3"],
    ["x-fc-service-name", "my-service", "service.name", "my-service", "S1 S3"],
    [
      "x-fc-service-logproject",
      "my-log-project",
      "service.logProject",
      "my-log-project",
      "S1 S2 S3",
    ],
    ["x-fc-service-logstore", "my-logstore", "service.logStore", "my-logstore", "S1 S2 S3"],
    ["x-fc-instance-id", "c-1234", "instanceId", "c-1234", "BI"],
    ["x-fc-retry-count", "2", "retryCount", 2, "DUMP GO"],
    [
      "x-fc-tracing-opentracing-span-context",
      "124ed43254b54966:124ed43254b54966:0:1",
      "tracing.openTracingSpanContext",
      "124ed43254b54966:124ed43254b54966:0:1",
      "EX BI",
    ],
    [
      "x-fc-tracing-opentracing-span-baggages",
      "eyJhIjoiMSJ9",
      "tracing.openTracingSpanBaggages",
      "eyJhIjoiMSJ9",
      "EX BI",
    ],
    [
      "x-fc-tracing-jaeger-endpoint",
      "http://jaeger.example/api/traces",
      "tracing.jaegerEndpoint",
      "http://jaeger.example/api/traces",
      "EX BI",
    ],
    [
      "traceparent",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "tracing.traceparent",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "D:054",
    ],
    ["tracestate", "vendor=1", "tracing.tracestate", "vendor=1", "D:054"],
    ["baggage", "key=value", "tracing.baggage", "key=value", "D:054"],
  ];
}

// A secret alone is no key: the three come together, or two of them.
function withPartners(headers: Record<string, string>): Record<string, string> {
  const partners = { "x-fc-access-key-id": "id", "x-fc-access-key-secret": "secret" };
  return Object.keys(headers).some((name) => /access-key|security/.test(name))
    ? { ...partners, ...headers }
    : headers;
}

function environmentCases(): Case[] {
  const rows = [
    ["x-fc-function-name", "function.name", "my-function", "my-function", "env-function"],
    ["x-fc-function-handler", "function.handler", "index.handler", "index.handler", "env.handler"],
    ["x-fc-function-memory", "function.memory", "512", 512, 1024],
    ["x-fc-region", "region", "cn-hangzhou", "cn-hangzhou", "cn-beijing"],
    ["x-fc-account-id", "accountId", "123456789012", "123456789012", "987"],
    ["x-fc-instance-id", "instanceId", "c-1234", "c-1234", "c-env"],
    ["x-fc-service-name", "service.name", "my-service", "my-service", "env-service"],
    ["x-fc-qualifier", "service.qualifier", "LATEST", "LATEST", "envAlias"],
    ["x-fc-version-id", "service.versionId", "1", "1", "9"],
  ] as const;
  const asked = (field: string, headers: Record<string, string>, value: unknown): Exchange => ({
    request: {
      method: "POST",
      path: "/invoke",
      headers: { "x-fc-request-id": fc3, ...headers },
      body: JSON.stringify({ act: "field", field }),
    },
    ...succeeded,
    json: { value },
  });
  return [
    ...rows.map(([header, field, sent, fromHeader, fromEnvironment]): Case => ({
      name: `The environment stands in for \`${header}\` where that is absent or empty, and nowhere else`,
      source: "D:047 DUMP",
      runtime: "environment full",
      exchanges: [
        asked(field, {}, fromEnvironment),
        asked(field, { [header]: "" }, fromEnvironment),
        asked(field, { [header]: sent }, fromHeader),
      ],
      lines: [1, 2, 3].flatMap(() => around("Invoke")),
    })),
    ...rows.map(([header, field]): Case => ({
      name: `An empty variable does not stand in for \`${header}\``,
      source: "I2",
      runtime: "environment of empty values",
      exchanges: [asked(field, {}, undefined)],
      lines: around("Invoke"),
    })),
    {
      name: "The version comes from `FC_VER_ID` where that is all there is",
      source: "D:047",
      runtime: "environment of Debian 10",
      exchanges: [asked("service.versionId", {}, "7")],
      lines: around("Invoke"),
    },
  ];
}

function contextCases(): Case[] {
  const time = JSON.stringify({ act: "time" });
  return [
    ...(
      [
        ["60", "60000"],
        ["1", "1000"],
        ["86400", "86400000"],
        ["", "Infinity"],
        ["0", "Infinity"],
        ["soon", "Infinity"],
      ] as const
    ).map(([timeout, allowed]): Case => ({
      name: `A timeout of \`${timeout}\` seconds allows ${allowed} ms from the arrival`,
      source: "DUMP MOCK GO",
      exchanges: [
        {
          request: invoke(time, { "x-fc-function-timeout": timeout }),
          ...succeeded,
          json: { allowed, inTime: true },
        },
      ],
      lines: around("Invoke"),
    })),
    {
      name: "The initialization has a timeout of its own",
      source: "S1 S3",
      runtime: "initialize facts",
      exchanges: [
        { request: hook("initialize", { "x-fc-initialization-timeout": "30" }), ...succeeded },
        {
          request: invoke(),
          ...succeeded,
          json: {
            calls: 1,
            seen: {
              kind: "initialize",
              requestId: uuid,
              controlPath: "/initialize",
              coldStart: true,
              retryCount: 0,
              allowed: "30000",
              inTime: true,
            },
          },
        },
      ],
      lines: [...around("Initialize", uuid), ...around("Invoke")],
    },
    {
      name: "The code finds its invocation after a wait, and its own context in it",
      source: "D:034",
      exchanges: [
        {
          request: event("scope"),
          ...succeeded,
          json: {
            kind: "invoke",
            requestId: fc3,
            outcome: { status: "success" },
            ended: false,
            sameContext: true,
          },
        },
      ],
      lines: around("Invoke"),
    },
    {
      name: "The signal of an invocation that goes well is not aborted",
      source: "I2",
      exchanges: [
        { request: event("signal"), ...succeeded, json: { isSignal: true, aborted: false } },
      ],
      lines: around("Invoke"),
    },
    {
      name: "The first invocation is a cold start, those after it are not",
      source: "I2",
      runtime: "first invocation",
      exchanges: [true, false, false].map((coldStart) => ({
        request: invoke(),
        ...succeeded,
        json: expect.objectContaining({ coldStart }),
      })),
      lines: [1, 2, 3].flatMap(() => around("Invoke")),
    },
    {
      name: "The first HTTP invocation is a cold start, those after it are not",
      source: "I2",
      runtime: "first http invocation",
      exchanges: [true, false].map((coldStart) => ({
        request: httpInvoke(),
        ...succeeded,
        json: expect.objectContaining({ coldStart }),
      })),
      lines: [...around("Invoke"), ...around("Invoke")],
    },
    {
      name: "Hooks do not use up the cold start",
      source: "I2",
      runtime: "first after hooks",
      exchanges: [
        {
          request: hook("pre-freeze"),
          ...succeeded,
          json: expect.objectContaining({ coldStart: false }),
        },
        { request: invoke(), ...succeeded, json: expect.objectContaining({ coldStart: true }) },
      ],
      lines: [...around("PreFreeze", uuid), ...around("Invoke")],
    },
    {
      name: "The first invocation is a cold start although an initialization came before it",
      source: "I2",
      runtime: "first after initialize",
      exchanges: [
        { request: hook("initialize"), ...succeeded },
        { request: invoke(), ...succeeded, json: expect.objectContaining({ coldStart: true }) },
        { request: invoke(), ...succeeded, json: expect.objectContaining({ coldStart: false }) },
      ],
      lines: [...around("Initialize", uuid), ...around("Invoke"), ...around("Invoke")],
    },
    {
      name: "A retry keeps the request ID and says how often it was tried",
      source: "D:091 D:064",
      exchanges: ["0", "1"].map((count) => ({
        request: invoke("{}", { "x-fc-retry-count": count }),
        ...succeeded,
        json: expect.objectContaining({ requestId: fc3, retryCount: Number(count) }),
      })),
      lines: [...around("Invoke"), ...around("Invoke")],
    },
    {
      name: "The event handler gets the bytes as they were sent",
      source: "D:108",
      exchanges: [
        {
          request: invoke('{"act":"event","text":"grün ✓"}'),
          ...succeeded,
          json: { text: '{"act":"event","text":"grün ✓"}', bytes: 34, isBuffer: true },
        },
      ],
      lines: around("Invoke"),
    },
  ];
}

function credentialCases(): Case[] {
  const names = ["accessKeyId", "accessKeySecret", "securityToken"] as const;
  const asked = (headers: Record<string, string>, values: readonly unknown[]): Exchange[] =>
    names.map((name, index) => ({
      request: {
        method: "POST",
        path: "/invoke",
        headers: { "x-fc-request-id": fc3, ...headers },
        body: JSON.stringify({ act: "field", field: `credentials.${name}` }),
      },
      ...succeeded,
      json: { value: values[index] },
    }));
  const sent = {
    "x-fc-access-key-id": "STS.NaXxxx",
    "x-fc-access-key-secret": "7jXxxx",
    "x-fc-security-token": "CAIS...",
  };
  const { "x-fc-security-token": _, ...sentWithoutToken } = sent;
  const { "x-fc-access-key-secret": __, ...sentWithoutSecret } = sent;
  const fromEnvironment = ["ENV.id", "ENVsecret", "ENVtoken"];
  const credentials = (
    name: string,
    source: string,
    runtime: string,
    headers: Record<string, string>,
    values: readonly unknown[],
  ): Case => ({
    name,
    source,
    runtime,
    exchanges: asked(headers, values),
    lines: [1, 2, 3].flatMap(() => around("Invoke")),
  });
  const printed = {
    json: '{"credentials":"[redacted]"}',
    inspect: "[redacted]",
    template: "[redacted]",
    spread: "{ credentials: '[redacted]' }",
    keys: ["credentials"],
    context: true,
    everything: expect.any(Array),
  };
  const stripped = expect.not.objectContaining({
    "x-fc-access-key-id": expect.anything(),
    "x-fc-access-key-secret": expect.anything(),
    "x-fc-security-token": expect.anything(),
  });
  const shouted = {
    "X-FC-Access-Key-Id": canary.accessKeyId,
    "X-Fc-Access-Key-SECRET": canary.accessKeySecret,
    "x-fc-Security-token": [canary.securityToken, canary.securityToken],
  };
  return [
    credentials(
      "Credentials come from the headers, whatever the environment holds",
      "S1 S2",
      "environment full",
      sent,
      Object.values(sent),
    ),
    credentials(
      "Credentials come from the environment where no header carries them",
      "S2 D:047",
      "environment full",
      {},
      fromEnvironment,
    ),
    credentials(
      "Credentials come from the environment where the headers are empty",
      "DUMP D:047",
      "environment full",
      Object.fromEntries(Object.keys(sent).map((name) => [name, ""])),
      fromEnvironment,
    ),
    credentials(
      "On Debian 11, where the token is not sent, all three come from the environment",
      "S2 D:078",
      "environment full",
      sentWithoutToken,
      fromEnvironment,
    ),
    credentials(
      "A key without its secret is completed by no other source: all three come from the environment",
      "I2",
      "environment full",
      sentWithoutSecret,
      fromEnvironment,
    ),
    credentials(
      "A key without a token stays as sent where the environment has none",
      "I2",
      "plain",
      sentWithoutToken,
      ["STS.NaXxxx", "7jXxxx", undefined],
    ),
    credentials(
      "Half a key in the environment is not mixed with what was sent",
      "I2",
      "environment with half a key",
      sentWithoutToken,
      ["STS.NaXxxx", "7jXxxx", undefined],
    ),
    credentials("Without any source there are none", "DUMP", "plain", {}, []),
    {
      name: "Credentials print as [redacted] in an event invocation",
      source: "I2",
      exchanges: [{ request: event("printed credentials"), ...succeeded, json: printed }],
      lines: around("Invoke"),
    },
    {
      name: "Credentials print as [redacted] in an HTTP invocation",
      source: "I2",
      exchanges: [{ request: httpInvoke("GET", "/credentials"), ...succeeded, json: printed }],
      lines: around("Invoke"),
    },
    {
      name: "Credentials are not put into the environment",
      source: "D:034",
      exchanges: [
        { request: event("credentials in the environment"), ...succeeded, text: "false" },
      ],
      lines: around("Invoke"),
    },
    {
      name: "The headers of an event's context hold no credentials",
      source: "I2",
      exchanges: [{ request: event("headers"), ...succeeded, json: stripped }],
      lines: around("Invoke"),
    },
    {
      name: "No form of an HTTP request's headers holds credentials, however they were spelled",
      source: "I2",
      exchanges: [
        {
          request: {
            path: "/headers",
            headers: { "x-fc-request-id": fc3, "x-before": "1", ...shouted, "X-After": "2" },
          },
          ...succeeded,
          json: {
            headers: {
              "x-fc-request-id": fc3,
              "x-before": "1",
              "x-after": "2",
              host: expect.any(String),
              connection: "close",
            },
            rawHeaders: [
              "x-fc-request-id",
              fc3,
              "x-before",
              "1",
              "X-After",
              "2",
              "Host",
              expect.any(String),
              "Connection",
              "close",
            ],
            headersDistinct: {
              "x-fc-request-id": [fc3],
              "x-before": ["1"],
              "x-after": ["2"],
              host: [expect.any(String)],
              connection: ["close"],
            },
          },
        },
      ],
      lines: around("Invoke"),
    },
    {
      name: "A Fetch handler's headers hold no credentials",
      source: "I2",
      runtime: "fetch",
      exchanges: [{ request: httpInvoke("GET", "/headers"), ...succeeded, json: stripped }],
      lines: around("Invoke"),
    },
    ...["headers kept", "headers kept by environment"].map((runtime): Case => ({
      name: `With ${runtime} the application reads them itself`,
      source: "I2",
      runtime,
      exchanges: [
        {
          request: { path: "/headers", headers: { "x-fc-request-id": fc3, ...sent } },
          ...succeeded,
          json: {
            headers: expect.objectContaining(sent),
            rawHeaders: expect.arrayContaining(Object.entries(sent).flat()),
            headersDistinct: expect.objectContaining({
              "x-fc-access-key-id": ["STS.NaXxxx"],
              "x-fc-access-key-secret": ["7jXxxx"],
              "x-fc-security-token": ["CAIS..."],
            }),
          },
        },
        {
          request: {
            path: "/field/credentials.securityToken",
            headers: { "x-fc-request-id": fc3, ...sent },
          },
          ...succeeded,
          json: { value: "CAIS..." },
        },
      ],
      lines: [...around("Invoke"), ...around("Invoke")],
    })),
  ];
}

function resultCases(): Case[] {
  const good = (act: string, expected: Expected): Case => ({
    name: `A result that is ${act} is the body`,
    source: "D:108",
    exchanges: [{ request: event(act), ...succeeded, ...expected }],
    lines: around("Invoke"),
  });
  const bad = (act: string, message: string, ...causes: string[]): Case => ({
    name: `A result that is a ${act} is a failure that says so`,
    source: "I2",
    exchanges: [
      {
        request: event(act),
        ...failed,
        json: { errorMessage: message, errorType: "FCRT_RESULT_NOT_JSON", stackTrace: [] },
      },
    ],
    lines: around("Invoke", fc3, {
      end: unhandled,
      lines: [
        error(`FCRT_RESULT_NOT_JSON: ${message}`),
        ...causes.map((line) => error(line)),
        ...(causes.length > 0 ? [error("    at …")] : []),
      ],
    }),
  });
  return [
    good("text", { text: "plain ✓ text", headers: { ...text, "content-length": "14" } }),
    good("empty text", { text: "", headers: { "content-length": "0" } }),
    good("bytes", {
      text: Buffer.from([0, 255, 128, 65]).toString(),
      headers: { "content-type": "application/octet-stream", "content-length": "4" },
    }),
    good("array of bytes", { text: "Hi" }),
    good("array buffer", { text: "Hi" }),
    good("nothing", { text: "", headers: { "content-length": "0" } }),
    good("object", { text: '{"hello":"world","nested":{"list":[1,null]}}', headers: json }),
    good("array", { text: '[1,"two"]', headers: json }),
    good("null", { text: "null", headers: json }),
    good("number", { text: "42", headers: json }),
    good("false", { text: "false", headers: json }),
    good("promise", { text: '{"later":true}' }),
    good("thenable", { text: '{"later":true}' }),
    good("own JSON", { text: '"of its own"' }),
    bad(
      "cycle",
      "Expected a result that JSON can hold: Converting circular structure to JSON",
      "Caused by: TypeError: Converting circular structure to JSON",
      "    --> starting at object with constructor 'Object'",
      "    --- property 'self' closes the circle",
    ),
    bad(
      "bigint",
      "Expected a result that JSON can hold: Do not know how to serialize a BigInt",
      "Caused by: TypeError: Do not know how to serialize a BigInt",
    ),
    bad("function", "Expected a result that JSON can hold, got a function"),
    bad("symbol", "Expected a result that JSON can hold, got a symbol"),
    bad(
      "throwing JSON",
      "Expected a result that JSON can hold: no JSON today",
      "Caused by: RangeError: no JSON today",
    ),
  ];
}

function eventFailureCases(): Case[] {
  const failure = (
    name: string,
    source: string,
    act: string,
    end: string,
    body: object,
    lines: readonly string[],
  ): Case => ({
    name,
    source,
    exchanges: [{ request: event(act), ...failed, headers: json, json: body }],
    lines: around("Invoke", fc3, { end, lines: lines.map((line) => error(line)) }),
  });
  const frames = "    at …";
  return [
    failure(
      "A handler that throws has failed, unhandled",
      "S1 S3 D:108 BI",
      "throw",
      unhandled,
      {
        errorMessage: "boom",
        errorType: "TypeError",
        stackTrace: ["TypeError: boom", frames],
      },
      ["TypeError: boom", frames],
    ),
    failure(
      "A handler that rejects has failed, unhandled",
      "S1 S3 BI",
      "reject",
      unhandled,
      {
        errorMessage: "out of range",
        errorType: "RangeError",
        stackTrace: ["RangeError: out of range", frames],
      },
      ["RangeError: out of range", frames],
    ),
    failure(
      "An error of the function's own class keeps its name",
      "BI",
      "throw in its own class",
      unhandled,
      {
        errorMessage: "too much",
        errorType: "QuotaError",
        stackTrace: ["QuotaError: too much", frames],
      },
      ["QuotaError: too much", frames],
    ),
    failure(
      "A thrown text is a failure too",
      "I2",
      "throw a string",
      unhandled,
      { errorMessage: "just text", errorType: "Error", stackTrace: [] },
      ["just text"],
    ),
    failure(
      "A thrown `undefined` is a failure too",
      "I2",
      "throw undefined",
      unhandled,
      { errorMessage: "undefined", errorType: "Error", stackTrace: [] },
      ["undefined"],
    ),
    failure(
      "The whole chain of causes is printed",
      "I2",
      "throw with causes",
      unhandled,
      { errorMessage: "not saved", errorType: "Error", stackTrace: ["Error: not saved", frames] },
      [
        "Error: not saved",
        frames,
        "Caused by: TypeError: no write",
        frames,
        "Caused by: Error: disk full",
        frames,
      ],
    ),
    failure(
      "The errors of an AggregateError are printed",
      "I2",
      "throw an aggregate",
      unhandled,
      {
        errorMessage: "all failed",
        errorType: "AggregateError",
        stackTrace: ["AggregateError: all failed", frames],
      },
      [
        "AggregateError: all failed",
        frames,
        "Error 1: Error: first",
        frames,
        "Error 2: RangeError: second",
        frames,
      ],
    ),
    failure(
      "A line break in a message forges no marker",
      "S1",
      "throw a forged marker",
      unhandled,
      expect.objectContaining({
        errorMessage: `stop\nFC Invoke End RequestId: ${fc3}\r\nand go on`,
      }),
      ["Error: stop", `FC Invoke End RequestId: ${fc3}`, "and go on", frames],
    ),
    failure(
      "An FcrtError about the input that the function throws is handled",
      "I2",
      "throw an input error",
      handled,
      {
        errorMessage: "Expected `name`, got none",
        errorType: "FCRT_EVENT_NOT_JSON",
        stackTrace: [],
      },
      ["FCRT_EVENT_NOT_JSON: Expected `name`, got none"],
    ),
    failure(
      "`context.fail` makes a failure that is handled, and its reason the body",
      "I2",
      "fail",
      handled,
      { errorMessage: "not today", errorType: "Error", stackTrace: [] },
      ["not today"],
    ),
    failure(
      "`currentInvocation().fail` does the same, with an error as its reason",
      "I2",
      "fail with an error",
      handled,
      {
        errorMessage: "not that much",
        errorType: "RangeError",
        stackTrace: ["RangeError: not that much", frames],
      },
      ["RangeError: not that much", frames],
    ),
    failure(
      "Of two reasons the first is told to the caller, and both are printed",
      "I2",
      "fail twice",
      handled,
      { errorMessage: "first reason", errorType: "Error", stackTrace: [] },
      ["second reason", "first reason"],
    ),
    failure(
      "What the code says and then throws stays a handled failure, and is printed once",
      "I2",
      "fail, then throw the same",
      handled,
      {
        errorMessage: "not that much",
        errorType: "RangeError",
        stackTrace: ["RangeError: not that much", frames],
      },
      ["RangeError: not that much", frames],
    ),
    failure(
      "What is thrown after a handled failure makes it unhandled",
      "I2",
      "fail, then throw",
      unhandled,
      { errorMessage: "boom", errorType: "TypeError", stackTrace: ["TypeError: boom", frames] },
      ["said so", "TypeError: boom", frames],
    ),
    failure(
      "The code sees that its invocation has failed",
      "I2",
      "see the failure",
      handled,
      expect.objectContaining({ errorMessage: "not today" }),
      ["it was failure, handled, not today", "not today"],
    ),
    ...(
      [
        ['{"a":1,x}', "`x` at line 1, column 8 (offset 7 of 9)"],
        ["{\n  'a': 1}", "`'` at line 2, column 3 (offset 4 of 11)"],
        ['{"a":', "the end at line 1, column 6 (offset 5 of 5)"],
        ["", "nothing"],
      ] as const
    ).map(([body, place]): Case => ({
      name: `An event ${JSON.stringify(body)} that is no JSON is a handled failure that says where it broke`,
      source: "I2",
      exchanges: [
        {
          request: invoke(body),
          ...failed,
          json: {
            errorMessage: `Expected the event to be JSON, got ${place}`,
            errorType: "FCRT_EVENT_NOT_JSON",
            stackTrace: [],
          },
        },
      ],
      lines: around("Invoke", fc3, {
        end: handled,
        lines: [error(`FCRT_EVENT_NOT_JSON: Expected the event to be JSON, got ${place}`)],
      }),
    })),
  ];
}

function httpCases(): Case[] {
  const passes = (status: number, fcStatus: string, runtime?: string): Case => ({
    name: `The application's own ${status} passes through as ${fcStatus === "200" ? "a success" : "a failure"}${runtime ? ` where ${runtime}` : ""}`,
    source: "D:108 I2",
    ...(runtime && { runtime }),
    exchanges: [
      {
        request: httpInvoke("GET", `/status/${status}`),
        status,
        fcStatus,
        headers: { "x-own": "kept" },
        text: status === 204 || status === 304 ? "" : `answered ${status}`,
      },
      { request: httpInvoke("GET", `/assigned/${status}`), status, fcStatus, text: "" },
    ],
    lines: [1, 2].flatMap(() =>
      around("Invoke", fc3, fcStatus === "200" ? {} : saysStatus(status)),
    ),
  });
  const thrown = { end: unhandled, lines: [error("TypeError: boom"), error("    at …")] };
  return [
    ...[200, 201, 204, 301, 304, 400, 401, 404, 418, 499].map((status) => passes(status, "200")),
    ...[500, 502, 503, 599].map((status) => passes(status, "404")),
    passes(200, "200", "fails on 4xx"),
    passes(404, "404", "fails on 4xx"),
    passes(503, "404", "fails on 4xx"),
    {
      name: "An HTTP handler that throws has failed, and its client learns nothing of it",
      source: "S1 D:108",
      exchanges: [
        { request: httpInvoke("GET", "/throw"), ...failed, headers: json, json: failedHttpBody },
      ],
      lines: around("Invoke", fc3, thrown),
    },
    {
      name: "An HTTP handler that rejects has failed",
      source: "S1",
      exchanges: [{ request: httpInvoke("POST", "/reject"), ...failed, json: failedHttpBody }],
      lines: around("Invoke", fc3, {
        end: unhandled,
        lines: [error("RangeError: out of range"), error("    at …")],
      }),
    },
    {
      name: "`httpErrorStatus` is the status of a handler that throws, and `x-fc-status` stays 404",
      source: "I2",
      runtime: "http errors are 503",
      exchanges: [
        {
          request: httpInvoke("GET", "/throw"),
          status: 503,
          fcStatus: "404",
          json: failedHttpBody,
        },
        { request: event("throw"), ...failed, json: expect.anything() },
      ],
      lines: [...around("Invoke", fc3, thrown), ...around("Invoke", fc3, thrown)],
    },
    {
      name: "`exposeErrors` tells the client what was thrown",
      source: "I2",
      runtime: "errors exposed",
      exchanges: [
        {
          request: httpInvoke("GET", "/throw"),
          ...failed,
          json: {
            errorMessage: "boom",
            errorType: "TypeError",
            stackTrace: ["TypeError: boom", "    at …"],
          },
        },
      ],
      lines: around("Invoke", fc3, thrown),
    },
    {
      name: "An HTTP handler that throws after the head breaks the connection",
      source: "I2",
      exchanges: [{ request: httpInvoke("GET", "/throw-late"), broken: true }],
      lines: around("Invoke", fc3, thrown),
    },
    {
      name: "What an HTTP handler throws after its answer is printed, the answer stands",
      source: "I2",
      exchanges: [
        { request: httpInvoke("GET", "/throw-after-answer"), ...succeeded, text: "whole" },
      ],
      lines: [...around("Invoke"), error("TypeError: boom"), error("    at …")],
    },
    {
      name: "A second answer changes nothing and is printed",
      source: "I2",
      exchanges: [{ request: httpInvoke("GET", "/twice"), ...succeeded, text: "once" }],
      lines: [...around("Invoke"), error("Error: write after end"), error("    at …")],
    },
    {
      name: "`context.fail` in an HTTP handler makes `x-fc-status` 404 and leaves its answer alone",
      source: "D:108 I2",
      exchanges: [
        {
          request: httpInvoke("GET", "/fail"),
          status: 200,
          fcStatus: "404",
          text: "answered all the same",
        },
      ],
      lines: around("Invoke", fc3, { end: handled, lines: [error("not today")] }),
    },
    {
      name: "`currentInvocation().fail` in an HTTP handler does the same",
      source: "I2",
      exchanges: [
        {
          request: httpInvoke("GET", "/fail-scope"),
          status: 200,
          fcStatus: "404",
          text: "answered all the same",
        },
      ],
      lines: around("Invoke", fc3, {
        end: handled,
        lines: [error("RangeError: not that much"), error("    at …")],
      }),
    },
    {
      name: "An application that says 404 in `x-fc-status` itself has failed, handled",
      source: "S1",
      exchanges: [
        { request: httpInvoke("GET", "/says-404"), status: 200, fcStatus: "404", text: "mine" },
      ],
      lines: around("Invoke", fc3, {
        end: handled,
        lines: [error("The response has status 200 and x-fc-status 404")],
      }),
    },
    {
      name: "An application that says 200 in `x-fc-status` itself has succeeded",
      source: "S1",
      exchanges: [{ request: httpInvoke("GET", "/says-200"), status: 500, fcStatus: "200" }],
      lines: around("Invoke"),
    },
    {
      name: "Several cookies pass through as several",
      source: "S1 D:108",
      exchanges: ["/cookies", "/cookies-as-pairs"].map((path) => ({
        request: httpInvoke("GET", path),
        ...succeeded,
        headers: { "set-cookie": ["a=1", "b=2; Path=/"] },
      })),
      lines: [...around("Invoke"), ...around("Invoke")],
    },
    {
      name: "Method, body and headers of the client reach the application, and its own the client",
      source: "S1 S2 S3 D:108",
      exchanges: (["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const).map((method) => ({
        request: {
          ...httpInvoke(method, "/echo", { "content-length": "9" }),
          body: "grün ✓",
        },
        ...succeeded,
        text: "grün ✓",
        headers: { "x-method": method },
      })),
      lines: [1, 2, 3, 4, 5].flatMap(() => around("Invoke")),
    },
    {
      name: "A streamed answer stays one: chunked, without a length",
      source: "Q:090",
      exchanges: [
        {
          request: httpInvoke("GET", "/stream"),
          ...succeeded,
          text: "one two three",
          headers: { "transfer-encoding": "chunked", "content-length": undefined },
        },
      ],
      lines: around("Invoke"),
    },
    {
      name: "The path of the FC 2.0 default domain reaches the application as it is",
      source: "Q:064 DUMP",
      exchanges: [
        {
          request: httpInvoke("GET", "/2016-08-15/proxy/service/function/page?a=1", {
            "x-fc-base-path": "/2016-08-15/proxy/service/function",
          }),
          ...succeeded,
          json: expect.objectContaining({ url: "/2016-08-15/proxy/service/function/page?a=1" }),
        },
        {
          request: httpInvoke("GET", "/headers", { "x-fc-base-path": "/get" }),
          ...succeeded,
          json: expect.objectContaining({
            headers: expect.objectContaining({ "x-fc-base-path": "/get" }),
          }),
        },
      ],
      lines: [...around("Invoke"), ...around("Invoke")],
    },
    {
      name: "HEAD has the head of GET and no body",
      source: "D:002",
      exchanges: [
        { request: httpInvoke("HEAD", "/status/200"), ...succeeded, text: "" },
        { request: httpInvoke("HEAD", "/throw"), ...failed, text: "" },
      ],
      lines: [...around("Invoke"), ...around("Invoke", fc3, thrown)],
    },
    ...fetchCases(),
  ];
}

function fetchCases(): Case[] {
  const runtime = "fetch";
  return [
    {
      name: "A Fetch handler's answer passes through",
      source: "I2",
      runtime,
      exchanges: [
        { request: { ...httpInvoke("POST", "/"), body: "grün ✓" }, ...succeeded, text: "grün ✓" },
        { request: httpInvoke("GET", "/404"), status: 404, fcStatus: "200" },
      ],
      lines: [...around("Invoke"), ...around("Invoke")],
    },
    {
      name: "A Fetch handler's own 503 is a failure",
      source: "I2",
      runtime,
      exchanges: [{ request: httpInvoke("GET", "/503"), status: 503, fcStatus: "404" }],
      lines: around("Invoke", fc3, saysStatus(503)),
    },
    {
      name: "Several cookies of a Fetch handler pass through as several",
      source: "I2",
      runtime,
      exchanges: [
        {
          request: httpInvoke("GET", "/cookies"),
          ...succeeded,
          headers: { "set-cookie": ["a=1", "b=2; Path=/"] },
        },
      ],
      lines: around("Invoke"),
    },
    {
      name: "A Fetch handler that rejects has failed",
      source: "I2",
      runtime,
      exchanges: [{ request: httpInvoke("GET", "/throw"), ...failed, json: failedHttpBody }],
      lines: around("Invoke", fc3, {
        end: unhandled,
        lines: [error("TypeError: boom"), error("    at …")],
      }),
    },
    {
      name: "A Fetch handler that gives no Response has failed",
      source: "I2",
      runtime,
      exchanges: [{ request: httpInvoke("GET", "/nothing"), ...failed, json: failedHttpBody }],
      lines: around("Invoke", fc3, {
        end: unhandled,
        lines: [
          error("TypeError: Expected `fetch` to return a Response, got undefined"),
          error("    at …"),
        ],
      }),
    },
    {
      name: "A Fetch handler can fail and answer all the same",
      source: "I2",
      runtime,
      exchanges: [{ request: httpInvoke("GET", "/fail"), status: 200, fcStatus: "404" }],
      lines: around("Invoke", fc3, { end: handled, lines: [error("not today")] }),
    },
  ];
}

function lifecycleCases(): Case[] {
  return [
    {
      name: "Initialization runs once, and later calls answer the remembered success",
      source: "S1 S2 S3",
      runtime: "initialize once",
      exchanges: [
        { request: hook("initialize"), ...succeeded, text: "" },
        { request: hook("initialize"), ...succeeded, text: "" },
        { request: invoke(), ...succeeded, json: { calls: 1 } },
      ],
      lines: [...around("Initialize", uuid), ...around("Initialize", uuid), ...around("Invoke")],
    },
    {
      name: "An initialization that failed is tried again until it succeeds once",
      source: "S1 D:060",
      runtime: "initialize twice",
      exchanges: [
        {
          request: hook("initialize"),
          ...failed,
          json: {
            errorMessage: "not yet",
            errorType: "TypeError",
            stackTrace: ["TypeError: not yet", "    at …"],
          },
        },
        { request: hook("initialize"), ...succeeded, text: "" },
        { request: hook("initialize"), ...succeeded, text: "" },
        { request: invoke(), ...succeeded, json: { calls: 2 } },
      ],
      lines: [
        ...around("Initialize", uuid, {
          end: unhandled,
          lines: [error("TypeError: not yet", uuid), error("    at …", uuid)],
        }),
        ...around("Initialize", uuid),
        ...around("Initialize", uuid),
        ...around("Invoke"),
      ],
    },
    {
      name: "An initialization that says itself that it failed is tried again",
      source: "S1 D:060 I2",
      runtime: "initialize says no",
      exchanges: [
        {
          request: hook("initialize"),
          ...failed,
          json: { errorMessage: "not yet", errorType: "Error", stackTrace: [] },
        },
        { request: hook("initialize"), ...succeeded, text: "" },
        { request: invoke(), ...succeeded, json: { calls: 2 } },
      ],
      lines: [
        ...around("Initialize", uuid, { end: handled, lines: [error("not yet", uuid)] }),
        ...around("Initialize", uuid),
        ...around("Invoke"),
      ],
    },
  ];
}

function markerCases(): Case[] {
  const silent = (runtime: string): Case => ({
    name: `With ${runtime} there is no marker, and an error is printed all the same`,
    source: "D:091",
    runtime,
    exchanges: [
      { request: invoke(), ...succeeded, json: expect.anything() },
      { request: httpInvoke(), ...succeeded },
      { request: hook("initialize"), ...succeeded },
      { request: hook("pre-freeze"), ...succeeded },
      { request: event("throw"), ...failed },
    ],
    lines: [error("TypeError: boom"), error("    at …")],
  });
  return [
    silent("no markers"),
    silent("no markers by environment"),
    {
      name: "The option wins over the environment",
      source: "I2",
      runtime: "markers against the environment",
      exchanges: [{ request: invoke(), ...succeeded }],
      lines: around("Invoke"),
    },
    {
      name: "`x-fc-log-type: Tail` adds nothing to the answer",
      source: "S1 S2 S3",
      exchanges: [
        {
          request: invoke("{}", { "x-fc-log-type": "Tail" }),
          ...succeeded,
          headers: { "x-fc-log-result": undefined },
        },
        {
          request: httpInvoke("GET", "/throw", { "x-fc-log-type": "Tail" }),
          ...failed,
          headers: { "x-fc-log-result": undefined },
        },
      ],
      lines: [
        ...around("Invoke"),
        ...around("Invoke", fc3, {
          end: unhandled,
          lines: [error("TypeError: boom"), error("    at …")],
        }),
      ],
    },
  ];
}

function limitCases(): Case[] {
  const runtime = "body limit 16";
  const tooLarge = (size: string): Pick<Case, "lines"> & { readonly answer: Expected } => {
    const message = `Expected a body of at most 16 bytes, got ${size}`;
    return {
      answer: {
        ...failed,
        json: { errorMessage: message, errorType: "FCRT_BODY_TOO_LARGE", stackTrace: [] },
      },
      lines: around("Invoke", fc3, {
        end: handled,
        lines: [error(`FCRT_BODY_TOO_LARGE: ${message}`)],
      }),
    };
  };
  const head = (path: string, ...fields: string[]): string =>
    [`POST ${path} HTTP/1.1`, "host: x", `x-fc-request-id: ${fc3}`, ...fields, "", ""].join("\r\n");
  const next = `${head("/invoke", "content-length: 2", "connection: close")}{}`;
  return [
    {
      name: "A body of just the limit is read",
      source: "I2",
      runtime,
      exchanges: [{ request: invoke('{"act":"number"}'), ...succeeded, text: "42" }],
      lines: around("Invoke"),
    },
    {
      name: "A body of just the limit is read in chunks too",
      source: "I2",
      runtime,
      exchanges: [
        {
          raw: `${head("/invoke", "transfer-encoding: chunked", "connection: close")}8\r\n{"act":"\r\n8\r\nnumber"}\r\n0\r\n\r\n`,
          answers: [{ ...succeeded, text: "42" }],
        },
      ],
      lines: around("Invoke"),
    },
    {
      name: "A body over the limit is a handled failure, and the connection goes on",
      source: "I2",
      runtime,
      exchanges: [
        {
          raw: `${head("/invoke", "content-length: 17")}${"x".repeat(17)}${next}`,
          answers: [tooLarge("17").answer, succeeded],
        },
      ],
      lines: [...tooLarge("17").lines, ...around("Invoke")],
    },
    {
      name: "So is one in chunks that passes the limit",
      source: "I2",
      runtime,
      exchanges: [
        {
          raw: `${head("/invoke", "transfer-encoding: chunked")}a\r\n${"x".repeat(10)}\r\n7\r\n${"x".repeat(7)}\r\n0\r\n\r\n${next}`,
          answers: [tooLarge("more").answer, succeeded],
        },
      ],
      lines: [...tooLarge("more").lines, ...around("Invoke")],
    },
    {
      name: "A large body after a failure is read and forgotten, and the connection goes on",
      source: "I2",
      runtime,
      exchanges: [
        {
          raw: `${head("/invoke", "content-length: 300000")}${"x".repeat(300_000)}${next}`,
          answers: [tooLarge("300000").answer, succeeded],
        },
      ],
      lines: [...tooLarge("300000").lines, ...around("Invoke")],
    },
    {
      name: "The limit does not hold for HTTP invocations, which stream",
      source: "Q:090",
      runtime,
      exchanges: [
        {
          request: { ...httpInvoke("POST", "/echo"), body: "x".repeat(1000) },
          ...succeeded,
          text: "x".repeat(1000),
        },
      ],
      lines: around("Invoke"),
    },
  ];
}

function refusalCases(): Case[] {
  const refused = (name: string, raw: string, status: number): Case => ({
    name: `${name} is refused with ${status} and \`x-fc-status: 404\``,
    source: "S1",
    exchanges: [{ raw, answers: [{ status, fcStatus: "404", text: "" }] }],
    lines: [],
  });
  const id = `x-fc-request-id: ${fc3}`;
  const served = { ...succeeded, json: expect.objectContaining({ kind: "http-invoke" }) };
  return [
    refused("A request line that is none", "GARBAGE\r\n\r\n", 400),
    refused("An unknown method", "BREW /tea HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    refused("An unknown version", "GET / HTTP/9.9\r\nhost: x\r\n\r\n", 400),
    refused("A header that is none", "GET / HTTP/1.1\r\nhost: x\r\nno colon\r\n\r\n", 400),
    refused(
      "A header with a forbidden character",
      "GET / HTTP/1.1\r\nhost: x\r\nx-a: \u0001\r\n\r\n",
      400,
    ),
    refused(
      "A body of two lengths",
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
      400,
    ),
    refused(
      "A body with length and chunks",
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ),
    refused(
      "A head over 16 KiB",
      `GET / HTTP/1.1\r\nhost: x\r\nx-big: ${"x".repeat(20_000)}\r\n\r\n`,
      431,
    ),
    refused("A path over 16 KiB", `GET /${"x".repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431),
    refused("CONNECT", "CONNECT a.example:80 HTTP/1.1\r\nhost: a.example:80\r\n\r\n", 405),
    {
      name: "What is malformed after an answer is refused on the same connection",
      source: "S1",
      exchanges: [
        {
          raw: [`GET / HTTP/1.1\r\nhost: x\r\n${id}\r\n\r\n`, "GARBAGE\r\n\r\n"],
          answers: [served, { status: 400, fcStatus: "404" }],
        },
      ],
      lines: around("Invoke"),
    },
    ...(
      [
        [
          "A request without Host is served",
          `GET / HTTP/1.1\r\n${id}\r\nconnection: close\r\n\r\n`,
        ],
        ["HTTP/1.0 is served", `GET / HTTP/1.0\r\n${id}\r\n\r\n`],
        [
          "`Expect: 100-continue` is served",
          `POST / HTTP/1.1\r\nhost: x\r\n${id}\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
        ],
        [
          "An expectation that nobody knows is served",
          `POST / HTTP/1.1\r\nhost: x\r\n${id}\r\nexpect: miracles\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
        ],
        [
          "An upgrade that nobody takes is served as what it is without",
          `GET / HTTP/1.1\r\nhost: x\r\n${id}\r\nupgrade: h2c\r\nconnection: upgrade, close\r\n\r\n`,
        ],
      ] as const
    ).map(([name, raw]): Case => ({
      name,
      source: "S1",
      exchanges: [{ raw, answers: [served] }],
      lines: around("Invoke"),
    })),
    {
      name: "Two requests at once on one connection are answered in their order",
      source: "I2",
      exchanges: [
        {
          raw: `GET /status/201 HTTP/1.1\r\nhost: x\r\n${id}\r\n\r\nGET /status/202 HTTP/1.1\r\nhost: x\r\n${id}\r\nconnection: close\r\n\r\n`,
          answers: [
            { status: 201, fcStatus: "200", text: "answered 201" },
            { status: 202, fcStatus: "200", text: "answered 202" },
          ],
        },
      ],
      lines: [...around("Invoke"), ...around("Invoke")],
    },
    {
      name: "A body that breaks off in a bad chunk is a failure that is answered",
      source: "S1",
      exchanges: [
        {
          raw: `POST /invoke HTTP/1.1\r\nhost: x\r\n${id}\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\nnot hex\r\n`,
          answers: [{ status: 400, fcStatus: "404" }],
        },
      ],
      lines: around("Invoke", fc3, {
        end: unhandled,
        lines: [
          error(
            "FCRT_CLIENT_DISCONNECTED: The client disconnected before the response was complete",
          ),
        ],
      }),
    },
  ];
}

function event(act: string): PlatformRequest {
  return invoke(JSON.stringify({ act }));
}

// What a kind's markers are called, spelled out here so that a change of the product's own texts is noticed.
function around(
  phase: "Invoke" | "Initialize" | "PreFreeze" | "PreStop",
  requestId: string = fc3,
  { end = "", lines = [] }: { readonly end?: string; readonly lines?: readonly string[] } = {},
): string[] {
  return [
    `FC ${phase} Start RequestId: ${requestId}`,
    ...lines,
    `FC ${phase} End RequestId: ${requestId}${end}`,
  ];
}

function error(message: string, requestId: string = fc3): string {
  return `TIME ${requestId} [ERROR] ${message}`;
}

function saysStatus(status: number): { readonly end: string; readonly lines: readonly string[] } {
  return { end: handled, lines: [error(`The response has status ${status}`)] };
}

function missingHttp(requestId: string): string {
  return error(
    "FCRT_HANDLER_MISSING: Expected a handler `http` or `fetch` for an HTTP invocation, got none",
    requestId,
  );
}
