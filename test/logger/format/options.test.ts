import { FcrtError } from "@fcrt/core";
import { parseLine } from "@fcrt/core/protocol";
import { createLogger, fcDestination } from "@fcrt/logger";
import type { FormatOptions, LoggerOptions } from "@fcrt/logger";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";

const captured = captureStdout();

const variables = [
  "FCRT_LOG_LEVEL",
  "ALIYUN_FC_LOG_LEVEL",
  "LOG_LEVEL",
  "FCRT_LOG_FORMAT",
  "FCRT_LOG_MULTILINE",
  "FCRT_LOG_BUFFERED",
  "FCRT_LOG_DEBUG_SAMPLE",
  "FCRT_LOG_BUFFER_UNTIL_ERROR",
];

function stub(environment: Readonly<Record<string, string>>): void {
  for (const name of variables) vi.stubEnv(name, environment[name]);
}

afterEach(() => vi.unstubAllEnvs());

describe("The level comes from the first that is set:", () => {
  test.each<[Record<string, string>, string]>([
    [{}, "info"],
    [{ LOG_LEVEL: "warn" }, "warn"],
    [{ LOG_LEVEL: "warn", ALIYUN_FC_LOG_LEVEL: "error" }, "error"],
    [{ LOG_LEVEL: "warn", ALIYUN_FC_LOG_LEVEL: "error", FCRT_LOG_LEVEL: "debug" }, "debug"],
    [{ LOG_LEVEL: "warn", ALIYUN_FC_LOG_LEVEL: "", FCRT_LOG_LEVEL: " " }, "warn"],
    [{ FCRT_LOG_LEVEL: "DEBUG" }, "debug"],
    [{ FCRT_LOG_LEVEL: " Warn " }, "warn"],
    [{ ALIYUN_FC_LOG_LEVEL: "tRaCe" }, "trace"],
    [{ LOG_LEVEL: "FATAL" }, "fatal"],
    [{ LOG_LEVEL: "Silent" }, "silent"],
  ])("%j is %s", (environment, level) => {
    stub(environment);

    expect(createLogger().level).toBe(level);
    expect(createLogger({ level: "error" }).level).toBe("error");
    expect(captured.text).toBe("");
  });
});

test.each(["FCRT_LOG_LEVEL", "ALIYUN_FC_LOG_LEVEL", "LOG_LEVEL"])(
  "An unknown level in %s warns once, and means info",
  (name) => {
    stub({ [name]: "Loud" });
    const levels = [createLogger(), createLogger(), createLogger({ format: "json" })].map(
      ({ level }) => level,
    );

    expect(levels).toEqual(["info", "info", "info"]);
    expect(captured.lines).toHaveLength(1);
    const line = parseLine(captured.lines[0] ?? "");
    expect(line).toMatchObject({ requestId: "-", level: "WARN" });
    expect(line?.message).toContain(name);
    expect(line?.message).toContain("Loud");
  },
);

test("A level that is not the environment's business is not looked at", () => {
  stub({ FCRT_LOG_LEVEL: "loudest" });
  const logger = createLogger({ level: "warn" });

  expect(logger.level).toBe("warn");
  expect(captured.text).toBe("");
});

test("A level of somebody's own can come from the environment", () => {
  stub({ LOG_LEVEL: "AUDIT" });

  expect(createLogger({ customLevels: { audit: 35 } }).level).toBe("audit");
});

test("With levels of its own alone, a logger starts without a level", () => {
  stub({});
  const logger = createLogger({ customLevels: { low: 1, high: 2 }, useOnlyCustomLevels: true });
  logger.high("loud");

  expect(captured.lines).toEqual([expect.stringContaining(" - [HIGH] loud")]);
});

