import { setTimeout as pause } from "node:timers/promises";
import { serve } from "@fcrt/core";
import type { Runtime } from "@fcrt/core";
import { expect, onTestFinished, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { httpInvoke, invoke } from "../support/platform-request.ts";
import {
  endOf,
  exitOf,
  expectPairedMarkers,
  headOf,
  openConnection,
  refused,
  send,
  serving,
  startOf,
  succeeded,
  until,
  within,
  withId,
} from "./program.ts";

const stdout = captureStdout();
const empty = { "content-length": 0 };

test("`close` accepts nothing more and waits for what is in flight", async () => {
  const { runtime, release } = await waiting();
  const event = send(runtime, withId("event", invoke()));
  const http = send(runtime, withId("http", httpInvoke()));
  await started("event", "http");

  let settled = false;
  const closed = runtime.close().then(() => (settled = true));
  await refused(runtime.port);
  expect(settled).toBe(false);
  release();

  expect(await event).toMatchObject({ status: 200, body: "done" });
  expect(await http).toMatchObject({ status: 200, body: "done" });
  await within(closed, "the runtime to close");
  expect(stdout.lines).toEqual(
    expect.arrayContaining([...succeeded("event"), ...succeeded("http")]),
  );
  expectPairedMarkers(stdout);
});

test("`close` fails what outlasts `drainTimeout`", async () => {
  const { runtime } = await waiting(50);
  const event = send(runtime, withId("event", invoke()));
  await started("event");

  await within(runtime.close(), "the runtime to close");

  expect(await event).toMatchObject({ status: 404, fcStatus: "404" });
  expect(stdout.lines.at(-1)).toBe(endOf("event", "Unhandled"));
});

test("`close` closes connections that are idle, silent or half-way into a request", async () => {
  const { runtime, release } = await waiting();
  release();
  const idle = await openConnection(runtime.port);
  idle.socket.write(headOf(invoke("", empty)));
  await idle.until("done");
  const silent = await openConnection(runtime.port);
  const begun = await openConnection(runtime.port);
  begun.socket.write("POST /invoke HTTP/1.1\r\nx-fc-");

  await within(runtime.close(), "the runtime to close");

  const closed = Promise.all([idle.closed, silent.closed, begun.closed]);
  await expect(within(closed, "all connections to be closed")).resolves.toHaveLength(3);
});

test("`close` can be called again, at once and later", async () => {
  const { runtime, release } = await waiting();
  const event = send(runtime, invoke());
  await started("1-67a59f35-150c1267-f381ba1c085c");

  const both = Promise.all([runtime.close(), runtime.close()]);
  release();
  await within(both, "the runtime to close");
  await within(runtime.close(), "the runtime to stay closed");

  expect(await event).toMatchObject({ status: 200 });
});

test("`close` waits for what extensions do at the stop, after the last invocation", async () => {
  const seen: string[] = [];
  let deliver = (): void => {};
  const delivered = new Promise<void>((resolve) => (deliver = resolve));
  const runtime = await serve(
    { invoke: () => void seen.push("handler") },
    {
      port: 0,
      host: "127.0.0.1",
      extensions: [
        { stop: () => delivered.then(() => void seen.push("stopped")) },
        {
          stop() {
            throw new Error("stop failed");
          },
        },
      ],
    },
  );
  await send(runtime, invoke());

  const closed = runtime.close().then(() => seen.push("closed"));
  await refused(runtime.port);
  expect(seen).toEqual(["handler"]);
  deliver();
  await within(closed, "the runtime to close");

  expect(seen).toEqual(["handler", "stopped", "closed"]);
  expect(stdout.text).toContain("stop failed");
});

test.each(nodeVersions)("after `close` nothing keeps Node $version running", async ({ path }) => {
  const child = await serving("close.mjs", { node: path });
  expect(await send(child, invoke())).toMatchObject({ status: 200 });

  child.process.kill("SIGUSR2");

  expect(await exitOf(child)).toBe(0);
  expect(child.lines.at(-1)).toBe("closed");
  // The program ends on its own terms: nobody has announced a stop.
  expect(child.stdout).not.toContain("preStop runs");
});

test("a connection that is idle for over 6 seconds takes the next POST", async () => {
  const { runtime, release } = await waiting();
  release();
  const connection = await openConnection(runtime.port);
  connection.socket.write(headOf(withId("first", invoke("", empty))));
  await connection.until("done");

  // Node's own limit is 5 seconds, looked after every second or so.
  await pause(6500);
  connection.socket.write(headOf(withId("second", invoke("", empty))));

  await until(() => connection.received.split("done").length === 3, "a second answer");
  expect(stdout.lines).toEqual(expect.arrayContaining(succeeded("second")));
});

/** A runtime whose invocations wait until they are released. */
async function waiting(drainTimeout = 60_000): Promise<{ runtime: Runtime; release(): void }> {
  const { promise, resolve } = withResolvers();
  const runtime = await serve(
    {
      invoke: async () => promise.then(() => "done"),
      http: (_request, response) => void promise.then(() => response.end("done")),
    },
    { port: 0, host: "127.0.0.1", drainTimeout },
  );
  onTestFinished(async () => {
    resolve();
    await runtime.close();
  });
  return { runtime, release: resolve };
}

function withResolvers(): { promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

async function started(...requestIds: readonly string[]): Promise<void> {
  for (const requestId of requestIds)
    await until(() => stdout.lines.includes(startOf(requestId)), startOf(requestId));
}
