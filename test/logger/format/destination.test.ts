import { parseLine } from "@fcrt/core/protocol";
import { fcDestination } from "@fcrt/logger";
import type { FormatOptions } from "@fcrt/logger";
import { multistream, pino, stdSerializers, stdTimeFunctions } from "pino";
import type { LoggerOptions } from "pino";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { inInvocation } from "./in-invocation.ts";

const captured = captureStdout();

const error = new TypeError("refused", { cause: new Error("no money") });

test("A pino that exists adopts the format alone", async () => {
  const logger = pino({}, fcDestination());
  const { id } = await inInvocation(() => logger.child({ module: "pay" }).info({ a: 1 }, "paid"));

  const line = captured.lines.find((text) => text.includes("paid"));
  expect(line).toMatch(new RegExp(`^\\S{23} ${id} \\[INFO\\] paid \\{"module":"pay","a":1\\}$`));
});

describe("Whatever the set-up is, line, level, message and fields are right:", () => {
  test.each<[string, LoggerOptions]>([
    ["as it comes", {}],
    ["base: undefined", { base: undefined } as unknown as LoggerOptions],
    ["base: null", { base: null }],
    ["no timestamp", { timestamp: false }],
    ["an ISO timestamp", { timestamp: stdTimeFunctions.isoTime }],
    ["a timestamp in seconds", { timestamp: stdTimeFunctions.unixTime }],
    ["labels for levels", { formatters: { level: (label) => ({ level: label }) } }],
    ["the message under another name", { messageKey: "message" }],
    ["the error under another name", { errorKey: "error" }],
    ["serializers given", { serializers: { err: stdSerializers.err } }],
  ])("%s", (_name, options) => {
    const logger = pino({ level: "trace", ...options }, fcDestination());
    logger.debug({ a: 1 }, "paid %s", "twice");
    logger.fatal("gone");
    logger.info({ b: [2] });
    logger.child({ c: 3 }).warn("child");

    expect(captured.lines.map(saidOf)).toEqual([
      'DEBUG paid twice {"a":1}',
      "FATAL gone",
      'INFO {"b":[2]}',
      'WARN child {"c":3}',
    ]);
  });

  test.each<[string, LoggerOptions]>([
    ["as it comes", {}],
    ["the error under another name", { errorKey: "error" }],
    ["the message under another name", { messageKey: "message" }],
    ["serializers given", { serializers: { err: stdSerializers.errWithCause } }],
  ])("an error, %s", (_name, options) => {
    const logger = pino(options, fcDestination());
    logger.error(error, "charge failed");
    logger.error(error);

    const text = captured.lines.map(saidOf).join("\n");
    expect(saidOf(captured.lines[0] ?? "")).toMatch(/^ERROR charge failed/);
    expect(text).toContain("TypeError: refused");
    expect(text).toContain("ERROR     at ");
    expect(text).toContain("no money");
  });

  test("each error of an AggregateError", () => {
    pino({}, fcDestination()).error(new AggregateError([new Error("one"), error], "both"));

    const text = captured.lines.map(saidOf).join("\n");
    for (const part of ["both", "one", "refused"]) expect(text).toContain(part);
  });

  test("the properties of an error", () => {
    pino({}, fcDestination()).error(Object.assign(new Error("down"), { code: "ECONNREFUSED" }));

    expect(captured.text).toContain("ECONNREFUSED");
  });

  test("a level under the name that a log service likes", () => {
    const formatters = { level: (severity: string): object => ({ severity }) };
    pino({ formatters }, fcDestination()).warn({ a: 1 }, "paid");

    expect(saidOf(captured.lines[0] ?? "")).toMatch(/^WARN paid \{.*"a":1\}$/);
  });

  test("a timestamp under another name", () => {
    pino({ timestamp: () => ',"at":"now"' }, fcDestination()).info({ a: 1 }, "paid");

    expect(saidOf(captured.lines[0] ?? "")).toBe('INFO paid {"at":"now","a":1}');
  });

  test("a name, bindings and fields that formatters have made", () => {
    const formatters = {
      bindings: ({ name }: Record<string, unknown>): object => ({ service: name }),
      log: (fields: object): Record<string, unknown> => ({ ...fields, formatted: true }),
    };
    pino({ name: "shop", formatters }, fcDestination()).info({ a: 1 }, "paid");

    expect(saidOf(captured.lines[0] ?? "")).toBe(
      'INFO paid {"service":"shop","a":1,"formatted":true}',
    );
  });

  test("levels of its own", () => {
    const logger = pino({ customLevels: { audit: 35 } }, fcDestination());
    logger.audit("audited");

    expect(captured.lines.map(saidOf)).toEqual(["AUDIT audited"]);
  });

  test("redaction, and ours", () => {
    const logger = pino({ redact: ["password"] }, fcDestination());
    logger.info({ password: "CANARY", headers: { Authorization: "CANARY" } }, "paid");

    expect(captured.text).not.toContain("CANARY");
    expect(captured.lines).toHaveLength(1);
  });

  test("one stream of several", () => {
    const streams = multistream([{ level: "warn", stream: fcDestination() }]);
    const logger = pino({ level: "trace" }, streams);
    logger.info("quiet");
    logger.error({ a: 1 }, "loud");

    expect(captured.lines.map(saidOf)).toEqual(['ERROR loud {"a":1}']);
  });

  test("an object that is hostile to no end", () => {
    const cycle: Record<string, unknown> = { big: 10n };
    cycle["self"] = cycle;
    pino({}, fcDestination()).info({ cycle }, "paid");

    expect(saidOf(captured.lines[0] ?? "")).toMatch(/^INFO paid \{"cycle":/);
  });
});

describe("In json", () => {
  test.each<[string, LoggerOptions]>([
    ["as it comes", {}],
    ["labels for levels", { formatters: { level: (label) => ({ level: label }) } }],
    ["an ISO timestamp", { timestamp: stdTimeFunctions.isoTime }],
  ])("the line has our head and its fields, %s", (_name, options) => {
    pino(options, fcDestination({ format: "json" })).warn({ a: 1, requestId: "mine" }, "paid");

    expect(JSON.parse(captured.text)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      level: "warn",
      requestId: "-",
      requestId_: "mine",
      a: 1,
      msg: "paid",
    });
  });

  test("the message under another name keeps it", () => {
    pino({ messageKey: "message" }, fcDestination({ format: "json" })).info("paid");

    expect(JSON.parse(captured.text)).toMatchObject({ level: "info", message: "paid" });
  });

  test("an error is pino's", () => {
    pino({}, fcDestination({ format: "json" })).error(error, "charge failed");

    expect(JSON.parse(captured.text)).toMatchObject({
      msg: "charge failed",
      err: { type: "TypeError", stack: expect.stringContaining("no money") },
    });
  });
});

test.each<[FormatOptions, RegExp]>([
  [{ multiline: "escape" }, /^\S+ - \[INFO\] a\\nb\n$/],
  [{ multiline: "indent" }, /^\S+ - \[INFO\] a\n {2}b\n$/],
  [{ timeSuffix: "Z", multiline: "escape" }, /^\S+Z - \[INFO\] a\\nb\n$/],
])("fcDestination(%j)", (options, expected) => {
  pino({}, fcDestination(options)).info("a\nb");

  expect(captured.text).toMatch(expected);
});

test("Buffered lines are there after a flush", () => {
  const logger = pino({}, fcDestination({ buffered: true }));
  logger.info("paid");
  expect(captured.text).toBe("");
  logger.flush();

  expect(captured.lines.map(saidOf)).toEqual(["INFO paid"]);
});

function saidOf(line: string): string {
  const parsed = parseLine(line);
  expect(parsed).toMatchObject({ requestId: "-" });
  return `${parsed?.level} ${parsed?.message}`;
}
