import { execFileSync } from "node:child_process";
import { constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { startChild } from "../support/child.ts";
import type { Child } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { invoke } from "../support/platform-request.ts";
import {
  endOf,
  exitOf,
  listening,
  pathOf,
  send,
  serving,
  startOf,
  until,
  withId,
} from "./program.ts";

const blocking = { pipe: "a pipe", env: {} };
const nonBlocking = {
  pipe: "a pipe that user code has made non-blocking",
  env: { TOUCH: "yes" },
};
const touches = [blocking, nonBlocking];

const floods = ["one failure", "many failures"] as const;

/** Every combination on the Node of the tests, the hardest one on each of the others. */
const pauses = nodeVersions.flatMap((version) =>
  version.path === process.execPath
    ? touches.flatMap((touch) => floods.map((flood) => ({ ...version, ...touch, flood })))
    : [{ ...version, ...nonBlocking, flood: floods[1] }],
);

const numbered = Array.from({ length: 20_000 }, (_, index) => `number ${index} of many`);

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test.each(["nothing", "speak", "write"])(
    "requests go on when nobody reads stdout any more, and the handler does %s",
    async (what) => {
      const child = await serving("stdout.mjs", { node });

      child.process.stdout?.destroy();
      for (let round = 0; round < 10; round++)
        expect(await send(child, invoke(what))).toMatchObject({ status: 200, body: "done" });

      child.process.kill("SIGTERM");
      expect(await exitOf(child)).toBe(0);
      expect(child.stderr).toBe("");
    },
  );

  test("what `console` has queued for a slow reader outlives an exit by a signal", async () => {
    const child = await serving("stdout.mjs", { node });
    const flood = send(child, withId("flood", invoke("console")));
    await child.line(startOf("flood"));

    child.process.stdout?.pause();
    child.process.kill("SIGUSR2");
    child.process.kill("SIGTERM");
    await pause(100);
    child.process.stdout?.resume();

    expect(await flood).toMatchObject({ status: 200, body: "done" });
    expect(await exitOf(child)).toBe(0);
    // Node hands on what it has queued when it can, so a marker may come in between.
    const spoken = child.stdout.replace(/F(C|unctionCompute) .*\n/g, "");
    expect(spoken === `${numbered.join("\n")}\n` || spoken.length).toBe(true);
  });
});

test.each(pauses)(
  "no line of $flood to $pipe is lost on Node $version when its reader pauses for a second",
  async ({ path: node, env, flood }) => {
    const child = await serving("stdout.mjs", { node, env });

    child.process.stdout?.pause();
    const answer = send(child, withId("flood", invoke(flood)));
    await pause(1000);
    expect(child.stdout).not.toContain(endOf("flood"));
    child.process.stdout?.resume();

    expect(await answer).toMatchObject({ status: 404, fcStatus: "404" });
    await child.line(endOf("flood", "Handled"));
    const lines = child.lines.slice(child.lines.indexOf(startOf("flood")));
    expect(lines.at(-1)).toBe(endOf("flood", "Handled"));
    // The first of many reasons is the one that the invocation ends with.
    const expected = flood === "one failure" ? numbered : [...numbered.slice(1), numbered[0]];
    expect(messagesOf(lines.slice(1, -1))).toEqual(expected);
  },
);

describe("stdout that the shell has redirected", () => {
  test("to a file holds every line", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "stdout");
    const child = await redirected(`> '${file}'`);

    expect(await send(child, withId("flood", invoke("many failures")))).toMatchObject({
      status: 404,
    });

    const lines = readFileSync(file, "utf8").split("\n").slice(1, -1);
    expect([lines[0], lines.at(-1)]).toEqual([startOf("flood"), endOf("flood", "Handled")]);
    expect(messagesOf(lines.slice(1, -1))).toHaveLength(numbered.length);
    child.process.kill("SIGTERM");
    expect(await exitOf(child)).toBe(0);
  });

  test.skipIf(!existsSync("/dev/full")).each([
    { where: "to a full disk", redirection: "> /dev/full" },
    { where: "to nowhere", redirection: ">&-" },
  ])("$where keeps no request from its answer", async ({ redirection }) => {
    const child = await redirected(redirection);

    for (const what of ["nothing", "one failure", "speak", "nothing"])
      expect(await send(child, invoke(what))).toMatchObject({
        status: what === "one failure" ? 404 : 200,
      });

    child.process.kill("SIGTERM");
    expect(await exitOf(child)).toBe(0);
  });

  // What Node spawns has a socket pair for its stdout; the platform has a pipe.
  describe.each(touches)("to a named pipe, $pipe", ({ env }) => {
    test("loses nothing when the reader pauses for a second, and survives its end", async () => {
      const pipe = join(temporaryFolder(), "pipe");
      execFileSync("mkfifo", [pipe]);
      const reader = new Socket({
        fd: openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK),
        writable: false,
      });
      let text = "";
      reader.setEncoding("utf8").on("data", (read: string) => (text += read));
      const child = await redirected(`> '${pipe}'`, env);
      reader.pause();

      const flood = send(child, withId("flood", invoke("many failures")));
      await pause(1000);
      reader.resume();
      expect(await flood).toMatchObject({ status: 404, fcStatus: "404" });
      const end = endOf("flood", "Handled");
      await until(() => text.endsWith(`${end}\n`), end);
      const lines = text.split("\n").slice(0, -1);
      expect(messagesOf(lines.slice(lines.indexOf(startOf("flood")) + 1, -1))).toEqual([
        ...numbered.slice(1),
        numbered[0],
      ]);

      reader.destroy();
      for (let round = 0; round < 10; round++)
        expect(await send(child, invoke("nothing"))).toMatchObject({ status: 200, body: "done" });
      child.process.kill("SIGTERM");
      expect(await exitOf(child)).toBe(0);
    });
  });
});

/** Starts the fixture through a shell that redirects its stdout, and waits until it serves. */
async function redirected(redirection: string, env: Record<string, string> = {}): Promise<Child> {
  const child = await startChild(pathOf("stdout.mjs"), {
    node: "/bin/sh",
    nodeOptions: ["-c", `exec "$NODE" "$0" ${redirection}`],
    env: { NODE: process.execPath, ...env },
  });
  await listening(child.port);
  return child;
}

function messagesOf(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\S+ flood \[ERROR\] /, ""));
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fcrt-stdout-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
