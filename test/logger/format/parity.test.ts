import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createLogger } from "@fcrt/logger";
import type { LoggerOptions } from "@fcrt/logger";
import { pino, stdSerializers } from "pino";
import type { Logger, LoggerOptions as PinoOptions } from "pino";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";

/** What an application does with a logger, whoever made it. */
interface Case {
  readonly name: string;
  /** What pino needs beside the options, to say what we say. */
  readonly base?: PinoOptions["base"];
  readonly options?: PinoOptions<string>;
  log(logger: AnyLogger): void;
}

type AnyLogger = Logger<string>;

const captured = captureStdout();

class Coded extends Error {
  readonly code = "E_CODED";
  readonly details = { attempts: [1, 2] };
}

const errors = {
  plain: new Error("refused"),
  caused: new Error("outer", { cause: new TypeError("middle", { cause: new Error("inner") }) }),
  aggregate: new AggregateError([new Error("one"), new RangeError("two")], "both"),
  coded: new Coded("with more"),
  noStack: Object.assign(new Error("bare"), { stack: undefined }),
};

const cycle: Record<string, unknown> = { name: "cycle" };
cycle["self"] = cycle;

const user = { name: "Ann", password: "hunter2", card: { number: "4111", kind: "visa" } };
const date = new Date(0);

