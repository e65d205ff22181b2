import { describe, expect, test } from "vitest";
import { endOf, exitOf, send, startOf, until, withId } from "../../process/program.ts";
import type { Child } from "../../support/child.ts";
import { nodeVersions } from "../../support/node-versions.ts";
import { invoke } from "../../support/platform-request.ts";
import { serving, storyOf } from "./program.ts";

const modes = [
  { how: "both at once", env: {} },
  { how: "both buffered", env: { FCRT_LOG_BUFFERED: "on" } },
  { how: "one buffered", env: { SECOND_BUFFERED: "yes" } },
];

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  describe.each(["an ES module", "CommonJS"])("served by %s", (SERVE) => {
    test.each(modes)(
      "an ESM and a CommonJS copy write the same IDs, in the order of the calls ($how)",
      async ({ env }) => {
        const child = await serving("copies.mjs", { node, env: { SERVE, ...env } });
        const ids = Array.from({ length: 10 }, (_, index) => `id-${index}`);
        const answers = await Promise.all(ids.map((id) => send(child, withId(id, invoke()))));
        for (const [index, id] of ids.entries()) {
          expect(JSON.parse(answers[index]?.body ?? "")).toEqual([id, id]);
          await child.line(endOf(id));
          const spoken = Array.from({ length: 100 }, (_, line) => `${id} [INFO] line ${line}`);
          expect(storyOf(child, id)).toEqual([startOf(id), ...spoken, endOf(id)]);
        }
        expect(child.lines.filter((line) => line.includes("inited"))).toHaveLength(1);
      },
    );
  });

  test("a level for one invocation holds for both copies", async () => {
    const child = await serving("copies.mjs", { node });
    await send(child, withId("level", invoke("level")));
    await child.line(endOf("level"));
    expect(storyOf(child, "level").slice(101)).toEqual([
      "level [DEBUG] the first says for the second",
      "level [DEBUG] the second says for the first",
      endOf("level"),
    ]);
  });

  test("late lines of both copies are told of once", async () => {
    const child = await serving("copies.mjs", { node });
    await send(child, withId("late", invoke("late")));
    child.process.kill("SIGUSR2");
    await child.line("late 3");
    await expectExit(child);
    expect(storyOf(child, "late").slice(102)).toEqual([
      "late [INFO] late 0",
      expect.stringMatching(/^late \[WARN\] Invocation late has ended/),
      ...[1, 2, 3].map((index) => `late [INFO] late ${index}`),
    ]);
  });
});

describe.each(["--import", "--require"])(
  "a program that %s register and uses the logger",
  (flag) => {
    const options = { nodeOptions: [flag, "@fcrt/logger/register"] };

    test("is told once of late lines", async () => {
      const child = await serving("registered.mjs", options);
      await send(child, withId("late", invoke("late")));
      child.process.kill("SIGUSR2");
      await child.line("latest");
      await expectExit(child);
      expect(storyOf(child, "late").slice(2)).toEqual([
        "late [INFO] late",
        expect.stringMatching(/^late \[WARN\] Invocation late has ended/),
        "late [INFO] later",
        "late [INFO] latest",
      ]);
    });

    test("can lower the level of what the console prints", async () => {
      const child = await serving("registered.mjs", options);
      await send(child, withId("level", invoke("level")));
      await child.line(endOf("level"));
      expect(storyOf(child, "level")).toContain("level [DEBUG] debugging");
    });

    test("can give the console back", async () => {
      const child = await serving("registered.mjs", options);
      await send(child, withId("back", invoke("back")));
      await child.line(endOf("back"));
      await until(() => child.lines.includes("raw") || child.lines.length > 4, "what is said raw");
      expect(child.lines).toEqual([
        expect.stringContaining("inited"),
        startOf("back"),
        expect.stringMatching(/ back \[INFO\] captured$/),
        "raw",
        endOf("back"),
      ]);
    });
  },
);

async function expectExit(child: Child): Promise<void> {
  child.process.kill("SIGTERM");
  expect(await exitOf(child)).toBe(0);
}
