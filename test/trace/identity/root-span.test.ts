import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { Handlers } from "@fcrt/core";
import type { TracingOptions } from "@fcrt/trace";
import { SpanKind, trace } from "@opentelemetry/api";
import type { Attributes } from "@opentelemetry/api";
import { SamplingDecision } from "@opentelemetry/sdk-trace-base";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { describe, expect, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import {
  canary,
  hook,
  httpInvoke,
  invoke,
  requestIds,
  sendTo,
} from "../../support/platform-request.ts";
import type { PlatformRequest } from "../../support/platform-request.ts";
import { adoptTraced, serveTraced } from "./traced.ts";

captureStdout();

const handlers: Handlers = {
  initialize: () => {},
  invoke: () => "done",
  http: (_request, response) => void response.end("done"),
  preFreeze: () => {},
  preStop: () => {},
};

const platform = {
  "cloud.provider": "alibaba_cloud",
  "cloud.platform": "alibaba_cloud_fc",
  "cloud.region": "cn-hangzhou",
  "cloud.account.id": "123456789012",
  "cloud.resource_id": "acs:fc:cn-hangzhou:123456789012:functions/my-function",
  "faas.name": "my-function",
  "faas.max_memory": 536_870_912,
  "fc.invocation.retry_count": 0,
};

describe("name, kind and attributes", () => {
  test.each<[string, PlatformRequest, string, Attributes]>([
    [
      "an event",
      invoke(),
      "my-function",
      { "faas.trigger": "other", "fc.invocation.kind": "invoke", "faas.coldstart": true },
    ],
    [
      "an HTTP request",
      httpInvoke("GET", "/orders/1?token=SECRET"),
      "GET /orders/1",
      {
        "faas.trigger": "http",
        "fc.invocation.kind": "http-invoke",
        "faas.coldstart": true,
        "http.request.method": "GET",
        "url.path": "/orders/1",
        "http.response.status_code": 200,
        "network.protocol.version": "1.1",
      },
    ],
    [
      "an initialization",
      hook("initialize"),
      "my-function initialize",
      { "faas.trigger": "other", "fc.invocation.kind": "initialize", "faas.coldstart": true },
    ],
    [
      "a freeze",
      hook("pre-freeze"),
      "my-function pre-freeze",
      { "faas.trigger": "other", "fc.invocation.kind": "pre-freeze", "faas.coldstart": false },
    ],
    [
      "a stop",
      hook("pre-stop"),
      "my-function pre-stop",
      { "faas.trigger": "other", "fc.invocation.kind": "pre-stop", "faas.coldstart": false },
    ],
  ])("of %s", async (_what, request, name, attributes) => {
    const runtime = await serveTraced(handlers);
    await sendTo(runtime.port, request);

    const requestId = String(request.headers?.["x-fc-request-id"]);
    const root = runtime.rootOf(requestId);
    expect(root.name).toBe(name);
    expect(root.kind).toBe(SpanKind.SERVER);
    expect(root.attributes).toEqual({
      ...platform,
      "faas.invocation_id": requestId,
      "faas.invocation.id": requestId,
      "faas.version": "LATEST",
      ...attributes,
    });
  });

  test("what the platform does not say is absent, not empty", async () => {
    const runtime = await serveTraced(handlers);
    const id = randomUUID();
    const { "x-fc-control-path": path } = invoke().headers ?? {};
    await sendTo(runtime.port, {
      method: "POST",
      path: "/invoke",
      headers: { "x-fc-control-path": path, "x-fc-request-id": id },
    });
    const { name, attributes } = runtime.rootOf(id);
    expect(name).not.toBe("");
    for (const value of Object.values(attributes))
      expect([undefined, "", null]).not.toContain(value);
    expect(Object.keys(attributes)).not.toContain("cloud.region");
    expect(Object.keys(attributes)).not.toContain("cloud.resource_id");
    expect(Object.keys(attributes)).not.toContain("faas.max_memory");
  });

  test("the version that runs goes before the alias that was called, and a retry is counted", async () => {
    const runtime = await serveTraced(handlers);
    const more = { "x-fc-version-id": "7", "x-fc-qualifier": "prod", "x-fc-retry-count": "2" };
    await sendTo(runtime.port, invoke("{}", { ...more, "x-fc-instance-id": "c-67a59f35-1" }));
    expect(runtime.rootOf(requestIds.fc3).attributes).toMatchObject({
      "faas.version": "7",
      "faas.instance": "c-67a59f35-1",
      "fc.invocation.retry_count": 2,
    });
  });

  test("the instance comes from the environment when no header tells it", async () => {
    vi.stubEnv("FC_INSTANCE_ID", "c-from-environment");
    const runtime = await serveTraced(handlers);
    vi.unstubAllEnvs();
    await sendTo(runtime.port, invoke());
    expect(runtime.rootOf(requestIds.fc3).attributes).toMatchObject({
      "faas.instance": "c-from-environment",
    });
  });

  test("only the first invocation is a cold start", async () => {
    const runtime = await serveTraced(handlers);
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of ids) await sendTo(runtime.port, invoke("{}", { "x-fc-request-id": id }));
    expect(ids.map((id) => runtime.rootOf(id).attributes["faas.coldstart"])).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("it lasts from the Start marker to the End, and holds its children", async () => {
    const runtime = await serveTraced(
      {
        invoke: async () =>
          trace.getTracer("app").startActiveSpan("child", async (child) => {
            await new Promise((resolve) => setTimeout(resolve, 20));
            child.end();
          }),
      },
      // As slow as a set-up at a cold start.
      {
        sampler: {
          shouldSample() {
            for (const start = Date.now(); Date.now() < start + 20;);
            return { decision: SamplingDecision.RECORD_AND_SAMPLED };
          },
          toString: () => "slow",
        },
      },
    );
    const before = Date.now();
    await sendTo(runtime.port, invoke());
    const after = Date.now();

    const root = runtime.rootOf(requestIds.fc3);
    const child = runtime.spans().find(({ name }) => name === "child");
    if (!child) throw new Error("Expected a child");
    expect(startOf(root)).toBeGreaterThanOrEqual(before);
    expect(endOf(root)).toBeLessThanOrEqual(after + 2);
    expect(startOf(root)).toBeLessThanOrEqual(startOf(child));
    // Clocks of whole milliseconds.
    expect(endOf(root) + 1).toBeGreaterThanOrEqual(endOf(child));
    expect(endOf(root) - startOf(root)).toBeGreaterThanOrEqual(39);
  });

  test("a name and attributes that the application gives stay", async () => {
    const runtime = await serveTraced({
      http: (_request, response) => {
        const root = trace.getActiveSpan();
        root?.updateName("checkout").setAttributes({ "http.route": "/mine/:id", tenant: "a" });
        response.end();
      },
    });
    await sendTo(runtime.port, httpInvoke("GET", "/mine/1"));
    const root = runtime.rootOf(requestIds.fc3);
    expect(root.name).toBe("checkout");
    expect(root.attributes).toMatchObject({ "http.route": "/mine/:id", tenant: "a" });
  });

  test("a router that tells its route to the span names it", async () => {
    const runtime = await serveTraced({
      http: (_request, response) => {
        trace.getActiveSpan()?.setAttribute("http.route", "/mine/:id");
        response.end();
      },
    });
    await sendTo(runtime.port, httpInvoke("PUT", "/mine/1?a=b"));
    expect(runtime.rootOf(requestIds.fc3).name).toBe("PUT /mine/:id");
  });

  test("an HTTP answer of a throw has the status that was sent", async () => {
    const runtime = await serveTraced({
      http: () => {
        throw new Error("boom");
      },
    });
    const { status } = await sendTo(runtime.port, httpInvoke("GET", "/x"));
    expect(status).toBe(404);
    expect(runtime.rootOf(requestIds.fc3).attributes).toMatchObject({
      "http.response.status_code": 404,
    });
  });
});

describe("resource", () => {
  const resourceWith = async (
    environment: Readonly<Record<string, string>>,
    options: TracingOptions = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Attributes> => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    try {
      const runtime = await serveTraced(handlers, options);
      await sendTo(runtime.port, invoke("{}", headers));
      return runtime.rootOf(requestIds.fc3).resource.attributes;
    } finally {
      vi.unstubAllEnvs();
    }
  };

  test("says the function, the cloud and the SDK", async () => {
    expect(await resourceWith({})).toMatchObject({
      "service.name": "my-function",
      "cloud.provider": "alibaba_cloud",
      "cloud.platform": "alibaba_cloud_fc",
      "telemetry.sdk.language": "nodejs",
      "telemetry.sdk.name": "opentelemetry",
    });
  });

  test("knows the function's name by header even if tracers were made before", async () => {
    const runtime = await serveTraced(handlers);
    trace.getTracer("app");
    await sendTo(runtime.port, invoke());
    expect(runtime.rootOf(requestIds.fc3).resource.attributes).toMatchObject({
      "service.name": "my-function",
    });
  });

  test("is complete when spans are made", async () => {
    const runtime = await serveTraced(handlers);
    await sendTo(runtime.port, invoke());
    expect(runtime.rootOf(requestIds.fc3).resource.asyncAttributesPending ?? false).toBe(false);
  });

  test.each<
    [
      string,
      Readonly<Record<string, string>>,
      TracingOptions,
      Readonly<Record<string, string>>,
      Attributes,
    ]
  >([
    [
      "the function's name from the environment",
      { FC_FUNCTION_NAME: "deployed" },
      {},
      { "x-fc-function-name": "" },
      { "service.name": "deployed" },
    ],
    [
      "OTEL_SERVICE_NAME before the function",
      { OTEL_SERVICE_NAME: "shop" },
      {},
      {},
      { "service.name": "shop" },
    ],
    [
      "SLS_OTEL_SERVICE_NAME before the function",
      { SLS_OTEL_SERVICE_NAME: "sls-shop" },
      {},
      {},
      { "service.name": "sls-shop" },
    ],
    [
      "OTEL_SERVICE_NAME before SLS's",
      { OTEL_SERVICE_NAME: "shop", SLS_OTEL_SERVICE_NAME: "sls-shop" },
      {},
      {},
      { "service.name": "shop" },
    ],
    [
      "OTEL_RESOURCE_ATTRIBUTES",
      {
        OTEL_RESOURCE_ATTRIBUTES:
          "service.name=res,service.version=1.2.3,deployment.environment.name=prod%20eu",
      },
      {},
      {},
      {
        "service.name": "res",
        "service.version": "1.2.3",
        "deployment.environment.name": "prod eu",
      },
    ],
    [
      "OTEL_SERVICE_NAME before OTEL_RESOURCE_ATTRIBUTES",
      { OTEL_SERVICE_NAME: "shop", OTEL_RESOURCE_ATTRIBUTES: "service.name=res" },
      {},
      {},
      { "service.name": "shop" },
    ],
    [
      "SLS's namespace and version",
      { SLS_OTEL_SERVICE_NAMESPACE: "team", SLS_OTEL_SERVICE_VERSION: "9" },
      {},
      {},
      { "service.namespace": "team", "service.version": "9" },
    ],
    [
      "the option before all of them",
      { OTEL_SERVICE_NAME: "shop", OTEL_RESOURCE_ATTRIBUTES: "service.name=res" },
      { serviceName: "mine" },
      {},
      { "service.name": "mine" },
    ],
    [
      "the resource option before the environment",
      { OTEL_RESOURCE_ATTRIBUTES: "service.version=1,team=a" },
      { resource: { "service.version": "2", "deployment.environment.name": "test" } },
      {},
      {
        "service.version": "2",
        "deployment.environment.name": "test",
        team: "a",
        "service.name": "my-function",
      },
    ],
    [
      "an empty variable is none",
      { OTEL_SERVICE_NAME: "", FC_FUNCTION_NAME: "" },
      {},
      {},
      { "service.name": "my-function" },
    ],
  ])("%s", async (_what, environment, options, headers, attributes) => {
    expect(await resourceWith(environment, options, headers)).toMatchObject(attributes);
  });
});

describe("route", () => {
  const routed: [string, string, string, Attributes][] = [
    [
      "a parameter",
      "/users/42?verbose=1",
      "GET /users/:id",
      { "http.route": "/users/:id", "url.path": "/users/42" },
    ],
    [
      "a mounted router",
      "/api/v1/orders/7/items",
      "GET /api/v1/orders/:order/items",
      { "http.route": "/api/v1/orders/:order/items", "url.path": "/api/v1/orders/7/items" },
    ],
    [
      "a mounted router, answered later",
      "/api/v1/late/7",
      "GET /api/v1/late/:id",
      { "http.route": "/api/v1/late/:id", "url.path": "/api/v1/late/7" },
    ],
    // Express has left the router by then and does not tell where it was mounted: no route is better than a wrong one.
    [
      "an error that Express answers",
      "/api/v1/fails/7",
      "GET /api/v1/fails/7",
      { "url.path": "/api/v1/fails/7" },
    ],
    [
      "an error that the application answers",
      "/api/v1/fails/7?kindly",
      "GET /api/v1/fails/7",
      { "url.path": "/api/v1/fails/7" },
    ],
    ["no route", "/nowhere?x=1", "GET /nowhere", { "url.path": "/nowhere" }],
  ];
  const { createApplication } = createRequire(import.meta.url)(
    "../../fixtures/trace/identity/routers.cjs",
  ) as { createApplication(line: string): RequestListener };
  const applications = [
    ["Express 5", createApplication("express")],
    ["Express 4", createApplication("express-4")],
  ] as const;
  const ways = [
    ["adopt", async (listener: RequestListener) => adoptTraced(listener)],
    [
      "serve",
      async (listener: RequestListener) =>
        serveTraced({ http: (request, response) => listener(request, response) }),
    ],
  ] as const;

  for (const [application, listener] of applications) {
    for (const [way, start] of ways) {
      test.each(routed)(`${application}, ${way}: %s`, async (_what, path, name, attributes) => {
        const runtime = await start(listener);
        await sendTo(runtime.port, httpInvoke("GET", path));
        const root = runtime.rootOf(requestIds.fc3);
        expect(root.attributes).toMatchObject(attributes);
        expect(root.name).toBe(name);
        expect(root.attributes["http.route"]).toBe(attributes["http.route"]);
      });
    }
  }
});

describe("headers and query", () => {
  const request = httpInvoke("GET", "/search?q=shoes&token=SECRET&page=2&page=3&empty", {
    "user-agent": "test",
    authorization: "Bearer SECRET",
    cookie: "session=SECRET",
    "x-tenant": ["a", "b"],
    "X-Mixed": "Case",
  });
  const attributesWith = async (options: TracingOptions): Promise<Attributes> => {
    const runtime = await serveTraced(
      {
        http: (_request, response) => {
          response.setHeader("Content-Type", "text/plain");
          response.setHeader("X-List", ["one", "two"]);
          response.setHeader("X-Count", 3);
          response.setHeader("Set-Cookie", "session=SECRET");
          response.writeHead(200, { "X-Given": "to writeHead" }).end("done");
        },
      },
      options,
    );
    await sendTo(runtime.port, request);
    return runtime.rootOf(requestIds.fc3).attributes;
  };

  test("none unless asked for", async () => {
    const attributes = await attributesWith({});
    expect(
      Object.keys(attributes).filter((key) => /header|query|user_agent|url\.full/.test(key)),
    ).toEqual([]);
    const text = JSON.stringify(attributes);
    for (const sent of ["SECRET", "shoes", "session", ...Object.values(canary)])
      expect(text).not.toContain(sent);
  });

  test("those asked for by name, in any case, and no others", async () => {
    const attributes = await attributesWith({
      requestHeaders: ["User-Agent", "x-tenant", "x-mixed", "x-absent"],
      responseHeaders: ["content-type", "X-LIST", "x-count", "x-given", "x-absent"],
      queryParameters: ["q", "page", "absent"],
    });
    expect(
      Object.fromEntries(Object.entries(attributes).filter(([key]) => /header|query/.test(key))),
    ).toEqual({
      "http.request.header.user-agent": ["test"],
      "http.request.header.x-tenant": [expect.stringMatching(/^a, ?b$/)],
      "http.request.header.x-mixed": ["Case"],
      "http.response.header.content-type": ["text/plain"],
      "http.response.header.x-list": ["one", "two"],
      "http.response.header.x-count": ["3"],
      "http.response.header.x-given": ["to writeHead"],
      "url.query": "q=shoes&page=2&page=3",
    });
    expect(JSON.stringify(attributes)).not.toContain("SECRET");
  });

  test.each<[string, Handlers]>([
    [
      "writeHead alone",
      { http: (_request, response) => void response.writeHead(201, { "X-Given": "yes" }).end() },
    ],
    [
      "fetch",
      { fetch: () => new Response("done", { status: 201, headers: { "x-given": "yes" } }) },
    ],
  ])("a response header given to %s is one too", async (_what, given) => {
    const runtime = await serveTraced(given, { responseHeaders: ["x-given"] });
    await sendTo(runtime.port, httpInvoke());
    expect(runtime.rootOf(requestIds.fc3).attributes).toMatchObject({
      "http.response.status_code": 201,
      "http.response.header.x-given": ["yes"],
    });
  });

  test("headers that carry credentials are refused, in any case", async () => {
    const names = [
      "x-fc-access-key-id",
      "X-Fc-Access-Key-Secret",
      "x-fc-security-token",
      "Authorization",
      "proxy-authorization",
      "cookie",
      "Set-Cookie",
    ];
    for (const name of names) {
      for (const option of ["requestHeaders", "responseHeaders"] as const) {
        await expect(attributesWith({ [option]: ["user-agent", name] })).rejects.toMatchObject({
          code: "FCRT_OPTION_INVALID",
          message: expect.stringContaining(`\`${option}\``),
        });
      }
    }
  });

  test("keepCredentialHeaders brings none into the span either", async () => {
    const runtime = await adoptTraced(
      (incoming, response) => response.end(String(incoming.headers["x-fc-access-key-id"])),
      { requestHeaders: ["user-agent"] },
      { keepCredentialHeaders: true },
    );
    const { body } = await sendTo(runtime.port, request);
    expect(body).toBe(canary.accessKeyId);
    const text = JSON.stringify(runtime.rootOf(requestIds.fc3).attributes);
    for (const secret of Object.values(canary)) expect(text).not.toContain(secret);
  });

  test("a path that is a whole URL keeps its query to itself", async () => {
    const runtime = await serveTraced(handlers);
    await sendTo(runtime.port, { ...request, path: "/a%20b/?x=SECRET#y" });
    const { attributes, name } = runtime.rootOf(requestIds.fc3);
    expect(name).toBe("GET /a%20b/");
    expect(JSON.stringify(attributes)).not.toContain("SECRET");
  });
});

function startOf({ startTime: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}

function endOf({ endTime: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}
