import { Agent } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Child } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { httpInvoke, invoke } from "../support/platform-request.ts";
import {
  endOf,
  exitOf,
  expectPairedMarkers,
  headOf,
  linesOf,
  openConnection,
  send,
  serving,
  startOf,
  withId,
} from "./program.ts";

const oneSecond = { "x-fc-function-timeout": "1" };
const passed = "FCRT_DEADLINE_PASSED: Expected an answer within 1000 ms, got none";

const answers = [
  { id: "event", what: "An event handler that answers", request: invoke("answer", oneSecond) },
  { id: "throw", what: "An event handler that throws", request: invoke("throw", oneSecond) },
  ...["plain", "express", "express-throws", "destroy"].map((id) => ({
    id,
    what: `The HTTP handler /${id}`,
    request: httpInvoke("GET", `/${id}`, oneSecond),
  })),
];

// A second each: they share one process, and run side by side.
describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test("an invocation that outlasts its deadline fails then, and its late answer does nothing", async () => {
    // Express tells of errors on stderr, unless it is under test.
    const child = await serving("deadline.mjs", { node, env: { NODE_ENV: "test" } });
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());

    const told = await Promise.all(
      answers.map(async ({ id, request }) => send(child, { ...withId(id, request), agent })),
    );
    for (const { id } of answers) await child.line(`${id} answers late`);
    await child.line("throw [ERROR] Error: too late");

    for (const [index, { id }] of answers.entries()) {
      const { status, fcStatus, headers, body } = told[index]!;
      expect([id, status, fcStatus]).toEqual([id, 404, "404"]);
      expect(Object.keys(headers).filter((name) => /late|cookie|powered/.test(name))).toEqual([]);
      expect(body).not.toContain("late");
      expectFailureByDeadline(child, id);
    }
    expect(told[0]!.body).toContain('"errorType":"FCRT_DEADLINE_PASSED"');
    expect(told[2]!.body).not.toContain("DEADLINE");
    // The connections that they left behind carry the next answers, nothing else.
    for (const _ of answers)
      expect(await send(child, { ...httpInvoke("GET", "/quick"), agent })).toMatchObject({
        status: 200,
        body: "done",
      });
    await expectUnharmed(child);
  });

  // Express destroys the connection when it cannot tell of an error any more.
  test("an Express handler that throws after its deadline harms nobody else on the connection", async () => {
    const child = await serving("deadline.mjs", { node, env: { NODE_ENV: "test" } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const request = httpInvoke("GET", "/throws-later", oneSecond);
    expect(await send(child, { ...withId("late", request), agent })).toMatchObject({ status: 404 });
    await child.line("late answers late");

    const next = send(child, { ...withId("next", httpInvoke("GET", "/waits")), agent });
    await child.line(startOf("next"));
    child.process.kill("SIGUSR2");

    expect(await next).toMatchObject({ status: 200, fcStatus: "200", body: "done" });
  });

  test("a clock that is set back moves no deadline", async () => {
    const child = await serving("deadline.mjs", { node });
    const request = invoke("set the clock back", oneSecond);

    expect(await send(child, withId("back", request))).toMatchObject({ status: 404 });

    await child.line("back answers late");
    expectFailureByDeadline(child, "back");
    await expectUnharmed(child);
  });

  test("in mid-stream the deadline breaks the connection", async () => {
    const child = await serving("deadline.mjs", { node });
    const connection = await openConnection(child.port);

    connection.socket.write(headOf(withId("stream", httpInvoke("GET", "/stream", oneSecond))));
    await connection.until("first");
    await child.line("stream answers late");
    await connection.closed;

    expect(connection.received).toContain("x-fc-status: 200");
    expect(connection.received).not.toMatch(/late|\r\n0\r\n/);
    expectFailureByDeadline(child, "stream");
    await expectUnharmed(child);
  });

  test("a body that never ends meets the deadline too", async () => {
    const child = await serving("deadline.mjs", { node });
    const connection = await openConnection(child.port);
    const request = invoke("", { ...oneSecond, "content-length": 1000 });

    connection.socket.write(`${headOf(withId("endless", request))}a part`);
    await connection.until("HTTP/1.1 404 Not Found\r\nx-fc-status: 404");

    expect(linesOf(child, "endless")).toEqual([
      startOf("endless"),
      `endless [ERROR] ${passed}`,
      endOf("endless", "Unhandled"),
    ]);
    await expectUnharmed(child);
  });
});

function expectFailureByDeadline(child: Child, id: string): void {
  expect(linesOf(child, id).filter((line) => !line.startsWith(`${id} [ERROR]     at `))).toEqual([
    startOf(id),
    `${id} was aborted: FCRT_DEADLINE_PASSED`,
    `${id} [ERROR] ${passed}`,
    endOf(id, "Unhandled"),
    `${id} answers late`,
    // Express answers for what its handlers throw; of an event's handler it is told.
    ...(id === "throw" ? ["throw [ERROR] Error: too late"] : []),
  ]);
}

/** Fails unless the program serves as before, and knows of nothing in flight when it is to stop. */
async function expectUnharmed(child: Child): Promise<void> {
  expect(await send(child, httpInvoke("GET", "/quick"))).toMatchObject({ status: 200 });
  child.process.kill("SIGTERM");
  expect(await exitOf(child)).toBe(0);
  expectPairedMarkers(child);
  expect(child.stderr).toBe("");
}