const cases: readonly Case[] = [
  {
    name: "every level",
    options: { level: "trace" },
    log(logger) {
      for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const) {
        logger[level](level);
        logger[level]({ field: level }, "with %s", "field");
      }
      logger.silent("nothing");
    },
  },
  {
    name: "lines below the level",
    options: { level: "warn" },
    log(logger) {
      logger.info("quiet");
      logger.warn("loud");
      logger.level = "debug";
      logger.debug("now");
      logger.trace("not yet");
      logger.level = "silent";
      logger.fatal("no more");
    },
  },
  { name: "the level silent", options: { level: "silent" }, log: (logger) => logger.fatal("none") },
  { name: "enabled: false", options: { enabled: false }, log: (logger) => logger.fatal("none") },
  {
    name: "children and their children",
    log(logger) {
      const child = logger.child({ module: "pay", list: [1, { two: 2 }] });
      child.info("child");
      child.child({ step: 2 }).info({ field: true }, "grandchild");
      child.child({ module: "other" }).info({ module: "third" }, "the same name");
      logger.info("parent");
    },
  },
  {
    name: "the level of a child",
    log(logger) {
      const child = logger.child({ module: "pay" }, { level: "debug" });
      child.debug("child");
      logger.debug("parent");
      child.level = "error";
      child.warn("child");
      logger.warn("parent");
    },
  },
  {
    name: "setBindings",
    log(logger) {
      const child = logger.child({ a: 1 });
      child.setBindings({ b: 2 });
      child.info("both");
      logger.setBindings({ c: 3 });
      logger.info("root");
      logger.child({ d: 4 }).info("after");
    },
  },
  {
    name: "a binding of the message's name",
    log: (logger) => logger.child({ msg: "bound" }).info({ a: 1 }),
  },
  {
    name: "serializers",
    options: {
      serializers: {
        user: ({ name }: typeof user) => name,
        count: (value: number) => value + 1,
        gone: () => undefined,
        msg: (text: string) => `<${text}>`,
      },
    },
    log(logger) {
      logger.info({ user, count: 1, gone: 1, other: 1 }, "paid");
      logger.child({ user }).info("child");
    },
  },
  {
    name: "serializers of a child",
    options: { serializers: { user: ({ name }: typeof user) => name, a: (a: number) => a + 1 } },
    log(logger) {
      const serializers = { user: (): string => "[user]", b: (b: number) => b * 2 };
      const child = logger.child({ a: 1 }, { serializers });
      child.info({ user, a: 1, b: 2 }, "child");
      child.child({ b: 1 }).info({ user }, "grandchild");
      logger.info({ user, b: 2 }, "parent");
    },
  },
  {
    name: "a child's serializer for the message",
    log(logger) {
      const serializers = { msg: (text: string) => text.toUpperCase() };
      logger.child({}, { serializers }).info({ a: 1 }, "child");
      logger.info("parent");
    },
  },
  {
    name: "a child's serializer for errors",
    log(logger) {
      const serializers = { err: ({ message }: Error) => ({ only: message }) };
      logger.child({}, { serializers }).error(errors.plain);
      logger.error(errors.plain);
    },
  },
  {
    name: "redact paths",
    options: { redact: ["user.password", "list[0].secret", 'user["card"].number'] },
    log(logger) {
      logger.info({ user, list: [{ secret: "s" }, { secret: "t" }] }, "paid");
      logger.child({ user }).info("child");
      logger.info({ other: user });
    },
  },
  {
    name: "redact with wildcards",
    options: { redact: ["*.password", "users[*].card.number", "a.*.b"] },
    log(logger) {
      logger.info({ user, other: user, users: [user, user], a: { x: { b: 1 }, y: { b: 2 } } });
      logger.info({ password: "stays" }, "a message");
    },
  },
  {
    name: "redact with a censor",
    options: { redact: { paths: ["user.password", "token"], censor: "***" } },
    log: (logger) => logger.info({ user, token: "t" }, "paid"),
  },
  {
    name: "redact with a censor that looks",
    options: {
      redact: {
        paths: ["user.password", "token"],
        censor: (value: unknown, path: string[]) =>
          `${path.join("/")} ${String(value).slice(0, 1)}`,
      },
    },
    log: (logger) => logger.info({ user, token: "t" }, "paid"),
  },
  {
    name: "redact that removes",
    options: { redact: { paths: ["user.password", "*.card"], remove: true } },
    log: (logger) => logger.info({ user, other: user }, "paid"),
  },
  {
    name: "redact of a child",
    options: { redact: ["a"] },
    log(logger) {
      logger.child({}, { redact: ["b"] }).info({ a: 1, b: 2 });
      logger.info({ a: 1, b: 2 });
    },
  },
  {
    name: "errors",
    log(logger) {
      for (const error of Object.values(errors)) {
        logger.error(error);
        logger.error(error, "failed");
        logger.error(error, "failed for %s", "Ann");
        logger.error({ err: error }, "failed");
        logger.error({ err: error, orderId: 7 });
        logger.error({ error }, "another key");
      }
      logger.child({ err: errors.caused }).error("bound");
      logger.error({ err: "a text" }, "no error");
      logger.error({ err: null }, "no error");
      logger.error({ err: { code: 7 } });
    },
  },
  {
    name: "errorKey",
    options: { errorKey: "error" },
    log(logger) {
      logger.error(errors.coded);
      logger.error(errors.coded, "failed");
      logger.error({ error: errors.caused }, "failed");
      logger.error({ error: errors.caused });
      logger.error({ err: errors.plain }, "failed");
    },
  },
  {
    name: "the serializer for errors given",
    options: { serializers: { err: stdSerializers.err, cause: stdSerializers.errWithCause } },
    log: (logger) => logger.error({ err: errors.coded, cause: errors.caused }, "failed"),
  },
  {
    name: "a mixin",
    options: {
      mixin: (fields, level) => ({ level_: level, seen: Object.keys(fields), a: "mixin" }),
    },
    log(logger) {
      logger.info({ a: "own" }, "paid");
      logger.info("no fields");
      logger.child({ a: "child" }).error(errors.plain);
    },
  },
  {
    name: "a mixin that brings the message",
    options: { mixin: () => ({ msg: "mixed" }) },
    log(logger) {
      logger.info({ a: 1 });
      logger.info({ a: 1 }, "own");
    },
  },
  {
    name: "mixinMergeStrategy",
    options: {
      mixin: () => ({ a: "mixin" }),
      mixinMergeStrategy: (fields, mixed) => ({ ...fields, ...mixed }),
    },
    log: (logger) => logger.info({ a: "own" }, "paid"),
  },
  {
    name: "formatters",
    // pino does not format the bindings of a logger without a base.
    base: {},
    options: {
      formatters: {
        bindings: (bindings) => ({ ...bindings, formatted: true }),
        log: (fields) => ({ ...fields, count: Object.keys(fields).length }),
      },
    },
    log(logger) {
      logger.info({ a: 1 }, "paid");
      logger.info("no fields");
      logger.child({ b: 2 }).info({ a: 1 });
      const formatters = { log: (): object => ({ child: true }) };
      logger.child({ c: 3 }, { formatters }).info({ a: 1 });
    },
  },
  {
    name: "formatters and redact of a child",
    log(logger) {
      const log = (fields: object): object => ({ ...fields, added: true });
      logger.child({ a: 1 }, { formatters: { log } }).info({ b: 2 }, "child");
      logger.child({ a: 1 }, { redact: ["password"] }).info(user, "child");
      logger.child({ a: 1 }).info(user, "parent");
    },
  },
  {
    name: "msgPrefix",
    options: { msgPrefix: "[pay] " },
    log(logger) {
      logger.info("paid");
      logger.info({ a: 1 });
      logger.info({ a: 1 }, "with %d", 1);
      logger.child({}, { msgPrefix: "[card] " }).info("child");
      logger.error(errors.plain);
    },
  },
  {
    name: "nestedKey",
    options: { nestedKey: "payload" },
    log(logger) {
      logger.info({ a: 1, time: "nested" }, "paid");
      logger.child({ b: 2 }).info({ a: 1 }, "child");
      logger.info("no fields");
      logger.error(errors.plain);
    },
  },
  {
    name: "messageKey",
    options: { messageKey: "message" },
    log(logger) {
      logger.info({ a: 1 }, "paid");
      logger.info({ message: "in the fields", msg: "a field" });
      logger.error(errors.plain);
    },
  },
  {
    name: "customLevels",
    options: { customLevels: { audit: 35, verbose: 15 }, level: "verbose" },
    log(logger) {
      logger["audit"]?.({ a: 1 }, "audited");
      logger["verbose"]?.("much");
      logger.trace("less");
      logger.info("as usual");
      logger.level = "audit";
      logger.info("quiet");
      logger.child({ b: 1 })["audit"]?.("child");
    },
  },
  {
    name: "customLevels of a child",
    log(logger) {
      const child = logger.child({}, { customLevels: { audit: 35 } });
      (child as AnyLogger)["audit"]?.("audited");
      child.info("as usual");
    },
  },
  {
    name: "useOnlyCustomLevels",
    options: { customLevels: { low: 1, high: 2 }, useOnlyCustomLevels: true, level: "high" },
    log(logger) {
      logger["low"]?.("quiet");
      logger["high"]?.("loud");
      expect(logger.info).toBeUndefined();
    },
  },
  { name: "a name", base: {}, options: { name: "shop" }, log: (logger) => logger.info("paid") },
  {
    name: "hooks.logMethod",
    options: {
      hooks: {
        logMethod(args, method, level) {
          if (args.length > 2) return;
          method.apply(this, [{ hooked: level }, `hooked ${String(args[0])}`]);
        },
      },
    },
    log(logger) {
      logger.info("paid");
      logger.info("%s %s", "never", "seen");
    },
  },
  {
    name: "hooks.streamWrite",
    options: { hooks: { streamWrite: (line) => line.replace("hunter2", "***") } },
    log: (logger) => logger.info({ password: "hunter2" }, "paid"),
  },
  {
    name: "onChild",
    options: { onChild: (child) => child.setBindings({ from: "onChild" }) },
    log: (logger) => logger.child({ a: 1 }).info("child"),
  },
  {
    name: "depthLimit and edgeLimit",
    options: { depthLimit: 2, edgeLimit: 2 },
    log: (logger) => logger.info({ cycle, deep: { a: { b: { c: { d: 1 } }, cycle } } }, "limited"),
  },
  {
    name: "formats",
    log(logger) {
      const info: (...values: unknown[]) => void = logger.info.bind(logger);
      info("%s is %d years", "Ann", 42);
      info("%i %f", 42.7, 1.5);
      info("%o %O", { a: [1] }, { b: { c: 2 } });
      info("%j", { a: 1 });
      info("%% %s", "x");
      info("%s", undefined);
      info("%s", null);
      info("%d", "no number");
      info("too many", 1, 2);
      info("too few %s %s", 1);
      info("100%");
      info({ a: 1 }, "%s", "fields first");
      info("%s", errors.plain.message, { more: true });
    },
  },
  {
    name: "only an object",
    log(logger) {
      logger.info({ a: 1, b: undefined, c: null, d: Number.NaN, e: Infinity, f: () => 1 });
      logger.info({});
      logger.info([1, 2]);
      logger.info({ msg: "in the fields" });
      logger.info({ msg: "in the fields", a: 1 }, "and behind");
      logger.info({ msg: undefined });
    },
  },
  {
    name: "values of all kinds as fields",
    log(logger) {
      logger.info({ date, buffer: Buffer.from("x"), bytes: new Uint8Array([1, 2]) });
      logger.info({ map: new Map([["a", 1]]), set: new Set([1]), expression: /x/ });
      logger.info({ big: 10n, nested: { big: 12_345_678_901_234_567_890n } });
      logger.info({ symbol: Symbol("s"), nested: { symbol: Symbol("s"), fn: () => 1 } });
      logger.info({ cycle });
      logger.info({ toJSON: () => ({ replaced: true }) });
      logger.info(Object.create({ toJSON: () => "inherited", inherited: 1 }, {}));
      logger.info(Object.assign(Object.create({ toJSON: () => "replaced" }), { a: 1 }));
      logger.info(Object.assign(new String("boxed"), { a: 1 }));
      logger.info(Object.assign([1], { a: 1 }));
      logger.info({ a: { toJSON: () => "replaced" } });
      logger.info(Object.assign(Object.create(null), { a: 1 }));
      logger.info({ "a b": 1, 'q"uote': 2, "": 3, 7: 4, ü: 5 });
      logger.info({ text: 'quotes " and \\ and \n and \u2028 and \0 and 😀' });
    },
  },
  {
    name: "fields named like methods of every object",
    log(logger) {
      logger.info({ a: 1, nested: { constructor: "x", toString: 1 } });
    },
  },
  {
    name: "values of all kinds as messages",
    log(logger) {
      logger.info("");
      logger.info(undefined);
      logger.info(undefined, "behind undefined");
      logger.info(null, "behind null");
      logger.info(42);
      logger.info(true);
      logger.info(10n);
      logger.info({ a: 1 }, 42 as never);
      logger.info(date);
      logger.info(Buffer.from("x"));
      logger.info(new Map([["a", 1]]));
    },
  },
];

