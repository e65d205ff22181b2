import { describe, expect, test } from "vitest";
import { call, linesOf } from "../../adopt/ways.ts";
import { endOf, exitOf, listening, startOf, until } from "../../process/program.ts";
import { nodeVersions } from "../../support/node-versions.ts";
import { saidIn, start, storyOf } from "./program.ts";

const register = "@fcrt/logger/register";
const core = "@fcrt/core/register";
const ready = "FunctionCompute fcrt runtime inited.";

const applications = [
  "plain.cjs",
  "express-4.cjs",
  "express-5.mjs",
  "koa.cjs",
  "fastify.mjs",
  "nest.mjs",
];

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test.each(applications)(
    "what %s prints before and after its body parser carries the request ID",
    async (application) => {
      const format = application.endsWith(".cjs") ? "cjs" : "mjs";
      const child = await start(`start.${format}`, {
        node,
        nodeOptions: [format === "cjs" ? "--require" : "--import", register],
        env: { APPLICATION: application },
      });
      await child.line(ready);
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ name: "Ada" });
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => call(child, "POST", "/json", { body, headers })),
      );
      for (const { id, body: answered, fcStatus } of answers) {
        expect(fcStatus).toBe("200");
        expect(JSON.parse(answered)).toEqual({ name: "Ada", scope: "inside" });
        await linesOf(child, id);
        const [first, ...rest] = storyOf(child, id);
        expect(first).toBe(startOf(id));
        // What it says when its response is finished is in time; when it is closed, that comes too late.
        const spoken = `${id} [INFO] the application speaks`;
        expect(rest.slice(0, 3)).toEqual([spoken, spoken, endOf(id)]);
        await until(() => storyOf(child, id).length === 7, `all lines of ${id}`);
        expect(storyOf(child, id).slice(4)).toEqual([
          spoken,
          spoken,
          expect.stringContaining(`${id} [WARN] Invocation ${id} has ended`),
        ]);
      }
      expect(child.lines.filter((line) => line === ready)).toHaveLength(1);
      expect(child.stderr).toBe("");
    },
  );

  test.each<[string, string, readonly string[]]>([
    ["--import, a CommonJS program", "start.cjs", ["--import", register]],
    ["--require, an ES module", "start.mjs", ["--require", register]],
    ["--import twice", "start.mjs", ["--import", register, "--import", register]],
    ["--require and --import", "start.cjs", ["--require", register, "--import", register]],
    ["core before it", "start.mjs", ["--import", core, "--import", register]],
    ["core after it", "start.mjs", ["--import", register, "--import", core]],
    ["core required, it imported", "start.cjs", ["--require", core, "--import", register]],
    ["it required, core imported", "start.mjs", ["--require", register, "--import", core]],
  ])("%s: adopted once, captured once", async (_what, program, nodeOptions) => {
    const child = await start(program, { node, nodeOptions, env: { APPLICATION: "plain.cjs" } });
    await child.line(ready);
    const { id, fcStatus } = await call(child, "GET", "/text");
    expect(fcStatus).toBe("200");
    await until(() => storyOf(child, id).length === 6, "all lines");
    const spoken = `${id} [INFO] the application speaks`;
    expect(storyOf(child, id)).toEqual([
      startOf(id),
      spoken,
      endOf(id),
      spoken,
      spoken,
      expect.stringContaining(`${id} [WARN] Invocation ${id} has ended`),
    ]);
    expect(child.lines.filter((line) => line === ready)).toHaveLength(1);
    expect(child.stderr).toBe("");
  });

  test.each([
    ["silent.mjs", "--import"],
    ["silent.cjs", "--require"],
    ["silent.cjs", "--import"],
  ])("a program without a server, %s with %s, speaks in lines and ends", async (file, flag) => {
    const child = await start(file, { node, nodeOptions: [flag, register] });
    expect(await exitOf(child)).toBe(0);
    expect(storyOfAll(child.lines)).toEqual([
      "written by itself",
      "- [INFO] first line",
      "- [INFO] second line { number: 1 }",
      "- [WARN] warning",
      "- [ERROR] TypeError: told",
      "written again",
    ]);
    expect(child.stderr).toBe("as it was\n");
  });

  test("a crash of a program without a server is told in lines", async () => {
    const options = { node, nodeOptions: ["--import", register], env: { ENDING: "crash" } };
    const child = await start("silent.mjs", options);
    expect(await exitOf(child)).toBe(1);
    expect(storyOfAll(child.lines).at(-1)).toBe("- [ERROR] Error: boom");
    expect(child.stderr).toBe("as it was\n");
  });

  test.each([
    ["FCRT_LOG_FORMAT", "xml"],
    ["FCRT_LOG_MULTILINE", "some"],
    ["FCRT_LOG_BUFFERED", "often"],
    ["FCRT_LOG_DEBUG_SAMPLE", "2"],
    ["FCRT_LOG_DEBUG_SAMPLE", "half"],
    ["FCRT_LOG_BUFFER_UNTIL_ERROR", "loud"],
    ["FCRT_MARKERS", "some"],
  ])("%s=%s is told in one line, and the program does not start", async (name, value) => {
    for (const [file, flag] of [
      ["silent.mjs", "--import"],
      ["silent.cjs", "--require"],
    ] as const) {
      const child = await start(file, {
        node,
        nodeOptions: [flag, register],
        env: { [name]: value },
      });
      expect(await exitOf(child)).toBe(1);
      expect(child.stderr).toBe("");
      expect(child.lines).toHaveLength(1);
      const { level, message } = saidIn(child.lines[0] ?? "");
      expect(level).toBe("ERROR");
      expect(message).toMatch(/^Expected `.+` to be .+, got `.+`$/);
      expect(message).toContain(name);
      expect(message).toContain(value);
    }
  });
});

