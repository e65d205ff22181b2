import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { startChild } from "../support/child.ts";
import type { Child } from "../support/child.ts";
import { httpInvoke, sendTo } from "../support/platform-request.ts";
import type { PlatformResponse } from "../support/platform-request.ts";
import { call, cleanLines, expectFailure, expectSuccess, fixtures, patience } from "./ways.ts";

const failed = { status: 404, fcStatus: "404" };

describe.each<[string, readonly string[], Record<string, string>]>([
  ["adopted by itself", [], { ADOPT: "on" }],
  ["adopted by the flag", ["--require", "@fcrt/core/register"], {}],
])("an application %s", (_way, nodeOptions, way) => {
  const start = async (own = ""): Promise<Child> => {
    const env = { ...way, OWN: own };
    const child = await startChild(`${fixtures}process.cjs`, { nodeOptions, env });
    await child.line("listens");
    return child;
  };

  test("a crash fails the one that caused it; the other finishes, then the exit code is 1", async () => {
    const child = await start();
    const other = await wait(child);
    const crashed = await call(child, "GET", "/crash");
    expect(crashed).toMatchObject(failed);
    expect(crashed.body).not.toContain("boom");
    await expectFailure(child, crashed.id, "Unhandled");
    await closed(child);
    expect(child.process.exitCode).toBeNull();
    child.process.kill("SIGUSR2");
    expect(await other.answer).toMatchObject({ status: 200, fcStatus: "200", body: "waited" });
    expect(await child.exited).toEqual({ code: 1, signal: null });
    await expectSuccess(child, other.id);
  });

  test("a rejection fails the one that caused it, and the process stays", async () => {
    const child = await start();
    const rejected = await call(child, "GET", "/reject");
    expect(rejected).toMatchObject(failed);
    await expectFailure(child, rejected.id, "Unhandled");
    expect(await call(child, "GET", "/")).toMatchObject({ fcStatus: "200", body: "fine" });
  });

  test("a failure that is answered before the process exits at once reaches the client", async () => {
    const child = await start();
    const farewell = await call(child, "GET", "/farewell");
    expect(farewell).toMatchObject({ status: 500, fcStatus: "404", body: "farewell" });
    expect(await child.exited).toEqual({ code: 1, signal: null });
    await expectFailure(child, farewell.id, "Unhandled");
  });

  test.each<NodeJS.Signals>(["SIGTERM", "SIGINT"])(
    "%s: nothing new, what runs finishes, then the exit code is 0",
    async (signal) => {
      const child = await start();
      const running = await wait(child);
      child.process.kill(signal);
      await closed(child);
      expect(child.process.exitCode).toBeNull();
      child.process.kill("SIGUSR2");
      expect(await running.answer).toMatchObject({ status: 200, fcStatus: "200", body: "waited" });
      expect(await child.exited).toEqual({ code: 0, signal: null });
      expect(child.lines.at(-1)).toBe(cleanLines(running.id)[1]);
    },
  );

  test.each(["on", "once"])(
    "its own SIGTERM listener (%s) decides what becomes of it",
    async (method) => {
      const child = await start(`${method}:SIGTERM:7`);
      expect(await call(child, "GET", "/")).toMatchObject({ body: "fine" });
      child.process.kill("SIGTERM");
      await child.line("own listener for SIGTERM");
      expect(await child.exited).toEqual({ code: 7, signal: null });
    },
  );

  test("its own SIGTERM listener may let it stay", async () => {
    const child = await start("once:SIGTERM");
    child.process.kill("SIGTERM");
    await child.line("own listener for SIGTERM");
    expect(await call(child, "GET", "/")).toMatchObject({ fcStatus: "200", body: "fine" });
  });

  test.each(["on", "once"])(
    "its own uncaughtException listener (%s) keeps it up; the invocation has failed all the same",
    async (method) => {
      const child = await start(`${method}:uncaughtException`);
      const crashed = await call(child, "GET", "/crash");
      expect(crashed).toMatchObject(failed);
      await expectFailure(child, crashed.id, "Unhandled");
      await child.line("own listener for uncaughtException");
      expect(await call(child, "GET", "/")).toMatchObject({ fcStatus: "200", body: "fine" });
    },
  );
});

test("an async handler that Express 4 does not wait for fails its invocation only", async () => {
  const child = await startChild(`${fixtures}start.cjs`, {
    nodeOptions: ["--require", "@fcrt/core/register"],
    env: { APPLICATION: "express-4.cjs" },
  });
  await child.line("runtime inited");
  const rejected = await call(child, "GET", "/reject");
  expect(rejected).toMatchObject(failed);
  await expectFailure(child, rejected.id, "Unhandled");
  expect(await call(child, "GET", "/text")).toMatchObject({ fcStatus: "200", body: "some text" });
});

/** Starts an invocation that runs until SIGUSR2. */
async function wait(child: Child): Promise<{ id: string; answer: Promise<PlatformResponse> }> {
  const id = randomUUID();
  const answer = sendTo(child.port, httpInvoke("GET", "/wait", { "x-fc-request-id": id }));
  await child.line(`FC Invoke Start RequestId: ${id}`);
  return { id, answer };
}

/** Waits until nothing listens any more. */
async function closed(child: Child): Promise<void> {
  const refused = async (): Promise<unknown> =>
    new Promise((resolve) => {
      const socket = connect(child.port, "127.0.0.1");
      socket.once("connect", () => resolve(socket.destroy()));
      socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
    });
  await expect.poll(refused, patience).toBe("ECONNREFUSED");
}
