import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { serve } from "@fcrt/core";
import { parseLine } from "@fcrt/core/protocol";
import { createLogger, withLevel } from "@fcrt/logger";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { invoke, sendTo } from "../../support/platform-request.ts";
import { serveOnce } from "./in-invocation.ts";

const captured = captureStdout();

describe("withLevel", () => {
  test("holds for what the function does, across awaits, timers and children", async () => {
    const logger = createLogger({ level: "info" });
    const child = logger.child({ a: 1 });
    const result = await withLevel("debug", async () => {
      logger.debug("at once");
      await turn();
      child.debug("after an await");
      await new Promise<void>((resolve) => {
        setTimeout(() => {
          logger.child({ b: 2 }).debug("in a timer");
          resolve();
        }, 0);
      });
      logger.trace("too quiet still");
      return "result";
    });

    expect(result).toBe("result");
    expect(messages()).toEqual(["at once", 'after an await {"a":1}', 'in a timer {"b":2}']);
  });

  test("holds there only", async () => {
    const logger = createLogger({ level: "info" });
    const { promise: started, resolve: start } = deferred();
    const { promise: finished, resolve: finish } = deferred();
    const inside = withLevel("debug", async () => {
      start();
      await finished;
      logger.debug("inside");
    });
    await started;
    logger.debug("outside, at the same time");
    finish();
    await inside;
    logger.debug("afterwards");

    expect(logger.level).toBe("info");
    expect(messages()).toEqual(["inside"]);
  });

  test("holds for one invocation of two at once", async () => {
    const logger = createLogger({ level: "info" });
    const meet = barrier(2);
    const ids = await Promise.all([
      serveOnce(() =>
        withLevel("debug", async () => {
          await meet();
          logger.debug("debug of the first");
        }),
      ),
      serveOnce(async () => {
        await meet();
        logger.debug("debug of the second");
        logger.info("info of the second");
      }),
    ]);

    expect(linesOf(ids[0].id)).toEqual(["DEBUG debug of the first"]);
    expect(linesOf(ids[1].id)).toEqual(["INFO info of the second"]);
  });

  test("may make it quieter, may be nested, and hands on what is thrown", () => {
    const logger = createLogger({ level: "info" });
    withLevel("error", () => {
      logger.info("quiet");
      withLevel("trace", () => logger.trace("loud"));
      logger.warn("quiet again");
    });
    expect(() =>
      withLevel("debug", () => {
        throw new Error("thrown");
      }),
    ).toThrow("thrown");
    logger.debug("no more");

    expect(messages()).toEqual(["loud"]);
  });

  test("tells isLevelEnabled", () => {
    const logger = createLogger({ level: "info" });

    expect(logger.isLevelEnabled("debug")).toBe(false);
    expect(withLevel("debug", () => logger.isLevelEnabled("debug"))).toBe(true);
    expect(withLevel("debug", () => logger.child({}).isLevelEnabled("debug"))).toBe(true);
    expect(withLevel("error", () => logger.isLevelEnabled("warn"))).toBe(false);
  });

  test("with a level that the logger does not know changes nothing", () => {
    const logger = createLogger({ level: "info" });
    withLevel("loud", () => {
      logger.info("info");
      logger.debug("debug");
    });

    expect(messages()).toEqual(["info"]);
  });

  test("does not wake a logger that is switched off", () => {
    withLevel("debug", () => {
      createLogger({ level: "info", enabled: false }).fatal("off");
      createLogger({ level: "silent" }).fatal("silent");
      createLogger({ level: "info" }).child({}, { level: "silent" }).fatal("child");
    });

    expect(captured.text).toBe("");
  });
});

