import dns from "node:dns";
import { FcrtError } from "@fcrt/core";
import type { TracingOptions } from "@fcrt/trace";
import { tracing } from "@fcrt/trace";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { answeringWith, startCollector, taking, expectSpans } from "../../support/collector.ts";
import type { Collector } from "../../support/collector.ts";
import { canary } from "../../support/platform-request.ts";
import { forgetOpenTelemetry, invocation, send, traced, until } from "./program.ts";

const stdout = captureStdout();
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

interface Case {
  readonly what: string;
  readonly exporter: TracingOptions["exporter"];
  readonly env?: Readonly<Record<string, string>>;
  readonly path: string;
  /** Beside those that HTTP needs. */
  readonly headers: Readonly<Record<string, string>>;
}

// ORIGIN and HOST stand for the collector's.
const cases: readonly Case[] = [
  {
    what: "otlp: the base address",
    exporter: "otlp",
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "ORIGIN" },
    path: "/v1/traces",
    headers: {},
  },
  {
    what: "otlp: a base address with a path and a slash",
    exporter: "otlp",
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "ORIGIN/below/" },
    path: "/below/v1/traces",
    headers: {},
  },
  {
    what: "otlp: the whole address goes before the base",
    exporter: "otlp",
    env: {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "ORIGIN/own",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
    },
    path: "/own",
    headers: {},
  },
  {
    what: "otlp: an option goes before both, as it is",
    exporter: { type: "otlp", url: "ORIGIN/given?a=b" },
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:1" },
    path: "/given?a=b",
    headers: {},
  },
  {
    what: "otlp: headers, those for traces before those for all, options before both",
    exporter: { type: "otlp", url: "ORIGIN/", headers: { "x-three": "option" } },
    env: {
      OTEL_EXPORTER_OTLP_HEADERS: "x-one=general%20one,x-two=general,x-three=general",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-two=traces,x-three=traces",
    },
    path: "/",
    headers: { "x-one": "general one", "x-two": "traces", "x-three": "option" },
  },
  {
    what: "otlp by OTEL_TRACES_EXPORTER",
    exporter: undefined,
    env: { OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: "ORIGIN" },
    path: "/v1/traces",
    headers: {},
  },
  {
    what: "sls: everything by options",
    exporter: {
      type: "sls",
      endpoint: "ORIGIN",
      project: "project-1",
      instance: "instance-1",
      credentials: { accessKeyId: "own-id", accessKeySecret: "own-secret" },
    },
    path: "/opentelemetry/v1/traces",
    headers: {
      "x-sls-otel-project": "project-1",
      "x-sls-otel-instance-id": "instance-1",
      "x-sls-otel-ak-id": "own-id",
      "x-sls-otel-ak-secret": "own-secret",
    },
  },
  {
    what: "sls: everything by the environment",
    exporter: undefined,
    env: {
      OTEL_TRACES_EXPORTER: "sls",
      SLS_OTEL_TRACE_ENDPOINT: "ORIGIN",
      SLS_OTEL_PROJECT: "project-2",
      SLS_OTEL_INSTANCE_ID: "instance-2",
      SLS_OTEL_ACCESS_KEY_ID: "environment-id",
      SLS_OTEL_ACCESS_KEY_SECRET: "environment-secret",
    },
    path: "/opentelemetry/v1/traces",
    headers: {
      "x-sls-otel-project": "project-2",
      "x-sls-otel-instance-id": "instance-2",
      "x-sls-otel-ak-id": "environment-id",
      "x-sls-otel-ak-secret": "environment-secret",
    },
  },
  {
    what: "sls: options before the environment, and credentials of the invocation",
    exporter: { type: "sls", endpoint: "ORIGIN", project: "project-3", instance: "instance-3" },
    env: {
      SLS_OTEL_TRACE_ENDPOINT: "http://127.0.0.1:1",
      SLS_OTEL_PROJECT: "no",
      SLS_OTEL_INSTANCE_ID: "no",
    },
    path: "/opentelemetry/v1/traces",
    headers: {
      "x-sls-otel-project": "project-3",
      "x-sls-otel-instance-id": "instance-3",
      "x-sls-otel-ak-id": canary.accessKeyId,
      "x-sls-otel-ak-secret": canary.accessKeySecret,
      "x-sls-otel-token": canary.securityToken,
    },
  },
  {
    what: "sls: a token under another name",
    exporter: {
      type: "sls",
      endpoint: "ORIGIN",
      project: "project-4",
      instance: "instance-4",
      tokenHeader: "x-other-token",
    },
    path: "/opentelemetry/v1/traces",
    headers: {
      "x-sls-otel-project": "project-4",
      "x-sls-otel-instance-id": "instance-4",
      "x-sls-otel-ak-id": canary.accessKeyId,
      "x-sls-otel-ak-secret": canary.accessKeySecret,
      "x-other-token": canary.securityToken,
    },
  },
  {
    what: "sls: a whole address is used as it is",
    exporter: {
      type: "sls",
      endpoint: "ORIGIN/proxy/traces",
      project: "project-5",
      instance: "instance-5",
      credentials: { accessKeyId: "id", accessKeySecret: "secret", securityToken: "token" },
    },
    path: "/proxy/traces",
    headers: {
      "x-sls-otel-project": "project-5",
      "x-sls-otel-instance-id": "instance-5",
      "x-sls-otel-ak-id": "id",
      "x-sls-otel-ak-secret": "secret",
      "x-sls-otel-token": "token",
    },
  },
  {
    what: "cms2: everything by options",
    exporter: {
      type: "cms2",
      endpoint: "ORIGIN",
      project: "project-6",
      workspace: "workspace-6",
      licenseKey: "license-6",
    },
    path: "/apm/trace/opentelemetry/v1/traces",
    headers: {
      "x-arms-license-key": "license-6",
      "x-arms-project": "project-6",
      "x-cms-workspace": "workspace-6",
    },
  },
  {
    what: "cms2: everything by the environment, with the address that the console shows",
    exporter: "cms2",
    env: {
      ARMS_TRACE_ENDPOINT: "ORIGIN/apm/trace/opentelemetry",
      ARMS_PROJECT: "project-7",
      ARMS_WORKSPACE: "workspace-7",
      ARMS_LICENSE_KEY: "license-7",
    },
    path: "/apm/trace/opentelemetry/v1/traces",
    headers: {
      "x-arms-license-key": "license-7",
      "x-arms-project": "project-7",
      "x-cms-workspace": "workspace-7",
    },
  },
  {
    what: "arms: the whole address",
    exporter: { type: "arms", endpoint: "ORIGIN/adapt_token-8/api/otlp/traces" },
    path: "/adapt_token-8/api/otlp/traces",
    headers: {},
  },
  {
    what: "arms: a host and a token",
    exporter: { type: "arms", endpoint: "HOST", token: "token-9" },
    path: "/adapt_token-9/api/otlp/traces",
    headers: {},
  },
  {
    what: "arms: everything by the environment",
    exporter: "arms",
    env: { ARMS_TRACE_ENDPOINT: "HOST", ARMS_TOKEN: "token-10" },
    path: "/adapt_token-10/api/otlp/traces",
    headers: {},
  },
];

