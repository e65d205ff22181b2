import { randomUUID } from "node:crypto";
import { request as send } from "node:http";
import type { IncomingHttpHeaders, OutgoingHttpHeaders, RequestListener } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Handlers } from "@fcrt/core";
import type { TracingOptions } from "@fcrt/trace";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { describe, expect, test } from "vitest";
import { endOf, exitOf, until } from "../../process/program.ts";
import { captureStdout } from "../../support/captured-stdout.ts";
import { startChild } from "../../support/child.ts";
import { hook, httpInvoke, invoke, requestIds, sendTo } from "../../support/platform-request.ts";
import { rootRowOf, rowsIn } from "./rows.ts";
import { adoptTraced, serveTraced } from "./traced.ts";
import type { Traced } from "./traced.ts";

const captured = captureStdout();

const fixtures = fileURLToPath(new URL("../../fixtures/trace/identity/", import.meta.url));
const outcomes = createRequire(import.meta.url)(`${fixtures}outcomes.cjs`) as {
  readonly paths: readonly string[];
  readonly plain: RequestListener;
  express(): RequestListener;
};

/** A span in the words that both ways to read one share. */
interface Told {
  readonly requestId: unknown;
  readonly status: string;
  readonly message: string;
  readonly errorType: unknown;
  readonly exceptions: readonly Readonly<Record<string, unknown>>[];
}

/** An application that runs traced, somehow. */
interface Running {
  readonly port: number;
  readonly lines: readonly string[];
  told(): Told[];
}

type Start = (options: TracingOptions) => Promise<Running>;

const ways: [string, "plain" | "express", Start][] = [
  [
    "serve",
    "plain",
    async (options) => runningOf(await serveTraced({ http: outcomes.plain }, options)),
  ],
  [
    "adopt, plain",
    "plain",
    async (options) => runningOf(await adoptTraced(outcomes.plain, options)),
  ],
  [
    "adopt, Express",
    "express",
    async (options) => runningOf(await adoptTraced(outcomes.express(), options)),
  ],
  ["register, plain", "plain", async (options) => registered("plain", options)],
  ["register, Express", "express", async (options) => registered("express", options)],
];

/** What must come out of a path: `x-fc-status`, then of the root span its status, error type and exception events. */
type Outcome = readonly [
  fcStatus: string,
  status: "UNSET" | "ERROR",
  message: string,
  errorType: unknown,
  exceptions: number,
];

const someType: unknown = expect.any(String);
const success: Outcome = ["200", "UNSET", "", undefined, 0];
const expectations: Readonly<Record<string, Outcome>> = {
  "/fine": success,
  "/missing": success,
  "/handled-child": success,
  "/unavailable": ["404", "ERROR", "The response has status 503", someType, 1],
  // What the application has said itself is not said again.
  "/root-error": ["404", "ERROR", "no stock", someType, 0],
  "/root-error-silent": ["404", "ERROR", "", someType, 0],
  // The head has left: too late for the platform, not for the trace.
  "/root-error-late": ["200", "ERROR", "too late", undefined, 0],
  "/throw": ["404", "ERROR", "boom", "TypeError", 1],
  "/reject": ["404", "ERROR", "boom later", "TypeError", 1],
  "/status-then-throw": ["404", "ERROR", "no stock", "TypeError", 1],
  "/said": ["404", "ERROR", "The response has status 200 and x-fc-status 404", someType, 1],
  "/mid-stream": ["200", "ERROR", "broke", "TypeError", 1],
};
// Express answers what its handlers throw.
const answered: Outcome = ["404", "ERROR", "The response has status 500", someType, 1];
const told500: Outcome = ["404", "ERROR", "no stock", someType, 0];
const expressly: Readonly<Record<string, Outcome>> = {
  ...expectations,
  "/throw": answered,
  "/reject": answered,
  "/status-then-throw": told500,
};
const unmirrored: Readonly<Record<string, Outcome>> = {
  "/root-error": ["200", "ERROR", "no stock", undefined, 0],
  "/root-error-silent": ["200", "ERROR", "", undefined, 0],
};

test("the table has every path", () => {
  expect(Object.keys(expectations).toSorted()).toEqual(outcomes.paths.toSorted());
});

