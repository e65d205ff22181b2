import { execFileSync } from "node:child_process";
import { constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { exitOf, until } from "../../process/program.ts";
import type { Child } from "../../support/child.ts";
import { nodeVersions } from "../../support/node-versions.ts";
import { hasProc, messagesOf, peakMemoryOf, start, stuck } from "./program.ts";

const modules = ["speak.mjs", "speak.cjs"] as const;
const speakers = ["logger", "console"] as const;
const formats = ["text", "json"] as const;
const buffered = { FCRT_LOG_BUFFERED: "on" };

const flood = { COUNT: "20000", ENDING: "exit" };

const ways = speakers.flatMap((speaker) => formats.map((format) => ({ speaker, format })));

const touches = [
  { pipe: "a pipe", touch: {} },
  { pipe: "a pipe that user code has made non-blocking", touch: { TOUCH: "yes" } },
];

/** How a program ends, and what is then on stdout beside its lines. */
const endings = [
  { ending: "nothing", code: 0, after: [] },
  { ending: "exit", code: 3, after: [] },
  { ending: "crash", code: 1, after: ["Error: boom"] },
  { ending: "rejection", code: 1, after: ["Error: boom"] },
  { ending: "signal", code: 0, after: [] },
];

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test.each(ways)(
    "a kill right after the last of 50 lines leaves 50 of 50 ($speaker, $format)",
    async ({ speaker, format }) => {
      const env = { ENDING: "kill", WITH: speaker, FCRT_LOG_FORMAT: format };
      const children = await Promise.all(modules.map((file) => start(file, { node, env })));
      for (const child of children) {
        expect(await exitOf(child)).toBe("SIGKILL");
        expect(messagesOf(child.lines)).toEqual(numbered(50));
      }
    },
  );

  test("`buffered` trades that: a kill leaves none of this turn's lines", async () => {
    const child = await start("speak.mjs", { node, env: { ENDING: "kill", ...buffered } });
    expect(await exitOf(child)).toBe("SIGKILL");
    expect(child.stdout).toBe("");
  });

  test.each(touches)(
    "an exit right after 20,000 lines to $pipe whose reader sleeps leaves all",
    async ({ touch }) => {
      const env = { ...flood, ...touch };
      await Promise.all([
        start("speak.mjs", { node, env }).then(expectFlood),
        start("speak.cjs", { node, env: { ...env, WITH: "console" } }).then(expectFlood),
      ]);
    },
  );

  test.each(endings)(
    "buffered lines are all there after the end by $ending, and before what it says",
    async ({ ending, code, after }) => {
      const env = { ENDING: ending, ...buffered };
      const children = await Promise.all(modules.map((file) => start(file, { node, env })));
      for (const child of children) {
        expect(await exitOf(child)).toBe(code);
        const messages = messagesOf(child.lines).filter((message) => !/^\s+at /.test(message));
        expect(messages).toEqual([...numbered(50), ...after]);
      }
    },
  );

  test("20,000 buffered lines survive an exit while the reader sleeps", async () => {
    const env = { ...flood, ...buffered, TOUCH: "yes" };
    await expectFlood(await start("speak.mjs", { node, env }));
  });

  test.each([
    { how: "at once", env: {} },
    { how: "buffered", env: buffered },
  ])("a program whose stdout is closed goes on to its end ($how)", async ({ env }) => {
    const children = await Promise.all([
      redirected(node, ">&-", env),
      redirected(node, "> /dev/full", env),
      start("speak.mjs", { node, env: { COUNT: "20000", ...env } }),
    ]);
    children.at(-1)?.process.stdout?.destroy();
    for (const child of children) {
      expect(await exitOf(child)).toBe(0);
      expect(child.stderr).toBe("starts\ndone\n");
    }
  });
});

// What Node spawns has a socket pair for its stdout; the platform has a pipe.
test.each(touches)("20,000 lines to a named pipe, $pipe, are all read", async ({ touch }) => {
  const pipe = join(temporaryFolder(), "pipe");
  execFileSync("mkfifo", [pipe]);
  const descriptor = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const reader = new Socket({ fd: descriptor, writable: false }).setEncoding("utf8");
  onTestFinished(() => void reader.destroy());
  const env = { ...flood, ...touch };
  const child = await redirected(process.execPath, `> '${pipe}'`, env);
  await until(() => child.stderr.includes("starts\n"), "a start");
  await stuck(child);
  expect(child.stderr).toBe("starts\n");

  let text = "";
  reader.on("data", (read: string) => (text += read));
  expect(await exitOf(child)).toBe(3);
  await until(() => text.endsWith(" line 20000\n"), "the last line");
  const lines = text.split("\n").slice(0, -1);
  expect(messagesOf(lines.filter((line) => line !== "touched"))).toEqual(numbered(20_000));
});

test.skipIf(!hasProc).each([
  { how: "at once", env: {} },
  { how: "buffered", env: buffered },
])("a reader that stalls costs no memory ($how)", async ({ env }) => {
  // 200 MB, of which a stalled pipe takes a few hundred KB.
  const size = { COUNT: "200000", PADDING: "1000" };
  const child = await start("speak.mjs", { env: { ...size, ...env } });
  child.process.stdout?.pause();
  await until(() => child.stderr.includes("starts\n"), "a start");
  await stuck(child);

  expect(child.stderr).toBe("starts\n");
  expect(peakMemoryOf(child)).toBeLessThan(100);
});

/** Lets the program write until the pipe is full, then reads. */
async function expectFlood(child: Child): Promise<void> {
  child.process.stdout?.pause();
  await until(() => child.stderr.includes("starts\n"), "a start");
  await stuck(child);
  expect(child.stderr).toBe("starts\n");
  child.process.stdout?.resume();
  expect(await exitOf(child)).toBe(3);
  expect(child.stderr).toBe("starts\ndone\n");
  const lines = child.lines.filter((line) => line !== "touched");
  expect(messagesOf(lines)).toEqual(numbered(20_000));
}

/** Starts the fixture through a shell that redirects its stdout. */
async function redirected(
  node: string,
  redirection: string,
  env: Record<string, string>,
): Promise<Child> {
  return start("speak.mjs", {
    node: "/bin/sh",
    nodeOptions: ["-c", `exec "$NODE" "$0" ${redirection}`],
    env: { NODE: node, ...env },
  });
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fcrt-logger-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
