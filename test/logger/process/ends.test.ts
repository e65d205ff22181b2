import { describe, expect, test } from "vitest";
import {
  endOf,
  exitOf,
  expectPairedMarkers,
  listening,
  send,
  startOf,
  until,
  withId,
} from "../../process/program.ts";
import type { Child } from "../../support/child.ts";
import { nodeVersions } from "../../support/node-versions.ts";
import { httpInvoke, invoke } from "../../support/platform-request.ts";
import type { PlatformRequest } from "../../support/platform-request.ts";
import { hasProc, serving, start, storyOf } from "./program.ts";

const buffered = { FCRT_LOG_BUFFERED: "on" };
const json = { FCRT_LOG_FORMAT: "json" };

const modes = [
  { how: "text, at once", file: "function.mjs", env: {} },
  { how: "json, buffered", file: "function.cjs", env: { ...json, ...buffered } },
  { how: "text, buffered", file: "function.mjs", env: buffered },
  { how: "json, at once", file: "function.cjs", env: json },
];

/** Every combination on the Node of the tests, two of them on each of the others. */
const runs = nodeVersions.flatMap((version) =>
  modes
    .filter((_, index) => version.path === process.execPath || index < 2)
    .map((mode) => ({ ...version, ...mode })),
);

/** How an invocation ends that has spoken before, and what is between its lines and its End marker. */
const endings = [
  { name: "success", deed: "nothing", failure: undefined, told: undefined },
  { name: "throw", deed: "throw", failure: "Unhandled", told: "Error: boom" },
  { name: "fail", deed: "fail", failure: "Handled", told: "enough" },
  { name: "rejection", deed: "reject elsewhere", failure: "Unhandled", told: "Error: boom" },
  {
    name: "deadline",
    deed: "pass the deadline",
    failure: "Unhandled",
    told: "FCRT_DEADLINE_PASSED: Expected an answer",
  },
] as const;

