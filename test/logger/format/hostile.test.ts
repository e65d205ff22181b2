import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { parseLine } from "@fcrt/core/protocol";
import { captureConsole, createLogger } from "@fcrt/logger";
import type { Logger, LoggerOptions } from "@fcrt/logger";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { startChild } from "../../support/child.ts";
import { foreignLines, physicalLinesOf, writtenBy } from "./lines.ts";

const captured = captureStdout();

const formats = ["text", "json"] as const;

/** What a program can hand to a logger without meaning any harm, made anew for each use. */
const hostile: Readonly<Record<string, () => unknown>> = {
  "a getter that throws": () => ({
    ok: 1,
    get bad() {
      return fail();
    },
  }),
  "a nested getter that throws": () => ({
    deep: [
      {
        get bad() {
          return fail();
        },
      },
    ],
  }),
  "a toJSON that throws": () => ({ toJSON: fail }),
  "a nested toJSON that throws": () => ({ deep: { toJSON: fail } }),
  "a toString that throws": () => ({ toString: fail, [Symbol.toPrimitive]: fail }),
  "a proxy whose every trap throws": () => throwingProxy({}),
  "a nested proxy whose every trap throws": () => ({ deep: throwingProxy([]) }),
  "a function proxy whose every trap throws": () => throwingProxy(() => {}),
  "a revoked proxy": () => revoked({}),
  "a nested revoked proxy": () => ({ deep: [revoked([])] }),
  "a cycle": () => cycle(),
  "a cycle through a Map": () => new Map([["self", cycle()]]),
  "a BigInt": () => 10n,
  "nested BigInts": () => ({ big: 10n, deep: [{ big: -1n }] }),
  "a symbol": () => Symbol("s"),
  "nested symbols": () => ({ [Symbol("key")]: 1, value: Symbol("value") }),
  "a function": () => () => 1,
  "a class": () => class Some extends Map {},
  "a huge array": () => Array.from({ length: 100_000 }, (_, index) => index),
  "an array with holes": () => Array(1_000),
  "a long string": () => "x".repeat(10_000_000),
  "a long nested string": () => ({ text: '"'.repeat(2_000_000) }),
  "an object without a prototype": () => Object.assign(Object.create(null), { a: 1 }),
  "no object at all": () => undefined,
  null: () => null,
  "not a number": () => Number.NaN,
  "an invalid date": () => new Date(Number.NaN),
  "a deep object": () => nested(5_000),
  "an error whose message throws": () => brokenError("message"),
  "an error whose stack throws": () => brokenError("stack"),
  "an error whose name throws": () => brokenError("name"),
  "an error whose cause throws": () => brokenError("cause"),
  "an error whose parts are no strings": () =>
    Object.assign(new Error("x"), { message: 1, stack: {}, name: Symbol("n"), cause: 10n }),
  "an error that is its own cause": () => ownCause(),
  "an error whose errors are a revoked proxy": () =>
    Object.assign(new Error("x"), { errors: revoked([]) }),
  "an object that pretends to be an error": () => Object.create(Error.prototype) as unknown,
  "fields named like methods of every object": () => ({
    constructor: "x",
    toString: 1,
    valueOf: null,
    hasOwnProperty: true,
    isPrototypeOf: [1],
  }),
  "a field named __proto__": () => JSON.parse('{"__proto__":{"a":1}}') as unknown,
  "what looks like a request": () => ({ method: "GET", headers: {}, socket: {} }),
  "what looks like a response": () => ({ setHeader: fail }),
  "a typed array": () => new Float64Array(1_000),
  "a detached buffer": () => detached(),
};

/** How a value gets into a log call. */
const positions: Readonly<Record<string, (logger: Logger, value: never) => void>> = {
  alone: (logger, value) => logger.error(value),
  "as fields": (logger, value) => formatted(logger, value, "the message"),
  "as a field": (logger, value) => logger.error({ value }, "the message"),
  "as err": (logger, value) => logger.error({ err: value }, "the message"),
  "as the message": (logger, value) => logger.error({ a: 1 }, value),
  "behind %s": (logger, value) => formatted(logger, "the message %s", value),
  "behind %d": (logger, value) => formatted(logger, "the message %d", value),
  "behind %j": (logger, value) => formatted(logger, "the message %j", value),
  "behind %o": (logger, value) => formatted(logger, "the message %o", value),
};