describe.each(ways)("%s", (_way, application, start) => {
  const table = application === "express" ? expressly : expectations;

  test("sampled: header, span and End marker say the same", async () => {
    const running = await start({});
    expect(await outcomesOf(running, "01")).toEqual(table);
  });

  test("not sampled: the header says the same, and nothing is exported", async () => {
    const running = await start({});
    const fcStatuses = Object.fromEntries(
      Object.entries(table).map(([path, [fcStatus]]) => [path, [fcStatus]]),
    );
    expect(await outcomesOf(running, "00")).toEqual(fcStatuses);
    expect(running.told()).toEqual([]);
  });

  test("not sampled, with keepFailures: failures alone are exported", async () => {
    const running = await start({ keepFailures: true });
    const seen = await outcomesOf(running, "00");
    const kept = Object.fromEntries(
      Object.entries(table).map(([path, outcome]) => [
        path,
        // What fails after the verdict has failed too.
        outcome[0] === "404" || path === "/mid-stream" ? outcome : [outcome[0]],
      ]),
    );
    expect(seen).toEqual(kept);
  });

  test("mirrorStatus off: a span's status fails nothing, a failure still marks the span", async () => {
    const running = await start({ mirrorStatus: false });
    expect(await outcomesOf(running, "01")).toEqual({ ...table, ...unmirrored });
  });
});

