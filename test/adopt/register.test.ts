import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { startChild } from "../support/child.ts";
import type { Child } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { canary, sendTo } from "../support/platform-request.ts";
import { serveBare } from "./adopted.ts";
import { call, cleanLines, expectSuccess, fixtures, linesOf } from "./ways.ts";

const register = "@fcrt/core/register";
const ready = "FunctionCompute fcrt runtime inited.";

describe.each(nodeVersions)("on Node $version", ({ path }) => {
  test.each<[string, string, readonly string[]]>([
    ["--require, a CommonJS program", "start.cjs", ["--require", register]],
    ["--import, a CommonJS program", "start.cjs", ["--import", register]],
    ["--import, an ES module", "start.mjs", ["--import", register]],
    ["--require, an ES module", "start.mjs", ["--require", register]],
    ["--import twice", "start.mjs", ["--import", register, "--import", register]],
    ["--require and --import", "start.cjs", ["--require", register, "--import", register]],
    ["--import and --require", "start.mjs", ["--import", register, "--require", register]],
  ])("%s: adopted once", async (_what, program, nodeOptions) => {
    const child = await startChild(`${fixtures}${program}`, {
      node: path,
      nodeOptions,
      env: { APPLICATION: "plain.cjs" },
    });
    await child.line(ready);
    const body = JSON.stringify({ name: "Ada" });
    const answer = await call(child, "POST", "/json", { body });
    expect(answer).toMatchObject({ status: 200, fcStatus: "200" });
    expect(JSON.parse(answer.body)).toEqual({ name: "Ada", scope: "inside" });
    const seen = await call(child, "GET", "/headers");
    for (const secret of Object.values(canary)) expect(seen.body).not.toContain(secret);
    await linesOf(child, seen.id);
    expect(child.lines).toEqual([ready, ...cleanLines(answer.id), ...cleanLines(seen.id)]);
    expect(child.stderr).toBe("");
  });
});

test.each(["serve", "adopt"])("a program that calls %s itself is adopted once", async (use) => {
  const child = await startChild(`${fixtures}self-adopted.mjs`, {
    nodeOptions: ["--import", register],
    env: { USE: use },
  });
  await child.line(ready);
  const answer = await sendUntilAnswered(child);
  await linesOf(child, answer.id);
  expect(child.lines).toEqual([ready, ...cleanLines(answer.id)]);
});

test("FCRT_MARKERS=off leaves the markers to the application", async () => {
  const child = await startChild(`${fixtures}process.cjs`, {
    nodeOptions: ["--require", register],
    env: { FCRT_MARKERS: "off" },
  });
  await child.line("listens");
  expect(await call(child, "GET", "/")).toMatchObject({ fcStatus: "200", body: "fine" });
  const failed = await call(child, "GET", "/reject");
  expect(failed).toMatchObject({ fcStatus: "404" });
  await child.line(` ${failed.id} [ERROR] Error: boom in a promise`);
  expect(child.stdout).not.toMatch(/^(FC |FunctionCompute )/m);
});

describe("a program with two servers", () => {
  const start = async (): Promise<{ child: Child; metrics: number }> => {
    const child = await startChild(`${fixtures}two-servers.mjs`, {
      nodeOptions: ["--import", register],
    });
    const line = await child.line("METRICS");
    return { child, metrics: Number(line.replace("METRICS ", "")) };
  };

  test("the one on the platform's port loses its four timeouts, the other keeps them", async () => {
    const { child } = await start();
    const { body } = await call(child, "GET", "/timeouts");
    const { app, metrics } = JSON.parse(body) as { app: number[]; metrics: number[] };
    expect(app).toEqual([0, 0, 0, 0]);
    const untouched = createServer();
    expect(metrics).toEqual([
      untouched.timeout,
      untouched.keepAliveTimeout,
      untouched.headersTimeout,
      untouched.requestTimeout,
    ]);
  });

  test("the other one is left alone, unless the platform calls it", async () => {
    const { child, metrics } = await start();
    const scraped = await sendTo(metrics, { path: "/metrics" });
    expect(scraped).toMatchObject({ status: 200, fcStatus: undefined, body: "up 1" });
    expect(child.lines.filter((line) => line.startsWith("FC "))).toEqual([]);
    const called = await call({ port: metrics }, "GET", "/metrics");
    expect(called).toMatchObject({ status: 200, fcStatus: "200", body: "up 1" });
    await expectSuccess(child, called.id);
  });

  test("a request without any header of the platform is adopted on the platform's port", async () => {
    const { child } = await start();
    const answer = await sendTo(child.port, { path: "/timeouts" });
    expect(answer).toMatchObject({ status: 200, fcStatus: "200" });
    const end = await child.line(/^FC Invoke End RequestId: /);
    expect(child.lines).toContain(end.replace("End", "Start"));
  });

  test.each(["/through-fetch", "/through-request"])(
    "what the application sends to others is its own: %s",
    async (path) => {
      const received: IncomingMessage[] = [];
      const port = await serveBare((request, response) => {
        received.push(request);
        response.writeHead(404, { "x-upstream-said": "no" }).end("not here");
      });
      const { child } = await start();
      const headers = { "x-upstream": `http://127.0.0.1:${port}/some/where` };
      const answer = await call(child, "GET", path, { headers });
      expect(answer).toMatchObject({ status: 200, fcStatus: "200" });
      const told = JSON.parse(answer.body) as { status: number; headers: object; body: string };
      expect(told).toMatchObject({ status: 404, body: "not here" });
      expect(JSON.stringify(told.headers)).toContain("x-upstream-said");
      expect(JSON.stringify(told.headers)).not.toContain("x-fc-");
      expect(received.map(({ url }) => url)).toEqual(["/some/where"]);
      expect(received[0]?.rawHeaders.join("\n")).not.toMatch(/x-fc-/i);
      await expectSuccess(child, answer.id);
    },
  );
});

// Its port is announced before it listens: adopt does not know where it will be used.
async function sendUntilAnswered(child: Child): ReturnType<typeof call> {
  for (;;) {
    try {
      return await call(child, "GET", "/");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw error;
    }
  }
}
