import { header, variable } from "@fcrt/core/protocol";
import type { Kind } from "@fcrt/core/protocol";
import { describe, expect, test } from "vitest";
import { uptime } from "../../packages/core/src/clock.ts";
import { Context } from "../../packages/core/src/invocation/context.ts";
import type { ContextSource } from "../../packages/core/src/invocation/context.ts";
import type { Environment } from "../../packages/core/src/protocol/environment.ts";

const nowhere = Object.fromEntries(
  Object.keys(variable).map((name) => [name, undefined]),
) as Environment;
const openedAt = 1000;

function contextOf(
  headers: Record<string, string | string[]> = {},
  {
    environment = {},
    sent = {},
    source = {},
  }: {
    environment?: Partial<Environment>;
    sent?: ConstructorParameters<typeof Context>[2];
    source?: Partial<ContextSource>;
  } = {},
): Context {
  const whole: ContextSource = {
    kind: "invoke",
    requestId: "id-1",
    openedAt,
    due: Infinity,
    coldStart: false,
    signal: new AbortController().signal,
    fail: () => {},
    ...source,
  };
  return new Context(whole, headers, sent, {
    ...nowhere,
    ...environment,
  });
}

describe("A context", () => {
  test("has of each header what it says", () => {
    const texts = Object.fromEntries(Object.values(header).map((name) => [name, `said ${name}`]));
    const numbers = {
      [header.functionMemory]: "512",
      [header.functionTimeout]: "60",
      [header.initializationTimeout]: "30",
      [header.retryCount]: "2",
    };

    expect(contextOf({ ...texts, ...numbers })).toMatchObject({
      requestId: "id-1",
      kind: "invoke",
      controlPath: "said x-fc-control-path",
      function: {
        name: "said x-fc-function-name",
        handler: "said x-fc-function-handler",
        memory: 512,
        timeout: 60,
        initializer: "said x-fc-function-initializer",
        initializationTimeout: 30,
        preStopHandler: "said x-fc-instance-lifecycle-pre-stop-handler",
        preFreezeHandler: "said x-fc-instance-lifecycle-pre-freeze-handler",
      },
      service: {
        name: "said x-fc-service-name",
        logProject: "said x-fc-service-logproject",
        logStore: "said x-fc-service-logstore",
        qualifier: "said x-fc-qualifier",
        versionId: "said x-fc-version-id",
      },
      region: "said x-fc-region",
      accountId: "said x-fc-account-id",
      instanceId: "said x-fc-instance-id",
      tracing: {
        openTracingSpanContext: "said x-fc-tracing-opentracing-span-context",
        openTracingSpanBaggages: "said x-fc-tracing-opentracing-span-baggages",
        jaegerEndpoint: "said x-fc-tracing-jaeger-endpoint",
        traceparent: "said traceparent",
        tracestate: "said tracestate",
        baggage: "said baggage",
      },
      coldStart: false,
      retryCount: 2,
      deadline: openedAt + 60_000,
    });
  });

  const environment = {
    functionName: "name",
    functionHandler: "handler",
    functionMemory: "256",
    serviceName: "service",
    qualifier: "alias",
    versionId: "1",
    region: "region",
    accountId: "account",
    instanceId: "instance",
  };

  test.each([
    ["absent", {}],
    ["empty", Object.fromEntries(Object.values(header).map((name) => [name, ""]))],
    ["a list", Object.fromEntries(Object.values(header).map((name) => [name, ["x"]]))],
  ])("has what the environment says where the header is %s", (_case, headers) => {
    const context = contextOf(headers, { environment });

    expect(context.function).toEqual({
      name: "name",
      handler: "handler",
      memory: 256,
      timeout: undefined,
      initializer: undefined,
      initializationTimeout: undefined,
      preStopHandler: undefined,
      preFreezeHandler: undefined,
    });
    expect(context.service).toEqual({
      name: "service",
      logProject: undefined,
      logStore: undefined,
      qualifier: "alias",
      versionId: "1",
    });
    expect(Object.values(context.tracing)).toEqual(Array.from({ length: 6 }));
    expect(context).toMatchObject({
      controlPath: undefined,
      region: "region",
      accountId: "account",
      instanceId: "instance",
      retryCount: 0,
      deadline: undefined,
    });
  });

  test.each(["1x", "x1", "-1", "1.5", " 1", "1".repeat(16)])("takes %j for no number", (text) => {
    expect(contextOf({ [header.functionMemory]: text }).function.memory).toBeUndefined();
  });

  test("takes fifteen digits for a number", () => {
    const text = "1".repeat(15);
    expect(contextOf({ [header.functionMemory]: text }).function.memory).toBe(Number(text));
  });

  test.each([
    ["invoke", "60", openedAt + 60_000],
    ["http-invoke", "60", openedAt + 60_000],
    ["initialize", "60", openedAt + 30_000],
    ["pre-freeze", "60", undefined],
    ["pre-stop", "60", undefined],
    ["invoke", "0", undefined],
    ["invoke", "", undefined],
  ] as const)(
    "of kind %s and a timeout of %j has the deadline %s",
    (kind: Kind, timeout, deadline) => {
      const headers = {
        [header.functionTimeout]: timeout,
        [header.initializationTimeout]: "30",
      };
      expect(contextOf(headers, { source: { kind } }).deadline).toBe(deadline);
    },
  );

  test("counts the time down by the clock that nobody sets", () => {
    const before = uptime();
    const due = before + 5000;
    const left = contextOf({}, { source: { due } }).remainingTime();
    expect(left).toBeLessThanOrEqual(5000);
    expect(left).toBeGreaterThanOrEqual(due - uptime());
    expect(contextOf({}, { source: { due: before - 1 } }).remainingTime()).toBe(0);
    expect(contextOf().remainingTime()).toBe(Infinity);
  });

  test("hands signal, failures and headers on", () => {
    const reasons: unknown[] = [];
    const { signal } = new AbortController();
    const headers = { a: "b" };
    const source = { signal, coldStart: true, fail: (reason: unknown) => reasons.push(reason) };
    const context = contextOf(headers, { source });
    context.fail("broken");

    expect(reasons).toEqual(["broken"]);
    expect(context.signal).toBe(signal);
    expect(context.headers).toBe(headers);
    expect(context.coldStart).toBe(true);
  });
});