describe("events", () => {
  const run = async (handlers: Handlers, options: TracingOptions = {}) => {
    const runtime = await serveTraced(handlers, options);
    const answer = await sendTo(runtime.port, invoke());
    return { answer, root: runtime.rootOf(requestIds.fc3), runtime };
  };

  test("a throw: status, type, and an event with the stack and every cause", async () => {
    const { answer, root } = await run({
      invoke: () => {
        throw new TypeError("boom", { cause: new RangeError("deeper", { cause: "deepest" }) });
      },
    });
    expect(answer).toMatchObject({ status: 404, fcStatus: "404" });
    expect(root.status).toEqual({ code: SpanStatusCode.ERROR, message: "boom" });
    expect(root.attributes).toMatchObject({ "error.type": "TypeError" });
    expect(root.events).toHaveLength(1);
    const [event] = root.events;
    expect(event).toMatchObject({
      name: "exception",
      attributes: { "exception.type": "TypeError", "exception.message": "boom" },
    });
    const stack = String(event?.attributes?.["exception.stacktrace"]);
    expect(stack).toMatch(/^TypeError: boom\n +at /);
    expect(stack).toContain("mirror.test.ts");
    expect(stack).toContain("Caused by: RangeError: deeper\n");
    expect(stack).toMatch(/Caused by: deepest$/);
  });

  test.each<[string, unknown, string, string]>([
    ["a text", "just text", "Error", "just text"],
    ["nothing", undefined, "Error", "undefined"],
    ["null", null, "Error", "null"],
    ["a plain object", { code: 7 }, "Error", '{"code":7}'],
    [
      "an error with a name of its own",
      Object.assign(new Error("no"), { name: "PaymentError" }),
      "PaymentError",
      "no",
    ],
    ["an error without a message", new Error(""), "Error", ""],
    [
      "an error whose getters throw",
      Object.defineProperty({}, "message", {
        get() {
          throw new Error("trap");
        },
      }),
      "Error",
      "{}",
    ],
  ])("%s that is thrown", async (_what, thrown, type, message) => {
    const { root } = await run({
      invoke: () => {
        throw thrown;
      },
    });
    expect(root.status.code).toBe(SpanStatusCode.ERROR);
    expect(root.attributes["error.type"]).toBe(type);
    expect(root.events[0]?.attributes?.["exception.message"]).toBe(message);
  });

  test("context.fail: the reason is the message", async () => {
    const { answer, root } = await run({
      invoke: (_event, context) => {
        context.fail("out of stock");
        return "sorry";
      },
    });
    expect(answer.fcStatus).toBe("404");
    expect(root.status).toEqual({ code: SpanStatusCode.ERROR, message: "out of stock" });
    expect(root.events).toHaveLength(1);
  });

  test("the status of the root span fails an event, with its message", async () => {
    const { answer, root } = await run({
      invoke: () => {
        trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: "no stock" });
        return "told";
      },
    });
    expect(answer).toMatchObject({ status: 404, fcStatus: "404" });
    expect(JSON.parse(answer.body)).toMatchObject({ errorMessage: "no stock" });
    expect(root.status).toEqual({ code: SpanStatusCode.ERROR, message: "no stock" });
    expect(captured.lines.at(-1)).not.toBe(endOf(requestIds.fc3));
    expect(captured.text).toContain(endOf(requestIds.fc3, "Handled"));
    expect(captured.text).toContain(`${requestIds.fc3} [ERROR] no stock`);
  });

  test("a throw after the status was set is told once, by itself", async () => {
    const { root } = await run({
      invoke: () => {
        trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: "no stock" });
        throw new TypeError("boom");
      },
    });
    expect(root.status).toEqual({ code: SpanStatusCode.ERROR, message: "no stock" });
    expect(captured.text).toContain(`${requestIds.fc3} [ERROR] TypeError: boom`);
    expect(captured.text).not.toContain("no stock");
    expect(captured.text).toContain(endOf(requestIds.fc3, "Unhandled"));
  });

  test("an ERROR that is taken back before the verdict is none", async () => {
    const { answer, root } = await run({
      invoke: () => {
        trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: "for now" });
        trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.OK });
      },
    });
    expect(answer.fcStatus).toBe("200");
    expect(root.status.code).toBe(SpanStatusCode.OK);
    expect(root.events).toEqual([]);
  });

  test("an exception that user code recorded on the root span is no failure by itself", async () => {
    const { answer, root } = await run({
      invoke: () => trace.getActiveSpan()?.recordException(new Error("tried, handled")),
    });
    expect(answer.fcStatus).toBe("200");
    expect(root.status.code).toBe(SpanStatusCode.UNSET);
    expect(root.attributes).not.toHaveProperty("error.type");
  });

  test.each(["initialize", "pre-freeze", "pre-stop"] as const)(
    "a failing %s marks its span too",
    async (name) => {
      const fail = (): never => {
        throw new TypeError("not ready");
      };
      const runtime = await serveTraced({
        invoke: () => {},
        initialize: fail,
        preFreeze: fail,
        preStop: fail,
      });
      expect(await sendTo(runtime.port, hook(name))).toMatchObject({ fcStatus: "404" });
      expect(runtime.rootOf(requestIds.uuid).status).toEqual({
        code: SpanStatusCode.ERROR,
        message: "not ready",
      });
    },
  );

  test("a passed deadline marks the span", async () => {
    const runtime = await serveTraced({ invoke: () => new Promise(() => {}) });
    const answer = await sendTo(runtime.port, invoke("{}", { "x-fc-function-timeout": "1" }));
    expect(answer.fcStatus).toBe("404");
    await until(() => runtime.spans().length > 0, "the span");
    expect(runtime.rootOf(requestIds.fc3)).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "error.type": "FCRT_DEADLINE_PASSED" },
    });
  });

  test("a client that leaves before the answer marks the span", async () => {
    let arrived = (): void => {};
    const running = new Promise<void>((resolve) => (arrived = resolve));
    const runtime = await serveTraced({
      http: () => {
        arrived();
        return new Promise(() => {});
      },
    });
    const { headers } = httpInvoke();
    const outgoing = send({ port: runtime.port, host: "127.0.0.1", headers, agent: false });
    outgoing.on("error", () => {}).end();
    await running;
    outgoing.destroy();
    await until(() => runtime.spans().length > 0, "the span");
    expect(runtime.rootOf(requestIds.fc3)).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "error.type": "FCRT_CLIENT_DISCONNECTED" },
    });
  });
});

