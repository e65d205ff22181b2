import { execFileSync, spawnSync } from "node:child_process";
import { inspect } from "node:util";
import { gunzipSync } from "node:zlib";
import { trace } from "@opentelemetry/api";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { startCollector } from "../../support/collector.ts";
import { canary, httpInvoke } from "../../support/platform-request.ts";
import { invocation, pathOf, send, traced } from "./program.ts";

captureStdout();
afterEach(() => vi.unstubAllEnvs());

// A compiler of protocol buffers that has nothing in common with what writes the bodies, from Debian's package.
const protoc = "protoc";
const hasProtoc = spawnSync(protoc, ["--version"]).status === 0;
if (!hasProtoc)
  process.emitWarning("protoc is not installed: bodies are read by our own reader only");

test.skipIf(!hasProtoc)("protoc reads what is sent, and knows every field", async () => {
  const { collector, runtime } = await start();

  await send(runtime, invocation("request-1"));

  const [post] = collector.posts;
  const text = decodedByProtoc(post?.body ?? Buffer.alloc(0));
  expect(text).toContain('name: "my-function"');
  expect(text).toMatch(/kind: SPAN_KIND_SERVER/);
  expect(text).toMatch(/key: "faas\.invocation_id"\s+value \{\s+string_value: "request-1"\s+\}/);
  expect(text).toMatch(/key: "faas\.max_memory"\s+value \{\s+int_value: 536870912\s+\}/);
  expect(text).toMatch(/key: "faas\.coldstart"\s+value \{\s+bool_value: true\s+\}/);
  // A field that the schema does not have is printed by its number.
  expect(text).not.toMatch(/^\s*\d+( \{|:)/m);
  // Our own reader has found the same spans.
  const spans = /^ {4}spans \{/gm;
  expect(text.match(spans)).toHaveLength(post?.spans.length ?? 0);
});

describe("a POST", () => {
  test("tells its length and its type", async () => {
    const { collector, runtime } = await start();

    await send(runtime, invocation("request-1"));

    const [post] = collector.posts;
    expect(post?.headers).toMatchObject({
      "content-type": "application/x-protobuf",
      "content-length": String(post?.sent.length),
    });
    expect(post?.headers).not.toHaveProperty("transfer-encoding");
    expect(post?.headers).not.toHaveProperty("content-encoding");
  });

  test.each([
    { how: "by the option", gzip: true, variable: "" },
    { how: "by the variable", gzip: undefined, variable: "gzip" },
  ])("is compressed when that is asked for $how", async ({ gzip, variable }) => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", variable);
    const { collector, runtime } = await start(gzip === undefined ? {} : { gzip });

    await send(runtime, invocation("request-1"));

    const [post] = collector.posts;
    expect(post?.headers).toMatchObject({
      "content-encoding": "gzip",
      "content-length": String(post?.sent.length),
    });
    expect(gunzipSync(post?.sent ?? "")).toEqual(post?.body);
    expect(post?.spans.map(({ name }) => name)).toEqual(["work", "my-function"]);
  });

  test("makes no span of its own, and has no trace header", async () => {
    const { collector, runtime } = await start();

    for (const id of ["request-1", "request-2"]) await send(runtime, invocation(id));

    expect(collector.spans).toHaveLength(4);
    for (const { headers } of collector.posts) expect(headers).not.toHaveProperty("traceparent");
  });

  test("carries no credential, whatever the application does with what it has", async () => {
    const { collector, runtime } = await start({}, (context) => {
      const span = trace.getActiveSpan();
      span?.setAttribute("credentials", inspect(context.credentials));
      span?.setAttribute("json", JSON.stringify(context));
      span?.addEvent("headers", { headers: JSON.stringify(context.headers) });
    });

    await send(runtime, invocation("request-1"));
    const secret = { authorization: "Bearer CANARYbearer", cookie: "sid=CANARYcookie" };
    await send(runtime, httpInvoke("GET", "/path?token=CANARYquery", secret));

    expect(collector.spans.length).toBeGreaterThanOrEqual(2);
    const sent = collector.posts.map(({ sent: bytes }) => bytes.toString("latin1")).join();
    const headers = JSON.stringify(collector.posts.map((post) => post.headers));
    for (const value of [...Object.values(canary), "CANARY"])
      expect(sent + headers).not.toContain(value);
  });
});

async function start(
  options: { gzip?: boolean } = {},
  look: (context: { credentials: object; headers: object }) => void = () => {},
) {
  const collector = await startCollector();
  const exporter = { type: "otlp", url: collector.url, ...options } as const;
  const runtime = await traced(
    { exporter, flushTimeout: 60_000 },
    {
      invoke(_event, context) {
        look(context);
        trace.getTracer("application").startSpan("work").end();
      },
      http(_request, response) {
        response.end("done");
      },
    },
  );
  return { collector, runtime };
}

function decodedByProtoc(body: Buffer): string {
  const schema = pathOf("spans.proto");
  return execFileSync(
    protoc,
    ["--decode=fcrt.test.Request", `--proto_path=${pathOf("")}`, schema],
    { input: body, encoding: "utf8" },
  );
}
