import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { parseLine } from "@fcrt/core/protocol";
import { captureConsole, createLogger, withLevel } from "@fcrt/logger";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { serveOnce } from "./in-invocation.ts";

const captured = captureStdout();

let restore = (): void => {};
afterEach(() => restore());

const error = new TypeError("refused", { cause: new Error("why") });
const several = new AggregateError([error], "both");
const wide = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`key${index}`, index]));
const cycle: Record<string, unknown> = { name: "cycle" };
cycle["self"] = cycle;

type Print = (console: Console) => void;

const calls: readonly (readonly [name: string, level: string, print: Print])[] = [
  ["log", "INFO", (to) => to.log("paid", 1, true, null, undefined, { a: [1] }, "text")],
  ["log without anything", "INFO", (to) => to.log()],
  ["log of an empty text", "INFO", (to) => to.log("")],
  ["log of several lines", "INFO", (to) => to.log("one\ntwo\n\nfour\n")],
  ["info", "INFO", (to) => to.info("info %s", "formatted")],
  ["warn", "WARN", (to) => to.warn("careful", { a: 1 })],
  ["error", "ERROR", (to) => to.error("failed", error)],
  ["error of an error alone", "ERROR", (to) => to.error(error)],
  ["debug", "DEBUG", (to) => to.debug("detail")],
  ["dir", "INFO", (to) => to.dir({ a: { b: { c: { d: 1 } } } })],
  ["dir with options", "INFO", (to) => to.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 })],
  ["dirxml", "INFO", (to) => to.dirxml({ a: 1 }, [2])],
  [
    "table",
    "INFO",
    (to) =>
      to.table([
        { a: 1, b: "x" },
        { a: 2, c: true },
      ]),
  ],
  ["table of columns", "INFO", (to) => to.table([{ a: 1, b: 2 }], ["b"])],
  ["table of no table", "INFO", (to) => to.table("text")],
  ["table of a Map", "INFO", (to) => to.table(new Map([["a", 1]]))],
  ["assert that holds", "WARN", (to) => to.assert(true, "unseen")],
  ["assert", "WARN", (to) => to.assert(false)],
  ["assert with a message", "WARN", (to) => to.assert(0, "expected %s", "more", { a: 1 })],
  ["assert with an object", "WARN", (to) => to.assert(null, { a: 1 } as never)],
  ["count", "INFO", (to) => (to.count(), to.count(), to.count("label"))],
  ["count that is reset", "INFO", (to) => (to.count("r"), to.countReset("r"), to.count("r"))],
  ["time", "INFO", (to) => (to.time("t"), to.timeLog("t", "so far", { a: 1 }), to.timeEnd("t"))],
  ["group", "INFO", (to) => grouped(to)],
  ["every format", "INFO", (to) => formats(to)],
  ["too few values", "INFO", (to) => to.log("%s and %s", "one")],
  ["too many values", "INFO", (to) => to.log("%s", "one", "two", { three: 3 })],
  ["a percent sign", "INFO", (to) => to.log("100%")],
  ["a wide object", "INFO", (to) => to.log(wide)],
  ["a deep object", "INFO", (to) => to.log({ a: { b: { c: { d: { e: 1 } } } } })],
  ["a cycle", "INFO", (to) => to.log(cycle)],
  ["a long array", "INFO", (to) => to.log(Array.from({ length: 200 }, (_, index) => index))],
  ["many kinds", "INFO", (to) => kinds(to)],
  [
    "a class",
    "INFO",
    (to) =>
      to.log(
        class Some extends Map {},
        new (class Other {
          a = 1;
        })(),
      ),
  ],
  ["an AggregateError", "INFO", (to) => to.log(several)],
  ["inspect.custom", "INFO", (to) => to.log({ [inspect.custom]: () => "of my own" })],
];

describe("What the console prints is Node's own text:", () => {
  test.each(calls)("%s", (_name, level, print) => {
    const expected = printedByNode(print);
    restore = captureConsole(createLogger({ level: "trace" }));
    print(console);

    expect(captured.lines.map((line) => parseLine(line)?.level)).toEqual(expected.map(() => level));
    expect(withoutTimes(said())).toEqual(withoutTimes(expected));
  });

  test("trace, from where it was called", () => {
    restore = captureConsole(createLogger({ level: "trace" }));
    console.trace("here %s", "we are");

    const [first, second] = said();
    expect(first).toBe("Trace: here we are");
    expect(second).toMatch(/^\s+at .*console\.test\.ts:/);
    expect(new Set(captured.lines.map((line) => parseLine(line)?.level)).size).toBe(1);
  });

  test("with an indentation that is kept until its group ends", () => {
    const inGroups: Print = (to) => {
      to.group("outer");
      to.error("one\ntwo");
      to.groupCollapsed("inner");
      to.warn({ a: 1 });
      to.groupEnd();
      to.log("outer again");
      to.groupEnd();
      to.groupEnd();
      to.log("outside");
    };
    const expected = printedByNode(inGroups);
    restore = captureConsole(createLogger({ level: "trace" }));
    inGroups(console);

    expect(said()).toEqual(expected);
    expect(captured.lines.map((line) => parseLine(line)?.level)).toEqual([
      "INFO",
      "ERROR",
      "ERROR",
      "INFO",
      "WARN",
      "INFO",
      "INFO",
    ]);
  });
});

test("A method works without its console", () => {
  restore = captureConsole(createLogger({ level: "info" }));
  const { log, error: fail } = console;
  log("paid");
  [1, 2].forEach(fail);

  expect(said()).toEqual(["paid", "1 0 [ 1, 2 ]", "2 1 [ 1, 2 ]"]);
});