describe.each(runs)("on Node $version, $how", ({ path: node, file, env }) => {
  test("lines come before what their invocation is told, and before its End, however it ends", async () => {
    const child = await serving(file, { node, env });
    const calls = endings.flatMap((ending) => [
      { ...ending, id: `event-${ending.name}`, request: invoke(ending.deed, oneSecond) },
      { ...ending, id: `http-${ending.name}`, request: get(ending.deed, oneSecond) },
    ]);
    await Promise.all(calls.map(({ id, request }) => send(child, withId(id, request))));
    // A crash ends the process: it comes last.
    const crash = { id: "crash", failure: "Unhandled", told: "Error: boom" } as const;
    await send(child, withId(crash.id, invoke("crash")));
    expect(await exitOf(child)).toBe(1);

    for (const { id, failure, told } of [...calls, crash]) {
      const story = withoutStack(storyOf(child, id)).join("\n");
      const reason = told === undefined ? "" : `\n${id} [ERROR] ${told}`;
      const spoken = [startOf(id), ...spokenBy(id, env)].join("\n") + reason;
      expect(story.slice(0, spoken.length)).toBe(spoken);
      // Nothing is between the reason and the End.
      expect(story.slice(spoken.length)).toMatch(/^[^\n]*\n[^\n]*$/);
      expect(story.split("\n").at(-1)).toBe(endOf(id, failure));
    }
    expectPairedMarkers(child);
  });

  test("an exit in the midst leaves the lines, the reason and the End", async () => {
    const child = await serving(file, { node, env });
    expect(await send(child, withId("gone", invoke("exit")))).toMatchObject({ status: 404 });
    expect(await exitOf(child)).toBe(7);
    expect(withoutStack(storyOf(child, "gone"))).toEqual([
      startOf("gone"),
      ...spokenBy("gone", env),
      expect.stringContaining("gone [ERROR] FCRT_PROCESS_EXITED: The process exited with code 7"),
      endOf("gone", "Unhandled"),
    ]);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s waits for an invocation and leaves its lines before its End",
    async (signal) => {
      const child = await serving(file, { node, env: { ...env, DRAIN_TIMEOUT: "50" } });
      const answer = send(child, withId("stopped", invoke("pass the deadline")));
      await until(() => storyOf(child, "stopped").length > 4, "its lines");
      child.process.kill(signal);
      expect(await answer).toMatchObject({ status: 404 });
      expect(await exitOf(child)).toBe(0);
      expect(withoutStack(storyOf(child, "stopped"))).toEqual([
        startOf("stopped"),
        ...spokenBy("stopped", env),
        expect.stringContaining("stopped [ERROR] FCRT_DRAIN_TIMED_OUT"),
        endOf("stopped", "Unhandled"),
      ]);
    },
  );

  test("the first of several late lines is followed by one warning", async () => {
    const child = await serving(file, { node, env });
    expect(await send(child, withId("late", invoke("speak late")))).toMatchObject({ status: 200 });
    expect(await send(child, withId("timer", invoke("speak in a late timer")))).toMatchObject({
      status: 200,
    });
    child.process.kill("SIGUSR2");
    await until(() => storyOf(child, "late").at(-1)?.includes("latest") === true, "the last line");
    await until(() => storyOf(child, "timer").at(-1)?.includes("[WARN]") === true, "the warning");
    child.process.kill("SIGTERM");
    expect(await exitOf(child)).toBe(0);

    expect(afterEnd(child, "late")).toEqual([
      "late [INFO] late",
      expect.stringMatching(/^late \[WARN\] Invocation late has ended/),
      "late [INFO] later",
      expect.stringMatching(/^late \[INFO\] latest/),
    ]);
    expect(afterEnd(child, "timer")).toEqual([
      "timer [INFO] late",
      expect.stringMatching(/^timer \[WARN\] Invocation timer has ended/),
    ]);
  });

  test("requests are answered when stdout is closed, or full", async () => {
    const closed = await serving(file, { node, env });
    closed.process.stdout?.destroy();
    await expectAnswers(closed);
    closed.process.kill("SIGTERM");
    expect(await exitOf(closed)).toBe(0);
    expect(closed.stderr).toBe("");

    for (const redirection of ["> /dev/full", ">&-"]) {
      const child = await start(file, {
        node: "/bin/sh",
        nodeOptions: ["-c", `exec "$NODE" "$0" ${redirection}`],
        env: { NODE: node, ...env },
      });
      await listening(child.port);
      await expectAnswers(child);
      child.process.kill("SIGTERM");
      expect(await exitOf(child)).toBe(0);
      expect(child.stderr).toBe("");
    }
  });

  test.skipIf(!hasProc)("1,000 lines of one turn are a few writes only if buffered", async () => {
    const child = await serving(file, { node, env });
    const { body } = await send(child, invoke("count writes"));
    const { writes } = JSON.parse(body) as { writes: number };
    const [least, most] = "FCRT_LOG_BUFFERED" in env ? [1, 20] : [1000, Infinity];
    expect(writes).toBeGreaterThanOrEqual(least);
    expect(writes).toBeLessThanOrEqual(most);
  });
});

function get(deed: string, headers = {}): PlatformRequest {
  return httpInvoke("GET", `/${encodeURIComponent(deed)}`, headers);
}

const oneSecond = { "x-fc-function-timeout": "1" };

function spokenBy(id: string, env: object): string[] {
  if ("FCRT_LOG_FORMAT" in env)
    return ["[INFO] one", "[WARN] two", "[INFO] three", "[ERROR] four"].map(
      (line) => `${id} ${line}`,
    );
  return [
    `${id} [INFO] one`,
    `${id} [WARN] two {"from":"child","number":1}`,
    `${id} [INFO] three`,
    `${id} [ERROR] four`,
    `${id} [ERROR] TypeError: told`,
  ];
}

function withoutStack(story: readonly string[]): string[] {
  return story.filter((line) => !/ \[ERROR\] {5}at /.test(line));
}

function afterEnd(child: Child, id: string): string[] {
  const story = storyOf(child, id);
  return story.slice(story.indexOf(endOf(id)) + 1);
}

async function expectAnswers(child: Child): Promise<void> {
  const requests: PlatformRequest[] = [invoke("nothing"), get("nothing")];
  for (let round = 0; round < 5; round += 1)
    for (const request of requests)
      expect(await send(child, request)).toMatchObject({ status: 200, body: "done" });
}
