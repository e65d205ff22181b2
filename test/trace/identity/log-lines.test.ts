import { randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { createLogger } from "@fcrt/logger";
import { spanOf } from "@fcrt/trace";
import { trace } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { httpInvoke, invoke, sendTo } from "../../support/platform-request.ts";
import { serveTraced } from "./traced.ts";

const captured = captureStdout();

interface Line {
  readonly msg: string;
  readonly requestId: string;
  readonly trace_id?: string;
  readonly span_id?: string;
}

test("json lines carry the ids of the active span: the root's, a child's, and none outside", async () => {
  const logger = createLogger({ level: "info", format: "json" });
  const ids: Record<string, string | undefined> = {};
  const runtime = await serveTraced({
    invoke: async (_event, { requestId }) => {
      logger.info("root");
      ids["root"] = spanOf(requestId)?.spanContext().spanId;
      await trace.getTracer("app").startActiveSpan("child", async (child) => {
        await new Promise(setImmediate);
        logger.info("child");
        ids["child"] = child.spanContext().spanId;
        child.end();
      });
      setImmediate(() => logger.info("root again"));
      ids["root again"] = ids["root"];
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
  });
  logger.info("before");
  const requestId = randomUUID();
  await sendTo(runtime.port, invoke("{}", { "x-fc-request-id": requestId }));
  logger.info("after");

  const traceId = requestId.replaceAll("-", "");
  for (const { msg, trace_id, span_id } of lines()) {
    const inside = msg in ids;
    expect({ msg, trace_id, span_id }).toEqual({
      msg,
      trace_id: inside ? traceId : undefined,
      span_id: ids[msg],
    });
  }
  expect(lines().map(({ msg }) => msg)).toEqual(["before", "root", "child", "root again", "after"]);
});

test("of 100 at once each line has the ids of its own invocation, behind a body too", async () => {
  const logger = createLogger({ level: "info", format: "json" });
  const runtime = await serveTraced({
    http: (request, response) => {
      request.resume().on("end", () => {
        logger.info("in end");
        setTimeout(() => {
          logger.info("in a timer");
          response.end();
        }, 1);
      });
    },
  });
  const agent = new Agent({ keepAlive: true });
  const requestIds = Array.from({ length: 100 }, () => randomUUID());
  await Promise.all(
    requestIds.map((id) =>
      sendTo(runtime.port, {
        ...httpInvoke("POST", "/", { "x-fc-request-id": id }),
        body: "some",
        agent,
      }),
    ),
  );
  agent.destroy();
  expect(lines()).toHaveLength(200);
  for (const { requestId, trace_id, span_id } of lines()) {
    expect(trace_id).toBe(requestId.replaceAll("-", ""));
    expect(span_id).toBe(runtime.rootOf(requestId).spanContext().spanId);
  }
});

test("lines of an unsampled invocation carry them too, and text lines never", async () => {
  const json = createLogger({ level: "info", format: "json" });
  const text = createLogger({ level: "info", format: "text" });
  const runtime = await serveTraced({
    invoke: () => {
      json.info("as an object");
      text.info("as text");
    },
  });
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  await sendTo(runtime.port, invoke("{}", { traceparent: `00-${traceId}-b7ad6b7169203331-00` }));
  expect(lines()).toEqual([
    expect.objectContaining({ trace_id: traceId, span_id: expect.stringMatching(/^[\da-f]{16}$/) }),
  ]);
  expect(captured.text).toMatch(/ \[INFO\] as text\n/);
});

function lines(): Line[] {
  return captured.lines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}