test("a program that crashes has marked and exported the span of the culprit, and its neighbor's", async () => {
  const child = await startChild(`${fixtures}crash.cjs`, {
    nodeOptions: ["--require", "@fcrt/trace/register"],
    env: { OTEL_TRACES_EXPORTER: "stdout" },
  });
  await child.line("runtime inited.");
  const [culprit, neighbor] = [randomUUID(), randomUUID()];
  const waiting = sendTo(child.port, httpInvoke("GET", "/wait", { "x-fc-request-id": neighbor }));
  await child.line("waits");
  const crash = sendTo(child.port, httpInvoke("GET", "/crash", { "x-fc-request-id": culprit }));
  expect(await crash).toMatchObject({ fcStatus: "404" });
  expect(await waiting).toMatchObject({ fcStatus: "200" });
  expect(await exitOf(child)).toBe(1);
  expect(await rootRowOf(child, culprit)).toMatchObject({
    statusCode: "ERROR",
    statusMessage: "boom in a timer",
    attribute: { "error.type": "TypeError" },
  });
  expect(await rootRowOf(child, neighbor)).toMatchObject({ statusCode: "UNSET" });
});

/** Calls every path and tells what came of it; `x-fc-status` alone where no span was exported. */
async function outcomesOf(running: Running, flags: "01" | "00"): Promise<Record<string, unknown>> {
  const ids = new Map<string, string>();
  const statuses = new Map<string, unknown>();
  for (const path of outcomes.paths) {
    const requestId = randomUUID();
    ids.set(path, requestId);
    const traceparent = `00-${requestId.replaceAll("-", "")}-b7ad6b7169203331-${flags}`;
    statuses.set(
      path,
      await fcStatusOf(running.port, path, { traceparent, "x-fc-request-id": requestId }),
    );
    await until(() => running.lines.some((line) => isEndOf(line, requestId)), `the end of ${path}`);
  }
  return Object.fromEntries(
    [...ids].map(([path, requestId]) => {
      const spans = running.told().filter((told) => told.requestId === requestId);
      expect(spans.length).toBeLessThanOrEqual(1);
      return [path, [statuses.get(path), ...spans.flatMap(shortOf)]];
    }),
  );
}

/** `x-fc-status` of an answer that may break off behind its head. */
async function fcStatusOf(port: number, path: string, own: OutgoingHttpHeaders): Promise<unknown> {
  const { headers = {} } = httpInvoke("GET", path, own);
  const head = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    send({ port, host: "127.0.0.1", path, headers, agent: false }, (incoming) => {
      incoming
        .on("error", () => {})
        .once("close", () => resolve(incoming.headers))
        .resume();
    })
      .once("error", reject)
      .end();
  });
  return head["x-fc-status"];
}

function shortOf({ status, message, errorType, exceptions }: Told): unknown[] {
  return [status, message, errorType, exceptions.length];
}

function isEndOf(line: string, requestId: string): boolean {
  return line.startsWith(endOf(requestId));
}

function runningOf(traced: Traced): Running {
  return {
    port: traced.port,
    get lines() {
      return captured.lines;
    },
    told: () => traced.spans().filter(isRoot).map(toldBy),
  };
}

async function registered(application: string, options: TracingOptions): Promise<Running> {
  const child = await startChild(`${fixtures}outcomes-server.cjs`, {
    nodeOptions: ["--import", "@fcrt/trace/register"],
    env: {
      APPLICATION: application,
      OTEL_TRACES_EXPORTER: "stdout",
      ...(options.mirrorStatus === false && { FCRT_TRACE_MIRROR_STATUS: "off" }),
      ...(options.keepFailures && { FCRT_TRACE_KEEP_FAILURES: "on" }),
    },
  });
  await child.line("runtime inited.");
  return {
    port: child.port,
    get lines() {
      return child.lines;
    },
    told: () =>
      rowsIn(child.lines)
        .filter(({ attribute }) => "faas.invocation.id" in attribute)
        .map(({ attribute, statusCode, statusMessage, logs }) => ({
          requestId: attribute["faas.invocation.id"],
          status: statusCode,
          message: statusMessage,
          errorType: attribute["error.type"],
          exceptions: logs.map((event) => event.attribute),
        })),
  };
}

function toldBy({ attributes, status, events }: ReadableSpan): Told {
  return {
    requestId: attributes["faas.invocation.id"],
    status: SpanStatusCode[status.code],
    message: status.message ?? "",
    errorType: attributes["error.type"],
    exceptions: events.map((event) => event.attributes ?? {}),
  };
}

function isRoot({ attributes }: ReadableSpan): boolean {
  return "faas.invocation.id" in attributes;
}
