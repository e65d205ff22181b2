import { describe, expect, test } from "vitest";
import type { Child } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { httpInvoke, invoke } from "../support/platform-request.ts";
import type { PlatformResponse } from "../support/platform-request.ts";
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
  until,
  withId,
} from "./program.ts";

const sources = ["timer", "stream", "event listener"];
const furtherSources = ["immediate", "next tick", "file callback"];

const culprits = [
  ...sources.map((source) => ({ where: `a ${source}`, request: invoke(source), count: 50 })),
  ...furtherSources.map((source) => ({
    where: `the ${source}`,
    request: invoke(source),
    count: 2,
  })),
  { where: "a timer of an HTTP request", request: httpInvoke("GET", "/before/timer"), count: 50 },
  {
    where: "the listener of a request's body",
    request: { ...httpInvoke("POST", "/before/upload"), body: "chunk" },
    count: 2,
  },
];

/** Node 24 knows whose it is; the lines before it have left the scope when they tell of it. */
const knowsMicrotasks = (version: string): boolean => Number.parseInt(version, 10) >= 24;

describe.each(nodeVersions)("an uncaught exception on Node $version", ({ version, path: node }) => {
  test.each(culprits)(
    "in $where fails that invocation and none of its $count neighbors",
    async ({ request, count }) => {
      const child = await serving("crash.mjs", { node });
      const neighbors = await inFlight(child, count);

      const answer = await send(child, withId("culprit", request));
      expect([answer.status, answer.fcStatus]).toEqual([404, "404"]);
      await refused(child.port);
      child.process.kill("SIGUSR2");

      for (const neighbor of await Promise.all(neighbors))
        expect([neighbor.status, neighbor.fcStatus, neighbor.body]).toEqual([200, "200", "done"]);
      expect(await exitOf(child)).toBe(1);
      expectCrash(linesOf(child, "culprit"), startOf("culprit"));
      for (const index of neighbors.keys())
        expect(linesOf(child, `neighbor-${index}`)).toEqual(succeeded(`neighbor-${index}`));
      expect(child.lines.at(-1)).toMatch(/^FC Invoke End RequestId: neighbor-\d+$/);
      expectPairedMarkers(child);
      expect(child.stderr).toBe("");
    },
  );

  test("in the listener of a body that comes later fails that invocation", async () => {
    const child = await serving("crash.mjs", { node });
    const [neighbor] = await inFlight(child, 1);
    const connection = await openConnection(child.port);
    const request = httpInvoke("POST", "/before/upload", { "content-length": 5 });
    connection.socket.write(headOf(withId("culprit", request)));
    await child.line(startOf("culprit"));

    connection.socket.write("chunk");
    await connection.until("HTTP/1.1 404 Not Found\r\nx-fc-status: 404");
    await refused(child.port);
    child.process.kill("SIGUSR2");

    expect(await neighbor).toMatchObject({ status: 200 });
    expect(await exitOf(child)).toBe(1);
    expectCrash(linesOf(child, "culprit"), startOf("culprit"));
    expectPairedMarkers(child);
  });

  test("in a microtask fails that invocation, at the end of the drain at the latest", async () => {
    const child = await serving("crash.mjs", { node, env: { DRAIN_TIMEOUT: "1000" } });
    const [neighbor] = await inFlight(child, 1);

    const culprit = send(child, withId("culprit", invoke("microtask")));
    await refused(child.port);
    child.process.kill("SIGUSR2");

    expect(await neighbor).toMatchObject({ status: 200 });
    expect(await culprit).toMatchObject({ status: 404, fcStatus: "404" });
    expect(await exitOf(child)).toBe(1);
    const whose = knowsMicrotasks(version) ? "culprit" : "-";
    expect(linesOf(child, whose)).toContain(`${whose} [ERROR] Error: boom`);
    expect(linesOf(child, "culprit").at(-1)).toBe(endOf("culprit", "Unhandled"));
    expectPairedMarkers(child);
  });

  test("after the headers breaks that one's connection", async () => {
    const child = await serving("crash.mjs", { node });
    const [neighbor] = await inFlight(child, 1);

    const culprit = send(child, withId("culprit", httpInvoke("GET", "/after/timer")));
    await expect(culprit).rejects.toThrow(/aborted|ECONNRESET|hang up/);
    await refused(child.port);
    child.process.kill("SIGUSR2");

    expect(await neighbor).toMatchObject({ status: 200, body: "done" });
    expect(await exitOf(child)).toBe(1);
    expectCrash(linesOf(child, "culprit"), startOf("culprit"));
    expectPairedMarkers(child);
  });

  test("of no invocation is a line without request ID, and the process drains", async () => {
    const child = await serving("crash.mjs", { node, env: { CRASH: "outside" } });
    const neighbors = await inFlight(child, 2);

    child.process.kill("SIGHUP");
    await refused(child.port);
    child.process.kill("SIGUSR2");

    for (const { status } of await Promise.all(neighbors)) expect(status).toBe(200);
    expect(await exitOf(child)).toBe(1);
    const [first, ...rest] = linesOf(child, "-");
    expect(first).toBe("- [ERROR] Error: boom");
    expect(rest).toContain("- [ERROR] Caused by: TypeError: the cause");
    expectPairedMarkers(child);
  });

  test("of an invocation that has ended bears its request ID", async () => {
    const child = await serving("crash.mjs", { node });
    const [neighbor] = await inFlight(child, 1);

    expect(await send(child, withId("culprit", invoke("signal")))).toMatchObject({ status: 200 });
    child.process.kill("SIGHUP");
    await refused(child.port);
    child.process.kill("SIGUSR2");

    expect(await neighbor).toMatchObject({ status: 200 });
    expect(await exitOf(child)).toBe(1);
    const lines = linesOf(child, "culprit");
    expect(lines.slice(0, 3)).toEqual([...succeeded("culprit"), "culprit [ERROR] Error: boom"]);
    expectPairedMarkers(child);
  });

  test("during the drain after another one fails its own invocation too", async () => {
    const child = await serving("crash.mjs", { node });
    const [neighbor] = await inFlight(child, 1);
    const second = send(child, withId("second", httpInvoke("GET", "/before/signal")));
    await child.line(startOf("second"));

    expect(await send(child, withId("first", invoke("timer")))).toMatchObject({ status: 404 });
    child.process.kill("SIGHUP");
    expect(await second).toMatchObject({ status: 404, fcStatus: "404" });
    child.process.kill("SIGUSR2");

    expect(await neighbor).toMatchObject({ status: 200 });
    expect(await exitOf(child)).toBe(1);
    expectCrash(linesOf(child, "first"), startOf("first"));
    expectCrash(linesOf(child, "second"), startOf("second"));
    expectPairedMarkers(child);
  });

  test("during the drain of a signal makes the exit code 1", async () => {
    const child = await serving("crash.mjs", { node });
    const culprit = send(child, withId("culprit", httpInvoke("GET", "/before/signal")));
    const [neighbor] = await inFlight(child, 1);

    child.process.kill("SIGTERM");
    await refused(child.port);
    child.process.kill("SIGHUP");
    expect(await culprit).toMatchObject({ status: 404 });
    child.process.kill("SIGUSR2");

    expect(await neighbor).toMatchObject({ status: 200 });
    expect(await exitOf(child)).toBe(1);
    expectPairedMarkers(child);
  });

  test("keeps the exit code 1 when a signal comes during its drain", async () => {
    const child = await serving("crash.mjs", { node });
    const [neighbor] = await inFlight(child, 1);

    expect(await send(child, invoke("timer"))).toMatchObject({ status: 404 });
    child.process.kill("SIGTERM");
    await child.line("SIGTERM came");
    child.process.kill("SIGUSR2");

    expect(await neighbor).toMatchObject({ status: 200 });
    expect(await exitOf(child)).toBe(1);
    expectPairedMarkers(child);
  });

  test("does not wait longer than `drainTimeout` for the neighbors", async () => {
    const child = await serving("crash.mjs", { node, env: { DRAIN_TIMEOUT: "100" } });
    const [neighbor] = await inFlight(child, 1);

    expect(await send(child, invoke("timer"))).toMatchObject({ status: 404 });

    expect(await neighbor).toMatchObject({ status: 404, fcStatus: "404" });
    expect(await exitOf(child)).toBe(1);
    expect(linesOf(child, "neighbor-0").at(-1)).toBe(endOf("neighbor-0", "Unhandled"));
    expectPairedMarkers(child);
  });

  test("is told apart in a CommonJS program", async () => {
    const child = await serving("crash.cjs", { node });
    const [neighbor] = await inFlight(child, 1);

    expect(await send(child, withId("culprit", invoke("crash")))).toMatchObject({ status: 404 });
    child.process.kill("SIGUSR2");

    expect(await neighbor).toMatchObject({ status: 200 });
    expect(await exitOf(child)).toBe(1);
    expect(linesOf(child, "culprit").at(-1)).toBe(endOf("culprit", "Unhandled"));
    expect(linesOf(child, "neighbor-0")).toEqual(succeeded("neighbor-0"));
  });
});

/** Invocations that wait, every second one an event where the fixture takes both. */
async function inFlight(child: Child, count: number): Promise<Promise<PlatformResponse>[]> {
  const requests = Array.from({ length: count }, (_, index) =>
    withId(`neighbor-${index}`, index % 2 === 0 ? invoke("wait") : httpInvoke("GET", "/before/")),
  );
  const answers = requests.map((request) => send(child, request));
  const started = (): boolean =>
    child.lines.filter((line) => line.startsWith("FC Invoke Start RequestId: neighbor-")).length ===
    count;
  await until(started, `${count} invocations in flight`);
  return answers;
}

function expectCrash([start, ...lines]: readonly string[], expectedStart: string): void {
  const id = expectedStart.split(": ")[1] ?? "";
  expect(start).toBe(expectedStart);
  expect(lines[0]).toBe(`${id} [ERROR] Error: boom`);
  expect(lines[1]).toMatch(/ \[ERROR\] {5}at .*crash\.mjs/);
  expect(lines).toContain(`${id} [ERROR] Caused by: TypeError: the cause`);
  expect(lines.at(-1)).toBe(endOf(id, "Unhandled"));
}
