import { serve } from "@fcrt/core";
import { coldStartMarker, parseLine, parseMarker } from "@fcrt/core/protocol";
import { createLogger } from "@fcrt/logger";
import { fastify } from "fastify";
import { pinoHttp } from "pino-http";
import { expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { canary, httpInvoke, sendTo } from "../../support/platform-request.ts";
import { foreignLines } from "./lines.ts";

const captured = captureStdout();

const headers = {
  authorization: "Bearer CANARY",
  cookie: "session=CANARY",
  "proxy-authorization": "Basic CANARY",
};

test.each(["text", "json"] as const)("Fastify takes it for its logger, in %s", async (format) => {
  const app = fastify({ loggerInstance: createLogger({ level: "trace", format }) });
  app.get("/paid", (request, reply) => {
    request.log.info({ headers: request.headers, raw: request.raw.rawHeaders }, "in the route");
    reply.send("paid");
  });
  app.get("/broken", () => {
    throw new Error("broken");
  });
  await app.ready();
  const runtime = await serve({ http: app.routing }, { port: 0, host: "127.0.0.1" });

  const own = { ...headers, "x-fc-request-id": "call-1" };
  const answer = await sendTo(runtime.port, httpInvoke("GET", "/paid", own));
  await sendTo(runtime.port, httpInvoke("GET", "/broken", { "x-fc-request-id": "call-2" }));
  await runtime.close();
  await app.close();

  expect(answer).toMatchObject({ status: 200, body: "paid" });
  for (const said of ["incoming request", "in the route"]) expectLineOf("call-1", said);
  expectLineOf("call-2", "incoming request");
  expect(captured.lines.some((line) => line.includes("broken"))).toBe(true);
  expectNothingElse(format);
});

test.each(["text", "json"] as const)("pino-http takes it for its logger, in %s", async (format) => {
  const log = pinoHttp({ logger: createLogger({ level: "trace", format }) });
  const runtime = await serve(
    {
      http(request, response) {
        log(request, response);
        request.log.info("in the handler");
        response.setHeader("set-cookie", ["session=CANARY; Path=/"]);
        response.end("paid");
      },
    },
    { port: 0, host: "127.0.0.1" },
  );
  const own = { ...headers, "x-fc-request-id": "call-1" };
  await sendTo(runtime.port, httpInvoke("GET", "/paid", own));
  await runtime.close();

  await expect
    .poll(() => captured.lines.filter((line) => line.includes("request completed")))
    .toHaveLength(1);
  for (const said of ["in the handler", "request completed"]) expectLineOf("call-1", said);
  expect(captured.text).toContain("/paid");
  expectNothingElse(format);
});

function expectLineOf(requestId: string, said: string): void {
  const found = captured.lines
    .filter((line) => line.includes(said))
    .map((line) => parseLine(line) ?? (JSON.parse(line) as { requestId: string }));
  expect(found).toContainEqual(expect.objectContaining({ requestId }));
}

/** Every line is a marker or one of ours, and none holds a secret. */
function expectNothingElse(format: "text" | "json"): void {
  const others = captured.lines.filter(
    (line) => !parseMarker(line)?.requestId.startsWith("call-") && line !== coldStartMarker("fcrt"),
  );
  expect(foreignLines(others, format)).toEqual([]);
  for (const secret of ["CANARY", ...Object.values(canary)]) {
    expect(captured.text).not.toContain(secret);
  }
}