describe.each(formats)("In %s nothing is thrown, and a line is written, for", (format) => {
  test.each(Object.entries(hostile))("%s", (_name, value) => {
    const logger = createLogger({ level: "info", format });
    for (const [position, log] of Object.entries(positions)) {
      const text = written(() => log(logger, value() as never));

      expectLines(text, format);
      // A first argument that is no object is the message itself.
      const isMessage = position === "as fields" && typeof value() !== "object";
      const isAlone = position === "alone" || position === "as the message" || isMessage;
      expect(text).toContain(isAlone ? "" : "the message");
    }
  });

  test.each(Object.entries(hostile))("a child that is bound to %s", (_name, value) => {
    const logger = createLogger({ level: "info", format });
    const text = written(() => logger.child({ bound: value() }).error("the message"));

    expectLines(text, format);
    expect(text).toContain("the message");
  });

  test.each<[string, LoggerOptions]>([
    ["a serializer", { serializers: { value: fail } }],
    ["a mixin", { mixin: fail }],
    ["a mixin that gives nothing to write to", { mixin: () => Object.freeze({ a: 1 }) }],
    ["hooks.logMethod", { hooks: { logMethod: fail } }],
    ["hooks.streamWrite", { hooks: { streamWrite: fail } }],
    ["formatters.log", { formatters: { log: fail } }],
    ["mixinMergeStrategy", { mixin: () => ({}), mixinMergeStrategy: fail }],
    ["a censor", { redact: { paths: ["value"], censor: fail } }],
    ["a serializer for the message", { serializers: { msg: fail } }],
    ["a serializer for errors", { serializers: { err: fail } }],
  ])("%s that throws", (_name, options) => {
    const logger = createLogger({ level: "info", format, ...options });
    const text = written(() => logger.error({ value: 1, err: new Error("boom") }, "the message"));

    expectLines(text, format);
    expect(written(() => createLogger({ level: "info", format }).error("next"))).toContain("next");
  });
});

describe.each(formats)("In %s what can be read of a hostile value is still there:", (format) => {
  const log = (value: unknown, message = "the message"): string =>
    written(() =>
      createLogger({ level: "info", format }).error({ value, other: "stays" }, message),
    );

  test("the fields beside it, and the message", () => {
    const text = log(throwingProxy({}));

    expect(text).toContain("the message");
    expect(text).toContain("stays");
  });

  test("what stands beside a getter that throws", () => {
    const fields = {
      ok: "readable",
      get bad() {
        return fail();
      },
    };
    const text = written(() =>
      createLogger({ level: "info", format }).error(fields, "the message"),
    );

    expect(text).toContain("the message");
    expect(text).toContain("readable");
  });

  test("a BigInt", () => {
    expect(log({ big: 12_345_678_901_234_567_890n })).toContain("12345678901234567890");
  });

  test("the message of an error that it is no use to ask more of", () => {
    const error = new Error("what happened");
    Object.defineProperty(error, "stack", { get: fail });
    const text = written(() => createLogger({ level: "info", format }).error(error));

    expect(text).toContain("what happened");
  });

  test("every element of a huge array, and every character of a long text", () => {
    const array = Array.from({ length: 100_000 }, (_, index) => index);
    const text = "x".repeat(10_000_000);

    expect(wholeOf(log(array), format)).toContain(JSON.stringify(array));
    expect(wholeOf(log(text), format)).toContain(text);
  });
});

