import { describe, expect, test } from "vitest";
import { nodeVersions } from "../support/node-versions.ts";
import { hook, httpInvoke, invoke, requestIds } from "../support/platform-request.ts";
import {
  endOf,
  exitOf,
  expectPairedMarkers,
  headOf,
  linesOf,
  openConnection,
  refused,
  send,
  serving,
  startOf,
  succeeded,
  within,
  withId,
} from "./program.ts";

const signals = ["SIGTERM", "SIGINT"] as const;
const large = 20_000_000;

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  describe.each(signals)("%s", (signal) => {
    test("at rest runs preStop and exits with code 0", async () => {
      const child = await serving("signals.mjs", { node, env: { PRE_STOP: "slow" } });

      child.process.kill(signal);

      expect(await exitOf(child)).toBe(0);
      expect(withoutIds(child.lines.slice(1))).toEqual([
        "FC PreStop Start RequestId: ID",
        "preStop runs",
        "FC PreStop End RequestId: ID",
      ]);
      expectPairedMarkers(child);
      expect(child.stderr).toBe("");
    });

    test("lets what is in flight finish, then runs preStop, and accepts nothing more", async () => {
      const child = await serving("signals.mjs", { node, env: { PRE_STOP: "slow" } });
      const running = send(child, withId("running", invoke("wait")));
      await child.line(startOf("running"));

      child.process.kill(signal);
      await refused(child.port);
      expect(child.stdout).not.toContain("preStop runs");
      child.process.kill("SIGUSR2");

      expect(await running).toMatchObject({ status: 200, fcStatus: "200", body: "done" });
      expect(await exitOf(child)).toBe(0);
      expect(linesOf(child, "running")).toEqual(succeeded("running"));
      expect(withoutIds(child.lines.slice(-3))).toEqual([
        "FC PreStop Start RequestId: ID",
        "preStop runs",
        "FC PreStop End RequestId: ID",
      ]);
      expectPairedMarkers(child);
    });
  });

  test("preStop does not run again when the platform has called it", async () => {
    const child = await serving("signals.mjs", { node, env: { PRE_STOP: "quick" } });
    expect(await send(child, hook("pre-stop"))).toMatchObject({ status: 200, fcStatus: "200" });

    child.process.kill("SIGTERM");

    expect(await exitOf(child)).toBe(0);
    expect(child.lines.slice(1)).toEqual([
      `FC PreStop Start RequestId: ${requestIds.uuid}`,
      "preStop runs",
      `FC PreStop End RequestId: ${requestIds.uuid}`,
    ]);
  });

  test("without a preStop handler nothing is told of it", async () => {
    const child = await serving("signals.mjs", { node });

    child.process.kill("SIGTERM");

    expect(await exitOf(child)).toBe(0);
    expect(child.lines).toEqual(["FunctionCompute fcrt runtime inited."]);
  });

  test.each([
    { hook: "throws", reason: "Error: boom" },
    { hook: "hangs", reason: "FCRT_DRAIN_TIMED_OUT: Expected an answer within 100 ms" },
  ])(
    "a preStop that $hook fails and keeps nobody from the exit",
    async ({ hook: PRE_STOP, reason }) => {
      const child = await serving("signals.mjs", { node, env: { PRE_STOP, DRAIN_TIMEOUT: "100" } });

      child.process.kill("SIGTERM");

      expect(await exitOf(child)).toBe(0);
      expect(child.stdout).toContain(`[ERROR] ${reason}`);
      expect(child.lines.at(-1)).toMatch(/^FC PreStop End .*, Error: Unhandled function error$/);
      expectPairedMarkers(child);
    },
  );

  test("a preStop that ends the process has its End", async () => {
    const child = await serving("signals.mjs", { node, env: { PRE_STOP: "exits" } });

    child.process.kill("SIGTERM");

    expect(await exitOf(child)).toBe(3);
    expect(child.lines.at(-1)).toMatch(/^FC PreStop End .*, Error: Unhandled function error$/);
    expectPairedMarkers(child);
  });

  test("what outlasts `drainTimeout` fails, and the exit code is 0", async () => {
    const env = { PRE_STOP: "quick", DRAIN_TIMEOUT: "100" };
    const child = await serving("signals.mjs", { node, env });
    const event = send(child, withId("event", invoke("wait")));
    const http = send(child, withId("http", httpInvoke()));
    await child.line(startOf("event"));
    await child.line(startOf("http"));

    child.process.kill("SIGTERM");

    expect(await event).toMatchObject({ status: 404, fcStatus: "404" });
    expect((await event).body).toContain('"errorType":"FCRT_DRAIN_TIMED_OUT"');
    await expect(http).rejects.toThrow(/aborted|ECONNRESET|hang up/);
    expect(await exitOf(child)).toBe(0);
    for (const id of ["event", "http"])
      expect(linesOf(child, id)).toEqual([
        startOf(id),
        `${id} [ERROR] FCRT_DRAIN_TIMED_OUT: Expected an answer within 100 ms of the stop, got none`,
        endOf(id, "Unhandled"),
      ]);
    expect(child.lines.at(-1)).toMatch(/^FC PreStop End RequestId: [\w-]+$/);
    expectPairedMarkers(child);
  });

  test.each(signals)("a second signal, %s, ends the process at once", async (signal) => {
    const child = await serving("signals.mjs", { node, env: { PRE_STOP: "quick" } });
    const running = send(child, withId("running", invoke("wait")));
    await child.line(startOf("running"));
    child.process.kill("SIGTERM");
    await refused(child.port);

    child.process.kill(signal);

    expect(await exitOf(child)).toBe(1);
    await running.catch(() => {});
    expect(child.lines.at(-1)).toBe(endOf("running", "Unhandled"));
    expect(child.stdout).not.toContain("preStop runs");
    expectPairedMarkers(child);
  });

  test("a second signal while preStop runs leaves its End", async () => {
    const child = await serving("signals.mjs", { node, env: { PRE_STOP: "hangs" } });
    child.process.kill("SIGTERM");
    await child.line("preStop runs");

    child.process.kill("SIGTERM");

    expect(await exitOf(child)).toBe(1);
    expect(child.lines.at(-1)).toMatch(/^FC PreStop End .*, Error: Unhandled function error$/);
    expectPairedMarkers(child);
  });

  test("a request that comes on an open connection during the drain is refused", async () => {
    const child = await serving("signals.mjs", { node });
    const fresh = await openConnection(child.port);
    const begun = await openConnection(child.port);
    const head = headOf(withId("refused", invoke("", { "content-length": 0 })));
    begun.socket.write(head.slice(0, 20));
    const running = send(child, withId("running", invoke("wait")));
    await child.line(startOf("running"));
    child.process.kill("SIGTERM");
    await refused(child.port);

    fresh.socket.write(head);
    begun.socket.write(head.slice(20));
    for (const { closed } of [fresh, begun]) await within(closed, "the connection to be closed");
    child.process.kill("SIGUSR2");

    for (const { received } of [fresh, begun]) {
      expect(received).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
      expect(received).toMatch(/\r\nx-fc-status: 404\r\n/);
    }
    expect(await running).toMatchObject({ status: 200 });
    expect(await exitOf(child)).toBe(0);
    expect(linesOf(child, "refused")).toEqual([]);
  });

  test("connections that are kept alive are closed: an idle one at once, a busy one after its answer", async () => {
    const child = await serving("signals.mjs", { node });
    const idle = await openConnection(child.port);
    idle.socket.write(headOf(invoke("", { "content-length": 0 })));
    await idle.until("done");
    const busy = await openConnection(child.port);
    busy.socket.write(`${headOf(withId("busy", invoke("", { "content-length": 4 })))}wait`);
    await child.line(startOf("busy"));

    child.process.kill("SIGTERM");
    await within(idle.closed, "the idle connection to be closed");
    child.process.kill("SIGUSR2");
    await within(busy.closed, "the busy connection to be closed");

    expect(idle.received).toMatch(/\r\nconnection: keep-alive\r\n/i);
    expect(busy.received).toMatch(/\r\nconnection: close\r\n.*done$/is);
    expect(await exitOf(child)).toBe(0);
  });

  test.each([
    { what: "an event's result", request: invoke("large", { "content-length": 5 }), body: "large" },
    { what: "an HTTP response", request: httpInvoke(), body: "" },
  ])(
    "$what that the client reads slowly arrives whole before the exit",
    async ({ request, body }) => {
      const child = await serving("signals.mjs", { node });
      const slow = await openConnection(child.port);
      slow.socket.write(headOf(withId("large", request)) + body);
      await child.line(startOf("large"));
      child.process.kill("SIGTERM");
      await refused(child.port);

      slow.socket.pause();
      child.process.kill("SIGUSR2");
      await child.line(endOf("large"));
      slow.socket.resume();
      await within(slow.closed, "the connection to be closed");

      expect(slow.received.length).toBeGreaterThan(large);
      expect(await exitOf(child)).toBe(0);
    },
  );
});