test("Each line carries the request ID, and levels hold as in any logger", async () => {
  restore = captureConsole(createLogger({ level: "warn" }));
  const { id } = await serveOnce(() => {
    console.log("quiet");
    console.warn("loud");
    withLevel("debug", () => console.debug("on demand"));
  });

  const lines = captured.lines.map((line) => parseLine(line)).filter((line) => line !== undefined);
  expect(lines).toEqual([
    { time: expect.any(String), requestId: id, level: "WARN", message: "loud" },
    { time: expect.any(String), requestId: id, level: "DEBUG", message: "on demand" },
  ]);
});

test("A json logger gets the text as its message", () => {
  restore = captureConsole(createLogger({ level: "info", format: "json" }));
  console.error("failed", { a: 1 });

  expect(JSON.parse(captured.text)).toEqual({
    time: expect.any(String),
    level: "error",
    requestId: "-",
    msg: "failed { a: 1 }",
  });
});

test("A value that logs while it is inspected gives its lines first, each at its level", () => {
  restore = captureConsole(createLogger({ level: "trace" }));
  console.error("outer", {
    [inspect.custom]() {
      console.debug("inner %s", "debug");
      console.log(new Map([["inner", "log"]]));
      return "inspected";
    },
  });

  expect(
    captured.lines.map((line) => parseLine(line)).map((line) => [line?.level, line?.message]),
  ).toEqual([
    ["DEBUG", "inner debug"],
    ["INFO", "Map(1) { 'inner' => 'log' }"],
    ["ERROR", "outer inspected"],
  ]);
});

describe("Capturing", () => {
  const methods = Object.keys(console) as (keyof Console)[];
  let before: unknown[] = [];
  beforeEach(() => {
    before = methods.map((name) => console[name]);
  });

  test("is undone by what it returns, for every method", () => {
    captureConsole(createLogger({ level: "info" }))();

    expect(methods.map((name) => console[name])).toEqual(before);
    expect(Object.keys(console)).toEqual(methods);
  });

  test("twice prints each line once, and is undone at once", () => {
    const logger = createLogger({ level: "info" });
    restore = captureConsole(logger);
    const again = captureConsole(logger);
    console.log("paid");
    expect(said()).toEqual(["paid"]);
    again();

    expect(methods.map((name) => console[name])).toEqual(before);
  });

  test("can be done anew, and an old undoing leaves it alone", () => {
    const old = captureConsole(createLogger({ level: "info" }));
    old();
    restore = captureConsole(createLogger({ level: "info" }));
    old();
    console.log("paid");

    expect(said()).toEqual(["paid"]);
  });

  test("leaves process.stdout.write and process.stderr.write as they are, and unused", () => {
    const streams = [process.stdout, process.stderr];
    const writes = streams.map((stream) => stream.write);
    restore = captureConsole(createLogger({ level: "trace" }));
    expect(streams.map((stream) => stream.write)).toEqual(writes);

    const spies = streams.map((stream) => vi.spyOn(stream, "write").mockReturnValue(true));
    try {
      for (const [, , print] of calls) print(console);
      console.trace("here");
      for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  test("leaves a Console of somebody's own alone", () => {
    const { text, stream } = collector();
    const own = new Console(stream);
    restore = captureConsole(createLogger({ level: "info" }));
    own.log("mine");

    expect(text()).toBe("mine\n");
    expect(captured.text).toBe("");
    expect(console.Console).toBe(before[methods.indexOf("Console")]);
  });
});

function grouped(to: Console): void {
  to.group("outer", { a: 1 });
  to.log("one\ntwo", { b: [1, { c: 2 }] });
  to.table([{ a: 1 }]);
  to.groupEnd();
  to.log("after");
}

function formats(to: Console): void {
  to.log("%s %s %s", "text", 42, { a: { b: { c: 1 } } });
  to.log("%s", Symbol("s"), 10n, null, undefined, -0);
  to.log("%d %i %f", "42.5", 42.5, "1.5");
  to.log("%d %d", 10n, {});
  to.log("%j", { a: [1, "x"] });
  to.log("%j", cycle);
  to.log("%o", { a: [1], f() {} });
  to.log("%O", { a: { b: { c: { d: 1 } } } });
  to.log("%c styled %c", "color: red", "");
  to.log("%% %x %s", "one");
}

function kinds(to: Console): void {
  to.log(new Date(0), /x/g, Symbol("s"), 10n, -0, () => 1, new Map([["a", new Set([1])]]));
  to.log(Buffer.from("abc"), new Uint8Array(3), new URL("http://127.0.0.1/a?b"), [
    undefined,
    ...Array(2),
    1,
  ]);
  to.log(Promise.resolve(1), new WeakMap(), Object.create(null), new Proxy({ a: 1 }, {}));
  to.log(["it's", 'a "quote"', "`", "line\nbreak"], "tab\there");
}

/** The lines that Node's own console prints for the same calls. */
function printedByNode(print: Print): string[] {
  const { text, stream } = collector();
  print(new Console({ stdout: stream, stderr: stream, colorMode: false }));
  return text() === "" ? [] : text().slice(0, -1).split("\n");
}

function collector(): { text(): string; stream: Writable } {
  let text = "";
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { text: () => text, stream };
}

function said(): string[] {
  return captured.lines.map((line) => parseLine(line)?.message ?? `no line: ${line}`);
}

function withoutTimes(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/[\d.]+(ms|s)\b/, "0ms"));
}
