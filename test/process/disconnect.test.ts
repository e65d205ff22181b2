import { describe, expect, test } from "vitest";
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
import type { Connection } from "./program.ts";

const partly = { "content-length": 1000 };
const chunked = { "transfer-encoding": "chunked" };

const running = [
  { when: "while an event runs", head: invoke("", { "content-length": 0 }) },
  { when: "while an HTTP request runs", head: httpInvoke("GET", "/") },
  {
    when: "while the body of an HTTP request is sent",
    head: httpInvoke("POST", "/", partly),
    body: "a part",
  },
];

const unstarted = [
  { when: "the body of an event", head: invoke("", partly), body: "a part" },
  { when: "the chunks of an event", head: invoke("", chunked), body: "6\r\na part\r\n" },
];

const goings = [
  { how: "resets", leave: ({ socket }: Connection) => socket.resetAndDestroy() },
  { how: "closes", leave: ({ socket }: Connection) => socket.destroy() },
  { how: "half-closes", leave: ({ socket }: Connection) => socket.end() },
];

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  describe.each(goings)("a client that $how its connection", ({ leave }) => {
    test.each(running)("$when ends the invocation in failure", async ({ head, body = "" }) => {
      const child = await serving("disconnect.mjs", { node });
      const connection = await openConnection(child.port);
      connection.socket.write(headOf(withId("gone", head)) + body);
      await child.line("gone runs");

      leave(connection);
      await child.line("gone answers late");

      const [start, ...lines] = linesOf(child, "gone").filter((line) => !line.startsWith("gone"));
      expect([start, lines.at(-1)]).toEqual([startOf("gone"), endOf("gone", "Unhandled")]);
      expect(linesOf(child, "gone")).toContain("gone was aborted: FCRT_CLIENT_DISCONNECTED");
      expect(linesOf(child, "gone")).toContain(
        "gone [ERROR] FCRT_CLIENT_DISCONNECTED: The client disconnected before the response was complete",
      );
      await expectUnharmed(child);
    });

    test.each(unstarted)("while it sends $when ends the invocation", async ({ head, body }) => {
      const child = await serving("disconnect.mjs", { node });
      const connection = await openConnection(child.port);
      connection.socket.write(headOf(withId("gone", head)) + body);
      await child.line(startOf("gone"));

      leave(connection);
      await child.line(endOf("gone", "Unhandled"));

      // Half an event is none: the handler has not seen it.
      expect(child.stdout).not.toContain("gone runs");
      await expectUnharmed(child);
    });

    test("with requests that wait for their turn ends them all", async () => {
      const child = await serving("disconnect.mjs", { node });
      const connection = await openConnection(child.port);
      const ids = Array.from({ length: 20 }, (_, index) => `gone-${index}`);
      const heads = ids.map((id) => headOf(withId(id, httpInvoke("GET", "/"))));
      connection.socket.write(heads.join(""));
      for (const id of ids) await child.line(`${id} runs`);

      leave(connection);
      for (const id of ids) await child.line(`${id} answers late`);

      for (const id of ids) expect(linesOf(child, id)).toContain(endOf(id, "Unhandled"));
      await expectUnharmed(child);
    });

    test("in mid-stream ends the invocation with the verdict that the client has seen", async () => {
      const child = await serving("disconnect.mjs", { node });
      const connection = await openConnection(child.port);
      connection.socket.write(headOf(withId("gone", httpInvoke("GET", "/stream"))));
      await connection.until("first");

      leave(connection);
      await child.line("gone answers late");

      expect(connection.received).toContain("x-fc-status: 200");
      expect(linesOf(child, "gone")).toEqual([
        startOf("gone"),
        "gone runs",
        "gone [WARN] The client disconnected before the response was complete",
        "gone was aborted: FCRT_CLIENT_DISCONNECTED",
        endOf("gone"),
        "gone answers late",
      ]);
      await expectUnharmed(child);
    });
  });
});

/** Fails unless the program serves as before, and knows of nothing in flight when it is to stop. */
async function expectUnharmed(child: Child): Promise<void> {
  expect(await send(child, invoke("quick"))).toMatchObject({ status: 200, body: "done" });
  child.process.kill("SIGTERM");
  expect(await exitOf(child)).toBe(0);
  expectPairedMarkers(child);
  expect(child.stderr).toBe("");
}