describe("A line in json says what pino says:", () => {
  test.each(cases)("$name", ({ options, base, log }) => {
    const theirs: string[] = [];
    log(
      pino<string>(
        { base: null, ...(base !== undefined && { base }), ...options },
        { write: (line) => theirs.push(line) },
      ),
    );
    log(createLogger({ level: "info", ...(options as LoggerOptions<string>), format: "json" }));

    const labels = labelsOf(options);
    expect(captured.lines.map(ours)).toEqual(theirs.map((line) => theirsOf(line, labels)));
  });
});

type Fields = Record<string, unknown>;

function ours(line: string): Fields {
  const { time, requestId, ...rest } = JSON.parse(line) as Fields;
  expect(time).toMatch(/Z$/);
  expect(requestId).toBe("-");
  return rest;
}

// The one difference: a message is a text, so that a log service keeps one type for it.
function theirsOf(line: string, labels: Readonly<Record<number, string>>): Fields {
  const { time: _time, level, ...rest } = JSON.parse(line) as Fields;
  const { msg } = rest;
  const text = msg === undefined || typeof msg === "string" ? {} : { msg: JSON.stringify(msg) };
  return { level: labels[Number(level)], ...rest, ...text };
}

function labelsOf(options: PinoOptions<string> = {}): Record<number, string> {
  const custom = Object.entries({ audit: 35, ...options.customLevels });
  return {
    ...pino.levels.labels,
    ...Object.fromEntries(custom.map(([name, value]) => [value, name])),
  };
}