describe("debugSample", () => {
  const logger = (debugSample: number): ReturnType<typeof createLogger> =>
    createLogger({ level: "info", debugSample });

  test.each([
    [0, ["INFO two"]],
    [1, ["DEBUG one", "INFO two", "DEBUG three"]],
  ])("%d", async (rate, expected) => {
    const sampled = logger(rate);
    const { id } = await serveOnce(async () => {
      sampled.debug("one");
      sampled.info("two");
      await turn();
      sampled.child({}).debug("three");
      sampled.trace("never");
    });

    expect(linesOf(id)).toEqual(expected);
  });

  test("0.5 is about half of the invocations, each of them whole", async () => {
    const sampled = logger(0.5);
    const runtime = await serve(
      {
        async invoke() {
          sampled.debug("one");
          await turn();
          sampled.debug("two");
        },
      },
      { port: 0, host: "127.0.0.1" },
    );
    const ids = Array.from({ length: 100 }, () => randomUUID());
    for (const id of ids) await sendTo(runtime.port, invoke("{}", { "x-fc-request-id": id }));
    await runtime.close();

    const counts = ids.map((id) => linesOf(id).length);
    expect(new Set(counts)).toEqual(new Set([0, 2]));
    // Fewer than 15, or more than 85, of a hundred happens once in 10^13 runs.
    const sampledCount = counts.filter((count) => count === 2).length;
    expect(sampledCount).toBeGreaterThan(15);
    expect(sampledCount).toBeLessThan(85);
  });

  test("samples nothing outside an invocation", () => {
    logger(1).debug("outside");

    expect(captured.text).toBe("");
  });
});

describe("bufferUntilError", () => {
  const logger = createLogger({ level: "info", bufferUntilError: "debug" });

  test("drops what is below the level when the invocation succeeds", async () => {
    const { id, status } = await serveOnce(() => {
      logger.debug("held");
      logger.info("printed");
    });

    expect(status).toBe(200);
    expect(linesOf(id)).toEqual(["INFO printed"]);
    expect(captured.text).not.toContain("held");
  });

  test("prints it, in order, before the error when the invocation fails", async () => {
    const { id } = await serveOnce(async () => {
      logger.debug({ a: 1 }, "held one");
      logger.info("printed");
      await turn();
      logger.child({ b: 2 }).debug("held two");
      logger.trace("too quiet to be held");
      fail();
    });

    expect(linesOf(id).slice(0, 4)).toEqual([
      "INFO printed",
      'DEBUG held one {"a":1}',
      'DEBUG held two {"b":2}',
      "ERROR Error: boom",
    ]);
    const lines = captured.lines.filter((line) => line.includes(id));
    expect(lines.at(-1)).toBe(`FC Invoke End RequestId: ${id}, Error: Unhandled function error`);
    expect(captured.text).not.toContain("too quiet");
  });

  test("prints it when the invocation is failed by its context", async () => {
    const { id } = await serveOnce((context) => {
      logger.debug("held");
      context.fail(new Error("handled"));
    });

    expect(linesOf(id).slice(0, 2)).toEqual(["DEBUG held", "ERROR Error: handled"]);
  });

  test("keeps the time of the call", async () => {
    let before = 0;
    const { id } = await serveOnce(async () => {
      logger.debug("held");
      before = Date.now();
      while (Date.now() <= before + 2) await turn();
      fail();
    });

    const line = captured.lines.find((text) => text.includes(id) && text.includes("held")) ?? "";
    expect(Date.parse(`${parseLine(line)?.time}Z`)).toBeLessThanOrEqual(before);
  });

  test("is bounded: the oldest go, and are counted", async () => {
    const text = "x".repeat(1_000);
    const { id } = await serveOnce(() => {
      for (let count = 1; count <= 1_000; count += 1) logger.debug(`${count} ${text}`);
      fail();
    });

    const [notice = "", ...held] = linesOf(id).filter((line) => !line.startsWith("ERROR"));
    const dropped = Number(/\d+/.exec(notice)?.[0]);
    expect(notice).toMatch(/^WARN \d+ earlier lines were dropped$/);
    expect(held.map((line) => Number(/\d+/.exec(line)?.[0]))).toEqual(
      Array.from({ length: 1_000 - dropped }, (_, index) => dropped + index + 1),
    );
    expect(held.length).toBeGreaterThan(200);
    expect(held.join("\n").length).toBeLessThan(256 * 1024);
  });

  test("does not mix invocations at once", async () => {
    const meet = barrier(2);
    const [failed, succeeded] = await Promise.all([
      serveOnce(async () => {
        logger.debug("of the one that fails");
        await meet();
        fail();
      }),
      serveOnce(async () => {
        logger.debug("of the one that succeeds");
        await meet();
      }),
    ]);

    expect(linesOf(failed.id)[0]).toBe("DEBUG of the one that fails");
    expect(linesOf(succeeded.id)).toEqual([]);
    expect(captured.text).not.toContain("succeeds");
  });

  test("holds what a value writes while it is read by itself", async () => {
    const { id } = await serveOnce(() => {
      logger.debug(
        {
          get a() {
            logger.info("inside");
            return 1;
          },
        },
        "around",
      );
    });

    expect(linesOf(id)).toEqual(["INFO inside"]);
  });

  test("holds nothing outside an invocation, nor after its End", async () => {
    const { promise: ended, resolve: end } = deferred();
    const { promise: written, resolve: write } = deferred();
    logger.debug("outside");
    await serveOnce(() => {
      void ended.then(() => {
        logger.debug("afterwards");
        write();
      });
    });
    end();
    await written;

    expect(captured.text).not.toMatch(/outside|afterwards/);
  });

  test("works in json", async () => {
    const json = createLogger({ level: "info", bufferUntilError: "debug", format: "json" });
    const { id } = await serveOnce(() => {
      json.debug({ a: 1 }, "held");
      fail();
    });

    const line = captured.lines.find((text) => text.startsWith("{")) ?? "{}";
    expect(JSON.parse(line)).toMatchObject({ level: "debug", requestId: id, a: 1, msg: "held" });
  });
});