describe.each(formats)("In %s a value that logs while it is read", (format) => {
  test("gives a line of its own, before the one that it is part of", () => {
    const logger = createLogger({ level: "info", format });
    const value = {
      get field() {
        logger.warn({ inner: true }, "inside");
        return "read";
      },
    };
    logger.error(value, "around");

    expect(captured.lines).toHaveLength(2);
    expect(captured.lines[0]).toContain("inside");
    expect(captured.lines[0]).not.toContain("around");
    expect(captured.lines[1]).toContain("around");
    expect(captured.lines[1]).toContain("read");
    expect(captured.lines[1]).not.toContain("inner");
  });

  test("leaves the error where it belongs", () => {
    const logger = createLogger({ level: "info", format });
    const error = new Error("outer error");
    logger.error(
      {
        err: error,
        get field() {
          logger.warn("inside");
          return "read";
        },
      },
      "around",
    );

    const inside = captured.lines.findIndex((line) => line.includes("inside"));
    expect(inside).toBe(0);
    expect(captured.lines[0]).not.toContain("outer error");
    expect(captured.lines.slice(1).join("\n")).toContain("outer error");
  });

  test("does not lend its error to the next line", () => {
    const logger = createLogger({ level: "info", format });
    logger.error(
      {
        err: new Error("first"),
        get bad() {
          return fail();
        },
      },
      "one",
    );
    const text = written(() => logger.error("two"));

    expect(text).not.toContain("first");
  });

  test("and a child with an error shows it in its own lines alone", () => {
    const logger = createLogger({ level: "info", format });
    const child = logger.child({ err: new Error("bound") });

    expect(written(() => logger.info("parent"))).not.toContain("bound");
    expect(written(() => child.info("one"))).toContain("bound");
    expect(written(() => child.info("two"))).toContain("bound");
  });
});

test("A value that logs itself whenever it is read ends, with lines", async () => {
  const child = await startChild(
    fileURLToPath(new URL("../../fixtures/logger/logs-itself.mjs", import.meta.url)),
  );

  expect(await child.exited).toEqual({ code: 0, signal: null });
  for (const line of child.lines) expect(parseLine(line)).toBeDefined();
  expect(child.lines.length).toBeLessThan(1_000);
  for (const said of ["a top-level getter", "a nested getter", "a mixin", "the console"]) {
    expect(child.stdout).toContain(`${said} returned`);
  }
});

describe("The console throws nothing, and prints, for", () => {
  const inspected: Readonly<Record<string, () => unknown>> = {
    ...hostile,
    "an inspection that throws": () => ({ [inspect.custom]: fail }),
    "a nested inspection that throws": () => ({ deep: { [inspect.custom]: fail } }),
  };
  const methods = ["log", "error", "dir", "table", "debug", "trace"] as const;

  test.each(Object.entries(inspected))("%s", (name, value) => {
    const restore = captureConsole(createLogger({ level: "trace" }));
    // A table of ten million characters takes Node itself too long.
    const printed = name.includes("long") || name.includes("huge") ? (["log"] as const) : methods;
    try {
      for (const method of printed) {
        expectLines(
          written(() => console[method](value())),
          "text",
        );
      }
      for (const format of ["%s", "%d", "%i", "%f", "%j", "%o", "%O"]) {
        expectLines(
          written(() => console.log(`the message ${format}`, value())),
          "text",
        );
      }
    } finally {
      restore();
    }
  });
});

function fail(): never {
  throw new Error("hostile");
}

function throwingProxy(target: object): unknown {
  const traps = Reflect.ownKeys(Reflect).filter((key) => typeof key === "string");
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, fail])));
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function cycle(): object {
  const value: Record<string, unknown> = { list: [] };
  value["self"] = value;
  (value["list"] as unknown[]).push(value);
  return value;
}

function nested(depth: number): object {
  let value: object = {};
  for (let index = 0; index < depth; index += 1) value = { value };
  return value;
}

function brokenError(key: string): Error {
  return Object.defineProperty(new Error("broken"), key, { get: fail });
}

function ownCause(): Error {
  const error = new Error("own");
  return Object.assign(error, { cause: error });
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

function formatted(logger: Logger, ...values: unknown[]): void {
  Reflect.apply(logger.error, logger, values);
}

function written(call: () => void): string {
  return writtenBy(captured, call);
}

function expectLines(text: string, format: "text" | "json"): void {
  expect(foreignLines(physicalLinesOf(text), format)).toEqual([]);
}

/** The line that the parts of `text` make together. */
function wholeOf(text: string, format: "text" | "json"): string {
  return physicalLinesOf(text)
    .map((line) =>
      format === "text"
        ? (parseLine(line)?.message ?? "").replace(/^\(part \d+\/\d+\) /, "")
        : (JSON.parse(line) as { text: string }).text,
    )
    .join("");
}