describe("A logger is pino's in what it tells of itself:", () => {
  test("level, levelVal and what listens to changes", () => {
    const logger = createLogger({ level: "info" });
    const changes: unknown[] = [];
    logger.on("level-change", (level, value, previous) => changes.push([level, value, previous]));
    logger.level = "debug";

    expect([logger.level, logger.levelVal]).toEqual(["debug", 20]);
    expect(changes).toEqual([["debug", 20, "info"]]);
    expect(() => (logger.level = "loud")).toThrow("unknown level loud");
    expect(logger.level).toBe("debug");
  });

  test.each(["trace", "debug", "info", "warn", "error", "fatal", "none"])(
    "isLevelEnabled(%j)",
    (name) => {
      for (const level of ["trace", "info", "fatal", "silent"]) {
        const expected = pino({ level }, { write: () => true }).isLevelEnabled(name);
        expect(createLogger({ level }).isLevelEnabled(name)).toBe(expected);
        expect(createLogger({ level }).child({}).isLevelEnabled(name)).toBe(expected);
      }
    },
  );

  test("isLevelEnabled of a child goes by the child's level", () => {
    const child = createLogger({ level: "info" }).child({}, { level: "debug" });

    expect(child.isLevelEnabled("debug")).toBe(true);
    expect(child.isLevelEnabled("trace")).toBe(false);
  });

  test("bindings", () => {
    const logger = createLogger({ level: "info", name: "shop" })
      .child({ a: 1 })
      .child({ b: [2] });

    expect(logger.bindings()).toEqual({ name: "shop", a: 1, b: [2] });
  });

  test.each([true, false])("flush calls back, with buffered: %j", async (buffered) => {
    const logger = createLogger({ level: "info", buffered });
    logger.info("paid");
    const error = await new Promise((resolve) => logger.flush(resolve));

    expect(error).toBeUndefined();
    expect(captured.lines).toEqual([expect.stringContaining(" - [INFO] paid")]);
    expect(() => logger.flush("no function" as never)).toThrow("callback must be a function");
  });

  test("fatal is written when the call returns, buffered or not", () => {
    createLogger({ level: "info", buffered: true }).fatal("gone");

    expect(captured.lines).toEqual([expect.stringContaining(" - [FATAL] gone")]);
  });

  test("who listens to its channel sees each line made", () => {
    const made: unknown[] = [];
    const listen = (event: unknown): void => {
      made.push(event);
    };
    subscribe("tracing:pino_asJson:start", listen);
    const logger = createLogger({ level: "info" });
    logger.info({ a: 1 }, "paid");
    unsubscribe("tracing:pino_asJson:start", listen);
    logger.info({ a: 2 }, "paid");

    expect(made).toEqual([expect.objectContaining({ instance: logger })]);
    expect(captured.lines).toEqual([
      expect.stringContaining(' [INFO] paid {"a":1}'),
      expect.stringContaining(' [INFO] paid {"a":2}'),
    ]);
  });

  test("its version, and the symbols of pino", () => {
    const logger = createLogger();

    expect(logger.version).toBe(pino({}, { write: () => true }).version);
    expect(Object.prototype.toString.call(logger)).toBe("[object Pino]");
    expect(pino.symbols.serializersSym in logger).toBe(true);
  });
});