describe("Format and multiline come from the environment, the options first:", () => {
  test.each<[Record<string, string>, FormatOptions, RegExp]>([
    [{ FCRT_LOG_FORMAT: "json" }, {}, /^\{"time".*"msg":"a\\nb"\}\n$/],
    [{ FCRT_LOG_FORMAT: "JSON" }, { format: "text" }, /^\S+ - \[INFO\] a\n\S+ - \[INFO\] b\n$/],
    [{ FCRT_LOG_MULTILINE: "escape" }, {}, /^\S+ - \[INFO\] a\\nb\n$/],
    [{ FCRT_LOG_MULTILINE: "Indent" }, {}, /^\S+ - \[INFO\] a\n {2}b\n$/],
    [{ FCRT_LOG_MULTILINE: "escape" }, { multiline: "indent" }, /^\S+ - \[INFO\] a\n {2}b\n$/],
    [{}, {}, /^\S+ - \[INFO\] a\n\S+ - \[INFO\] b\n$/],
  ])("%j with %j", (environment, options, expected) => {
    stub(environment);
    createLogger(options).info("a\nb");

    expect(captured.text).toMatch(expected);
  });
});

test("Buffered comes from the environment, too", () => {
  stub({ FCRT_LOG_BUFFERED: "on" });
  const logger = createLogger();
  logger.info("paid");
  expect(captured.text).toBe("");
  logger.flush();

  expect(captured.lines).toHaveLength(1);
});

describe("A mistake in the options is an error:", () => {
  test.each<[object, string]>([
    [{ levl: "info" }, "Unknown option `levl`: did you mean `level`?"],
    [{ Format: "json" }, "Unknown option `Format`: did you mean `format`?"],
    [{ multiLine: "escape" }, "Unknown option `multiLine`: did you mean `multiline`?"],
    [{ redacts: [] }, "Unknown option `redacts`: did you mean `redact`?"],
    [{ serializer: {} }, "Unknown option `serializer`: did you mean `serializers`?"],
    [{ debugSamples: 1 }, "Unknown option `debugSamples`: did you mean `debugSample`?"],
    [{ transport: {} }, "Unknown option `transport`: "],
  ])("%j", (options, message) => {
    expectError(() => createLogger(options), "FCRT_OPTION_UNKNOWN", message);
  });

  test.each<[object, string]>([
    [{ level: "loud" }, "Expected `level` to be one of "],
    [{ level: 30 }, "Expected `level` to be one of "],
    [{ format: "xml" }, 'Expected `format` to be one of `"text"`, `"json"`, got `"xml"`'],
    [{ multiline: "no" }, "Expected `multiline` to be one of "],
    [{ timeSuffix: "UTC" }, 'Expected `timeSuffix` to be one of `""`, `"Z"`, got `"UTC"`'],
    [{ buffered: "yes" }, "Expected `buffered` to be one of "],
    [{ debugSample: 1.5 }, "Expected `debugSample` to be a number from 0 to 1, got `1.5`"],
    [{ debugSample: -0.1 }, "Expected `debugSample` to be a number from 0 to 1, got `-0.1`"],
    [{ debugSample: Number.NaN }, "Expected `debugSample` to be a number from 0 to 1"],
    [{ bufferUntilError: "loud" }, "Expected `bufferUntilError` to be one of "],
  ])("%j", (options, message) => {
    expectError(() => createLogger(options as LoggerOptions), "FCRT_OPTION_INVALID", message);
  });

  test.each<[object, string, string]>([
    [{ level: "info" }, "FCRT_OPTION_UNKNOWN", "Unknown option `level`: "],
    [{ formats: "json" }, "FCRT_OPTION_UNKNOWN", "did you mean `format`?"],
    [{ format: "xml" }, "FCRT_OPTION_INVALID", "Expected `format` to be one of "],
  ])("fcDestination(%j)", (options, code, message) => {
    expectError(() => fcDestination(options), code, message);
  });

  test.each([
    ["FCRT_LOG_FORMAT", "xml"],
    ["FCRT_LOG_MULTILINE", "no"],
    ["FCRT_LOG_BUFFERED", "perhaps"],
    ["FCRT_LOG_DEBUG_SAMPLE", "2"],
    ["FCRT_LOG_DEBUG_SAMPLE", "often"],
    ["FCRT_LOG_BUFFER_UNTIL_ERROR", "loud"],
  ])("%s=%s", (name, value) => {
    stub({ [name]: value });

    expectError(() => createLogger(), "FCRT_OPTION_INVALID", "Expected `");
  });
});

function expectError(call: () => unknown, code: string, message: string): void {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(FcrtError);
  expect(thrown).toMatchObject({ code, message: expect.stringContaining(message) });
}