describe("where spans go, and with which headers", () => {
  test.each(cases)("$what", async ({ exporter, env = {}, path, headers }) => {
    const collector = await startCollector();
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, placed(value, collector));
    const runtime = await start(
      JSON.parse(placed(JSON.stringify({ exporter }), collector)).exporter,
    );

    await send(runtime, invocation("request-1"));

    expect(collector.posts).toHaveLength(1);
    const [post] = collector.posts;
    expect(post?.path).toBe(path);
    const own = Object.entries(post?.headers ?? {}).filter(([name]) => !ofHttp.has(name));
    expect(Object.fromEntries(own)).toEqual(headers);
    expect(stdout.text).not.toContain("[WARN]");
  });

  test("arms: what the platform says of the function's tracing", async () => {
    const collector = await startCollector();
    const runtime = await start("arms");

    const endpoint = `${collector.origin}/adapt_token-11/api/otlp/traces`;
    await send(
      runtime,
      invocation("request-1", { headers: { "x-fc-tracing-jaeger-endpoint": endpoint } }),
    );

    expect(collector.posts.map(({ path }) => path)).toEqual(["/adapt_token-11/api/otlp/traces"]);
  });

  test.each([
    {
      what: "sls",
      exporter: { type: "sls", project: "project-1", instance: "instance" },
      host: "project-1.cn-hangzhou-intranet.log.aliyuncs.com",
    },
    {
      what: "cms2",
      exporter: { type: "cms2", project: "project-2", workspace: "w", licenseKey: "CANARYlicense" },
      host: "project-2.cn-hangzhou-intranet.log.aliyuncs.com",
    },
    {
      what: "sls with a host",
      exporter: {
        type: "sls",
        endpoint: "p.ap-southeast-1.log.aliyuncs.com",
        project: "p",
        instance: "i",
      },
      host: "p.ap-southeast-1.log.aliyuncs.com",
    },
    {
      what: "sls with the host and the port of gRPC that the official Go provider is given",
      exporter: {
        type: "sls",
        endpoint: "p.cn-beijing.log.aliyuncs.com:10010",
        project: "p",
        instance: "i",
      },
      host: "p.cn-beijing.log.aliyuncs.com",
    },
    {
      what: "arms",
      exporter: {
        type: "arms",
        endpoint: "tracing-analysis-dc-hz-internal.aliyuncs.com",
        token: "CANARYarms",
      },
      host: "tracing-analysis-dc-hz-internal.aliyuncs.com",
    },
  ] as const)(
    "$what: a host that no region hides, and no secret in what is said of it",
    async ({ exporter, host }) => {
      vi.stubEnv("FC_REGION", "cn-hangzhou");
      const runtime = await start({ ...exporter, timeout: 5000 });
      const asked = vi
        .spyOn(dns, "lookup")
        .mockImplementation((name: string, ...rest: unknown[]) => {
          const told = rest.at(-1) as (error: Error) => void;
          setImmediate(
            told,
            Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" }),
          );
        });

      await send(runtime, invocation("request-1"));

      expect(new Set(asked.mock.calls.map(([name]) => name))).toEqual(new Set([host]));
      expect(stdout.lines.filter((line) => line.includes("[WARN]"))).toEqual([
        expect.stringContaining(`are kept: ${host}: getaddrinfo ENOTFOUND ${host}`),
      ]);
      expect(stdout.text).not.toContain("CANARY");
    },
  );
});