describe("The credentials of a context", () => {
  const sent = { accessKeyId: "id", accessKeySecret: "secret", securityToken: "token" };
  const own = { accessKeyId: "ID", accessKeySecret: "SECRET", securityToken: "TOKEN" };
  const { securityToken: _sentToken, ...sentKey } = sent;
  const { securityToken: _ownToken, ...ownKey } = own;

  test.each([
    ["both are there", sent, own, ["id", "secret", "token"]],
    ["none came", {}, own, ["ID", "SECRET", "TOKEN"]],
    ["the ID did not come", { ...sent, accessKeyId: "" }, own, ["ID", "SECRET", "TOKEN"]],
    ["the secret did not come", { ...sent, accessKeySecret: "" }, own, ["ID", "SECRET", "TOKEN"]],
    ["the token alone did not come", sentKey, own, ["ID", "SECRET", "TOKEN"]],
    ["there is no token anywhere", sentKey, ownKey, ["id", "secret", undefined]],
    ["none came, and the environment has no token", {}, ownKey, ["ID", "SECRET", undefined]],
    [
      "the environment lacks the ID",
      { accessKeyId: "id" },
      { ...own, accessKeyId: undefined },
      ["id", undefined, undefined],
    ],
    [
      "the environment lacks the secret",
      { accessKeyId: "id" },
      { ...own, accessKeySecret: "" },
      ["id", undefined, undefined],
    ],
    ["nothing is there", {}, {}, [undefined, undefined, undefined]],
  ])("are of one source: %s", (_case, came, environment, expected) => {
    const { credentials } = contextOf({}, { sent: came, environment });
    const { accessKeyId, accessKeySecret, securityToken } = credentials;
    expect([accessKeyId, accessKeySecret, securityToken]).toEqual(expected);
  });
});