describe("options by environment", () => {
  const run = async (env: Record<string, string>): Promise<readonly string[]> => {
    const child = await start("silent.mjs", { nodeOptions: ["--import", register], env });
    expect(await exitOf(child)).toBe(0);
    expect(child.stderr).toBe("as it was\n");
    return child.lines;
  };

  test("FCRT_LOG_FORMAT=json makes objects", async () => {
    const lines = await run({ FCRT_LOG_FORMAT: "json" });
    const records = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    expect(records).toEqual([
      lineWith("info", "first line\nsecond line { number: 1 }"),
      lineWith("warn", "warning"),
      lineWith("error", expect.stringMatching(/^TypeError: told\n {4}at /)),
    ]);
    expect(lines).toHaveLength(5);
  });

  test.each(["warn", "WARN", "Warn"])("FCRT_LOG_LEVEL=%s hides what is lower", async (level) => {
    const lines = storyOfAll(await run({ FCRT_LOG_LEVEL: level }));
    expect(lines).toEqual([
      "written by itself",
      "- [WARN] warning",
      "- [ERROR] TypeError: told",
      "written again",
    ]);
  });

  test("FCRT_LOG_LEVEL=debug shows what is lower", async () => {
    expect(storyOfAll(await run({ FCRT_LOG_LEVEL: "debug" }))).toContain("- [DEBUG] debugging");
  });

  test("FCRT_LOG_LEVEL=loud is told once and means info", async () => {
    const lines = storyOfAll(await run({ FCRT_LOG_LEVEL: "loud" }));
    expect(lines[0]).toMatch(/^- \[WARN\] Expected `FCRT_LOG_LEVEL` to be one of .+, got `loud`/);
    expect(lines.filter((line) => line.includes("loud"))).toHaveLength(1);
    expect(lines).toContain("- [INFO] first line");
    expect(lines).not.toContain("- [DEBUG] debugging");
  });

  test.each([
    ["indent", ["- [INFO] first line", "  second line { number: 1 }"]],
    ["escape", [String.raw`- [INFO] first line\nsecond line { number: 1 }`]],
  ])("FCRT_LOG_MULTILINE=%s", async (multiline, expected) => {
    const lines = storyOfAll(await run({ FCRT_LOG_MULTILINE: multiline }), false);
    expect(lines.slice(1, 1 + expected.length)).toEqual(expected);
  });

  test("FCRT_LOG_BUFFERED=on comes at the end of the turn", async () => {
    // What the program writes itself overtakes, which is what is traded.
    const lines = storyOfAll(await run({ FCRT_LOG_BUFFERED: "on" }));
    expect(lines).toEqual([
      "written by itself",
      "written again",
      "- [INFO] first line",
      "- [INFO] second line { number: 1 }",
      "- [WARN] warning",
      "- [ERROR] TypeError: told",
    ]);
  });

  test("FCRT_MARKERS=off leaves the markers to the application, and the IDs are there", async () => {
    const child = await start("start.cjs", {
      nodeOptions: ["--require", register],
      env: { APPLICATION: "plain.cjs", FCRT_MARKERS: "off" },
    });
    await listening(child.port);
    const { id } = await call(child, "GET", "/text");
    await until(() => storyOf(child, id).length >= 3, "its lines");
    expect(storyOf(child, id)[0]).toBe(`${id} [INFO] the application speaks`);
    expect(child.stdout).not.toMatch(/^(FC |FunctionCompute )/m);
  });
});

function lineWith(level: string, msg: unknown): object {
  return { time: expect.stringMatching(/^[-\d]+T[.:\d]+Z$/), level, requestId: "-", msg };
}

/** Lines without their time, and without the frames of stacks; what is no line stands as it is. */
function storyOfAll(lines: readonly string[], withoutStack = true): string[] {
  return lines
    .map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} /, ""))
    .filter((line) => !withoutStack || !/^- \[ERROR\] {5}at /.test(line));
}