test.each([
  { what: "the exporter none", env: { OTEL_TRACES_EXPORTER: "none" } },
  { what: "OTEL_SDK_DISABLED", env: { OTEL_SDK_DISABLED: "true" } },
])("$what sends nothing, and says nothing", async ({ env }) => {
  const collector = await startCollector();
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.origin);
  const runtime = await start(undefined);

  await send(runtime, invocation("request-1"));
  await runtime.close();

  expect(collector.posts).toEqual([]);
  expect(stdout.text).not.toContain("[WARN]");
});

describe("the function's own credentials", () => {
  test("are those of the invocations in the batch, when they rotate", async () => {
    const { collector, runtime } = await startSls();

    for (const turn of [1, 2, 3])
      await send(runtime, invocation(`request-${turn}`, { headers: sts(turn) }));

    expect(collector.posts.map(credentialsIn)).toEqual([1, 2, 3].map(credentialsOf));
  });

  test("of a batch that was kept are those of the newest invocation in it", async () => {
    const { collector, runtime } = await startSls();
    collector.answering = answeringWith(403, {}, JSON.stringify({ errorCode: "Unauthorized" }));
    await send(runtime, invocation("request-1", { headers: sts(1) }));
    collector.answering = taking;

    await send(runtime, invocation("request-2", { headers: sts(2) }));

    expect(collector.posts.at(-1)?.spans).toHaveLength(4);
    expect(collector.posts.map(credentialsIn)).toEqual([1, 2].map(credentialsOf));
  });

  test("are not told in any line, attribute or header of another name, whatever goes wrong", async () => {
    const { collector, runtime } = await startSls();
    for (const answering of [
      answeringWith(
        400,
        {},
        JSON.stringify({ errorCode: "PostBodyInvalid", errorMessage: canary.accessKeyId }),
      ),
      answeringWith(401, {}, canary.accessKeySecret),
      answeringWith(301, { location: `http://127.0.0.1/${canary.securityToken}` }),
    ]) {
      collector.answering = answering;
      const before = collector.posts.length;
      await send(runtime, invocation("request-1"));
      await until(() => collector.posts.length > before, "a POST");
    }
    collector.answering = taking;
    await send(runtime, invocation("request-2"));
    await runtime.close();

    expect(stdout.text).toContain("[WARN]");
    const bodies = collector.posts.map(({ body }) => body.toString("latin1")).join();
    for (const secret of Object.values(canary)) expect(stdout.text + bodies).not.toContain(secret);
  });

  test("that are not there are missed with a sentence, and no invocation fails", async () => {
    const { collector, runtime } = await startSls();
    const none = {
      "x-fc-access-key-id": "",
      "x-fc-access-key-secret": "",
      "x-fc-security-token": "",
    };

    expect(await send(runtime, invocation("request-1", { headers: none }))).toMatchObject({
      status: 200,
    });
    expect(collector.posts).toEqual([]);
    expect(stdout.text).toMatch(/\[WARN\] .*Expected credentials from the function's role/);

    await send(runtime, invocation("request-2", { headers: sts(2) }));
    await expectSpans(collector, 4);
  });
});

describe("an exporter that cannot be", () => {
  test.each([
    {
      exporter: "jaeger",
      told: /`exporter`.*one of `otlp`, `sls`, `cms2`, `arms`, `stdout`, `none`/,
    },
    { exporter: { type: "zipkin" }, told: /`exporter`/ },
    { exporter: { type: "otlp", adress: "http://x" }, told: /adress/ },
    { exporter: { type: "otlp", url: "localhost:4318" }, told: /`exporter\.url`.*URL/ },
    { exporter: { type: "otlp", gzip: "yes" }, told: /gzip/ },
    { exporter: { type: "otlp", timeout: "100" }, told: /timeout/ },
    { exporter: { type: "otlp", timeout: -1 }, told: /timeout/ },
    { exporter: { type: "otlp", headers: { a: 5 } }, told: /headers/ },
    { exporter: { type: "sls", instance: "i" }, told: /`exporter\.project`.*`SLS_OTEL_PROJECT`/ },
    {
      exporter: { type: "sls", project: "p" },
      told: /`exporter\.instance`.*`SLS_OTEL_INSTANCE_ID`/,
    },
    { exporter: { type: "sls", project: 5, instance: "i" }, told: /project/ },
    {
      exporter: { type: "sls", project: "p", instance: "i", credentials: {} },
      told: /credentials/,
    },
    { exporter: { type: "sls", project: "p", instance: "i" }, told: /`endpoint`.*no region/ },
    {
      exporter: { type: "cms2", endpoint: "host", project: "p", licenseKey: "l" },
      told: /workspace/,
    },
    { exporter: { type: "arms", endpoint: "host" }, told: /`token`/ },
    {
      exporter: { type: "arms", endpoint: "ftp://host/adapt_CANARY/api/otlp/traces" },
      told: /URL/,
    },
    { exporter: { type: "arms", endpoint: "http://ho st/adapt_CANARY/api" }, told: /URL/ },
    { exporter: { type: "otlp", url: "ftp://user:CANARY@host/" }, told: /URL/ },
    {
      exporter: {
        type: "sls",
        project: "p",
        instance: "i",
        credentials: { accessKeyId: "CANARY" },
      },
      told: /credentials/,
    },
    {
      exporter: { type: "cms2", licenseKey: ["CANARY"], project: "p", workspace: "w" },
      told: /licenseKey/,
    },
  ])("$exporter is told before anything serves, without its secrets", ({ exporter, told }) => {
    const error = errorOf(() => tracing({ exporter } as TracingOptions));

    expect(error).toBeInstanceOf(FcrtError);
    expect(String(error)).toMatch(told);
    expect(String(error)).not.toContain("CANARY");
  });
});

const ofHttp = new Set(["host", "connection", "content-length", "content-type"]);

function placed(text: string, { origin, port }: Collector): string {
  return text.replaceAll("ORIGIN", origin).replaceAll("HOST", `127.0.0.1:${port}`);
}

async function start(exporter: TracingOptions["exporter"]) {
  return traced({ ...(exporter !== undefined && { exporter }), flushTimeout: 60_000 });
}

async function startSls() {
  const collector = await startCollector();
  const exporter = {
    type: "sls",
    endpoint: collector.origin,
    project: "p",
    instance: "i",
  } as const;
  return { collector, runtime: await start(exporter) };
}

function sts(turn: number): Record<string, string> {
  return {
    "x-fc-access-key-id": `STS.id-${turn}`,
    "x-fc-access-key-secret": `secret-${turn}`,
    "x-fc-security-token": `token-${turn}`,
  };
}

function credentialsOf(turn: number): unknown[] {
  return [`STS.id-${turn}`, `secret-${turn}`, `token-${turn}`];
}

function credentialsIn({ headers }: Collector["posts"][number]): unknown[] {
  return ["x-sls-otel-ak-id", "x-sls-otel-ak-secret", "x-sls-otel-token"].map(
    (name) => headers[name],
  );
}

function errorOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    forgetOpenTelemetry();
  }
}