test.each(nodeVersions)(
  "on Node $version a response that is on its way when the signal comes arrives whole",
  async ({ path: node }) => {
    const child = await serving("signals.mjs", { node });
    const slow = await openConnection(child.port);
    slow.socket.write(headOf(withId("large", httpInvoke("GET", "/huge"))));
    await slow.until("first");

    slow.socket.pause();
    child.process.kill("SIGUSR2");
    await child.line(endOf("large"));
    child.process.kill("SIGTERM");
    await refused(child.port);
    slow.socket.resume();
    await within(slow.closed, "the connection to be closed");

    expect(slow.received.length).toBeGreaterThan(100_000_000);
    expect(await exitOf(child)).toBe(0);
  },
);

test("a client that reads no further keeps nobody from the exit", async () => {
  const child = await serving("signals.mjs", { env: { DRAIN_TIMEOUT: "200" } });
  const stuck = await openConnection(child.port);
  stuck.socket.write(headOf(withId("large", httpInvoke("GET", "/huge"))));
  await stuck.until("first");

  stuck.socket.pause();
  child.process.kill("SIGUSR2");
  await child.line(endOf("large"));
  child.process.kill("SIGTERM");

  expect(await exitOf(child)).toBe(0);
});

function withoutIds(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/RequestId: [\w-]{36}/, "RequestId: ID"));
}
