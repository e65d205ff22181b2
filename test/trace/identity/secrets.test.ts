import { inspect } from "node:util";
import type { Context } from "@fcrt/core";
import type { TracingOptions } from "@fcrt/trace";
import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { serveBare } from "../../adopt/adopted.ts";
import { captureStdout } from "../../support/captured-stdout.ts";
import {
  canary,
  httpInvoke,
  invoke,
  platformHeaders,
  requestIds,
  sendTo,
} from "../../support/platform-request.ts";
import { rowsIn } from "./rows.ts";
import { forgetGlobals, serveTraced } from "./traced.ts";
import type { Traced } from "./traced.ts";

const captured = captureStdout();

const { accessKeyId, accessKeySecret, securityToken } = canary;

/** Everything that could be thrown by code that was careless with the credentials that it has. */
const careless: [string, (context: Context) => unknown][] = [
  ["an error about headers", () => new Error(`denied for ${inspect(platformHeaders)}`)],
  [
    "an error about headers as JSON",
    () => new Error(`denied for ${JSON.stringify(platformHeaders)}`),
  ],
  [
    "an error whose cause is about headers",
    () => new Error("denied", { cause: new Error(inspect(platformHeaders)) }),
  ],
  ["an error whose cause is headers", () => new Error("denied", { cause: platformHeaders })],
  [
    "an error that carries headers",
    () => Object.assign(new Error("denied"), { config: { headers: platformHeaders } }),
  ],
  ["headers", () => platformHeaders],
  ["an object with headers", () => ({ request: { headers: platformHeaders } })],
  ["raw headers", () => ({ rawHeaders: Object.entries(platformHeaders).flat() })],
  ["the credentials", ({ credentials }) => credentials],
  ["an object with the credentials", ({ credentials }) => ({ credentials })],
  [
    "an error that quotes the credentials",
    ({ credentials }) =>
      new Error(
        `denied: ${inspect(credentials)} ${JSON.stringify(credentials)} ${String(credentials)}`,
      ),
  ],
  ["the context", (context) => context],
  [
    "many errors",
    () => new AggregateError([new Error(inspect(platformHeaders)), platformHeaders], "all failed"),
  ],
  // What a signing client says, in the values' own words.
  [
    "an error with the secret in its message",
    () => new Error(`Cannot sign with ${accessKeySecret}`),
  ],
  [
    "an error with the token in its cause",
    () => new Error("denied", { cause: `expired: ${securityToken}` }),
  ],
  ["a text with the key", () => `InvalidAccessKeyId: ${accessKeyId}`],
  [
    "an error with the token in its name",
    () => Object.assign(new Error("denied"), { name: `Error of ${securityToken}` }),
  ],
];

const ends: [string, (context: Context, reason: unknown) => unknown][] = [
  [
    "thrown",
    (_context, reason) => {
      throw reason;
    },
  ],
  ["given to fail", (context, reason) => context.fail(reason)],
];

describe.each(ends)("%s", (_how, end) => {
  test.each(careless)("%s: the failure is exported, and no secret with it", async (_what, make) => {
    const handler = (context: Context): unknown => end(context, make(context));
    const { root, exported } = await exportedBy(handler, {});
    expect(root?.status.code).toBe(SpanStatusCode.ERROR);
    expect(root?.events).toHaveLength(1);
    expectNoSecret(exported);
  });
});

test("the rows on stdout hold no secret, whatever was thrown", async () => {
  for (const [, make] of careless) {
    const runtime = await serveTraced(
      {
        invoke: (_event, context) => {
          throw make(context);
        },
      },
      { exporter: "stdout" },
    );
    await sendTo(runtime.port, invoke());
    await runtime.close();
    forgetGlobals();
  }
  const rows = rowsIn(captured.lines);
  expect(rows).toHaveLength(careless.length);
  for (const row of rows) {
    expect(row.statusCode).toBe("ERROR");
    expectNoSecret(JSON.stringify(row));
  }
});

test("the bytes that go to a collector, and their headers, hold no secret", async () => {
  const received: string[] = [];
  const port = await serveBare((request, response) => {
    received.push(request.rawHeaders.join("\n"));
    request.setEncoding("latin1").on("data", (text: string) => received.push(text));
    request.once("end", () => response.end());
  });
  const runtime = await serveTraced(
    {
      invoke: () => {
        throw new Error(inspect(platformHeaders));
      },
      http: (_request, response) => void response.end(),
    },
    { exporter: { type: "otlp", url: `http://127.0.0.1:${port}/v1/traces` } },
  );
  await sendTo(runtime.port, invoke());
  await sendTo(runtime.port, httpInvoke("GET", "/?token=SECRET"));
  await runtime.close();
  expect(received.join("\n")).toContain(requestIds.fc3);
  expectNoSecret(received.join("\n"));
  expect(received.join("\n")).not.toContain("SECRET");
});

test("credentials of the environment are not exported either", async () => {
  vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_ID", accessKeyId);
  vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", accessKeySecret);
  vi.stubEnv("ALIBABA_CLOUD_SECURITY_TOKEN", securityToken);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { exported } = await exportedBy(({ credentials }) => {
    throw new Error(`denied: ${inspect(credentials)}`);
  });
  expectNoSecret(exported);
});

test("what is thrown reaches the platform's caller untouched, but for nothing of the trace", async () => {
  const thrown = new TypeError("boom");
  const { root } = await exportedBy(() => {
    throw thrown;
  });
  expect(root?.events[0]?.attributes).toMatchObject({ "exception.message": "boom" });
  expect(Object.keys(thrown)).toEqual([]);
});

interface Exported {
  readonly root: ReturnType<Traced["rootOf"]> | undefined;
  /** All that an exporter could reach. */
  readonly exported: string;
}

async function exportedBy(
  handler: (context: Context) => unknown,
  options: TracingOptions = {},
): Promise<Exported> {
  const runtime = await serveTraced({ invoke: (_event, context) => handler(context) }, options);
  await sendTo(runtime.port, invoke());
  await runtime.close();
  const exported = inspect(runtime.spans(), {
    depth: 20,
    showHidden: true,
    getters: true,
    maxStringLength: null,
    maxArrayLength: null,
  });
  return { root: runtime.rootOf(requestIds.fc3), exported };
}

function expectNoSecret(text: string): void {
  for (const secret of Object.values(canary)) expect(text).not.toContain(secret);
}
