import { describe, expect, test } from "vitest";
import { nodeVersions } from "../support/node-versions.ts";
import { httpInvoke, invoke } from "../support/platform-request.ts";
import {
  endOf,
  exitOf,
  expectPairedMarkers,
  linesOf,
  refused,
  send,
  serving,
  startOf,
  succeeded,
  withId,
} from "./program.ts";

const sources = [
  "a promise that nobody awaits",
  "an async callback",
  "a promise that is rejected later",
];

const culprits = sources.flatMap((source) => [
  { source, kind: "an event", request: invoke(source) },
  {
    source,
    kind: "an HTTP request",
    request: httpInvoke("GET", `/${encodeURIComponent(source)}`),
  },
]);

const neighbor = withId("neighbor", invoke("nothing"));

describe.each(nodeVersions)("an unhandled rejection on Node $version", ({ path: node }) => {
  test.each(culprits)(
    "of $source in $kind fails that invocation, and the process stays up",
    async ({ request }) => {
      const child = await serving("rejection.mjs", { node });
      const beside = send(child, neighbor);
      await child.line(startOf("neighbor"));

      const answer = await send(child, withId("culprit", request));
      expect([answer.status, answer.fcStatus]).toEqual([404, "404"]);
      const after = send(child, withId("after", invoke("nothing")));
      await child.line(startOf("after"));
      child.process.kill("SIGUSR2");

      expect(await beside).toMatchObject({ status: 200, fcStatus: "200", body: "done" });
      expect(await after).toMatchObject({ status: 200, fcStatus: "200", body: "done" });
      const lines = linesOf(child, "culprit");
      expect(lines[1]).toMatch(/^culprit \[ERROR\] (Error: )?boom$/);
      expect(lines.at(-1)).toBe(endOf("culprit", "Unhandled"));
      expect(linesOf(child, "neighbor")).toEqual(succeeded("neighbor"));
      expect(child.process.exitCode).toBeNull();
      child.process.kill("SIGTERM");
      expect(await exitOf(child)).toBe(0);
      expectPairedMarkers(child);
      expect(child.stderr).toBe("");
    },
  );

  test('with `afterRejection: "exit"` ends the process when the neighbors are done', async () => {
    const child = await serving("rejection.mjs", { node, env: { AFTER_REJECTION: "exit" } });
    const beside = send(child, neighbor);
    await child.line(startOf("neighbor"));

    expect(await send(child, withId("culprit", invoke("an async callback")))).toMatchObject({
      status: 404,
      fcStatus: "404",
    });
    await refused(child.port);
    child.process.kill("SIGUSR2");

    expect(await beside).toMatchObject({ status: 200, body: "done" });
    expect(await exitOf(child)).toBe(1);
    expect(linesOf(child, "culprit").at(-1)).toBe(endOf("culprit", "Unhandled"));
    expect(child.lines.at(-1)).toBe(endOf("neighbor"));
    expectPairedMarkers(child);
  });

  test("of no invocation is a line without request ID, and the process drains", async () => {
    const child = await serving("rejection.mjs", { node, env: { REJECTION: "outside" } });
    const beside = send(child, neighbor);
    await child.line(startOf("neighbor"));

    child.process.kill("SIGHUP");
    await refused(child.port);
    child.process.kill("SIGUSR2");

    expect(await beside).toMatchObject({ status: 200, body: "done" });
    expect(await exitOf(child)).toBe(1);
    expect(linesOf(child, "-")[0]).toBe("- [ERROR] Error: boom");
    expectPairedMarkers(child);
  });

  test("of an invocation that has ended is one line with its request ID", async () => {
    const child = await serving("rejection.mjs", { node });
    const beside = send(child, neighbor);
    await child.line(startOf("neighbor"));

    expect(await send(child, withId("culprit", invoke("a signal")))).toMatchObject({ status: 200 });
    child.process.kill("SIGHUP");
    await child.line("culprit [ERROR] boom");
    child.process.kill("SIGUSR2");

    expect(await beside).toMatchObject({ status: 200, body: "done" });
    expect(linesOf(child, "culprit")).toEqual([...succeeded("culprit"), "culprit [ERROR] boom"]);
    expect(child.process.exitCode).toBeNull();
  });
});