describe("After the End marker", () => {
  test.each(["text", "json"] as const)("one WARN names the invocation, in %s", async (format) => {
    const logger = createLogger({ level: "info", format });
    const { promise: ended, resolve: end } = deferred();
    const { promise: written, resolve: write } = deferred();
    const { id } = await serveOnce(() => {
      void ended.then(() => {
        logger.info("late one");
        logger.child({}).error("late two");
        createLogger({ level: "info", format }).info("late three");
        write();
      });
      logger.info("in time");
    });
    end();
    await written;

    const lines = captured.lines.filter((line) => line.includes(id));
    const late = lines.slice(lines.findIndex((line) => line.startsWith("FC Invoke End")) + 1);
    expect(late).toHaveLength(4);
    expect(late[0]).toContain("late one");
    expect(late[1]).toMatch(format === "json" ? /"level":"warn"/ : / \[WARN\] /);
    expect(late[1]).toMatch(new RegExp(`Invocation ${id} has ended`));
    expect(late.slice(2).join("\n")).not.toContain("has ended");
    expect(late[3]).toContain("late three");
  });

  test("each invocation has its own", async () => {
    const logger = createLogger({ level: "info" });
    const { promise: ended, resolve: end } = deferred();
    const writing: Promise<void>[] = [];
    const served = await Promise.all(
      [1, 2].map(() =>
        serveOnce(() => {
          writing.push(ended.then(() => logger.info("late")));
        }),
      ),
    );
    end();
    await Promise.all(writing);

    for (const { id } of served) {
      expect(linesOf(id)).toEqual(["INFO late", expect.stringMatching(`^WARN .*${id} has ended`)]);
    }
  });
});

function fail(): never {
  throw new Error("boom");
}

function messages(): string[] {
  return captured.lines.map((line) => parseLine(line)?.message ?? line);
}

/** Level and message of the lines of an invocation. */
function linesOf(id: string): string[] {
  return captured.lines.flatMap((text) => {
    const line = parseLine(text);
    return line?.requestId === id ? [`${line.level} ${line.message}`] : [];
  });
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** What everybody waits in until all are there. */
function barrier(count: number): () => Promise<void> {
  const { promise, resolve } = deferred();
  let waiting = 0;
  return () => {
    waiting += 1;
    if (waiting === count) resolve();
    return promise;
  };
}
