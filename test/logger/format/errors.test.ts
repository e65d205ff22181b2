import { parseLine } from "@fcrt/core/protocol";
import { createLogger } from "@fcrt/logger";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";

const captured = captureStdout();

/** What the lines say, one under the other. */
function said(): string[] {
  return captured.lines.map((line) => {
    const parsed = parseLine(line);
    expect(parsed).toMatchObject({ level: "ERROR", requestId: "-" });
    return parsed?.message ?? "";
  });
}

const logger = createLogger({ level: "info", format: "text" });

test("An error alone is its type, message and stack", () => {
  const error = new TypeError("refused");
  logger.error(error);

  expect(said()).toEqual(error.stack?.split("\n"));
});

test("A message comes first, then the error", () => {
  const error = new Error("refused");
  logger.error(error, "charge of %s failed", "Ann");

  expect(said()).toEqual(["charge of Ann failed", ...(error.stack ?? "").split("\n")]);
});

test.each(["Error", "refused", "at", "errors.test.ts", "r"])(
  "The message %j is there too, though the stack has the word",
  (message) => {
    const error = new Error("was refused");
    logger.error(error, message);

    expect(said()[0]).toBe(message);
    expect(said().slice(1)).toEqual((error.stack ?? "").split("\n"));
  },
);

test("Fields stand behind the message, and before the error", () => {
  const error = new Error("refused");
  logger.error({ err: error, orderId: 7 }, "charge failed");
  logger.error({ err: error, orderId: 8 });

  const stack = (error.stack ?? "").split("\n");
  const [first, ...rest] = said();
  expect(first).toBe('charge failed {"orderId":7}');
  expect(rest.slice(0, stack.length)).toEqual(stack);
  const second = rest.slice(stack.length);
  expect(second[0]).toContain('{"orderId":8}');
  expect(second.slice(1)).toEqual(stack);
});

test("Every cause follows, with its type, message and stack", () => {
  const inner = new RangeError("inner");
  const middle = new TypeError("middle", { cause: inner });
  const outer = new Error("outer", { cause: middle });
  logger.error(outer, "failed");

  expect(said()).toEqual([
    "failed",
    ...(outer.stack ?? "").split("\n"),
    ...`Caused by: ${middle.stack}`.split("\n"),
    ...`Caused by: ${inner.stack}`.split("\n"),
  ]);
});

test("A cause that is no error is shown as it is", () => {
  logger.error(new Error("outer", { cause: "a text" }));
  logger.error(new Error("outer", { cause: { code: 7 } }));

  const text = said().join("\n");
  expect(text).toContain("Caused by: a text");
  expect(text).toContain('{"code":7}');
});

test("Each error of an AggregateError is shown, and what caused it", () => {
  const one = new Error("one", { cause: new Error("why") });
  const two = new RangeError("two");
  logger.error(new AggregateError([one, two], "both"));

  const text = said().join("\n");
  for (const part of ["AggregateError: both", "Error: one", "Error: why", "RangeError: two"]) {
    expect(text).toContain(part);
  }
  expect(text).toContain(two.stack);
});

test("A cycle of causes ends", () => {
  const error = new Error("own");
  error.cause = new Error("other", { cause: error });
  logger.error(error);

  expect(said().filter((line) => line.includes("Error: own"))).toHaveLength(1);
  expect(said().some((line) => line.includes("Error: other"))).toBe(true);
});

test("An error whose message was changed shows both its words of now and its stack", () => {
  const error = new Error("before");
  error.message = "after";
  logger.error(error);

  expect(said()[0]).toBe("Error: after");
  expect(said().some((line) => /^\s+at /.test(line))).toBe(true);
});

test("A message with line breaks is told line by line", () => {
  logger.error(new Error("first\nFC Invoke End RequestId: x\nthird"));

  expect(said().slice(0, 3)).toEqual(["Error: first", "FC Invoke End RequestId: x", "third"]);
});

describe("What is thrown need not be an error:", () => {
  test.each<[string, unknown, string]>([
    ["a text", "boom", "boom"],
    ["a number", 42, "42"],
    ["an object", { code: 7 }, '{"code":7}'],
    ["null", null, "null"],
    ["a BigInt", 10n, "10"],
  ])("%s, as err", (_name, thrown, text) => {
    logger.error({ err: thrown }, "charge failed");

    expect(said()[0]).toMatch(/^charge failed/);
    expect(said().join("\n")).toContain(text);
  });

  test("an object with the properties of an error", () => {
    logger.error({ name: "Odd", message: "duck", stack: "Odd: duck\n    at pond" }, "failed");

    const text = said().join("\n");
    expect(text).toContain("failed");
    expect(text).toContain("duck");
    expect(text).toContain("pond");
  });
});

test("errorKey names the field that holds the error", () => {
  const error = new Error("refused");
  createLogger({ level: "info", format: "text", errorKey: "error" }).error({ error }, "failed");

  expect(said()).toEqual(["failed", ...(error.stack ?? "").split("\n")]);
});

test("The serializer of a program's own is used instead", () => {
  const serializers = { err: (error: Error) => ({ only: error.message }) };
  createLogger({ level: "info", format: "text", serializers }).error(
    new Error("refused"),
    "failed",
  );

  expect(said()).toEqual(['failed {"err":{"only":"refused"}}']);
});

test("With `escape` all of it is one line", () => {
  const error = new Error("refused", { cause: new Error("why") });
  const escaping = createLogger({ level: "info", format: "text", multiline: "escape" });
  escaping.error(error, "failed");

  expect(said()).toHaveLength(1);
  expect(said()[0]).toContain(String.raw`failed\nError: refused\n    at `);
  expect(said()[0]).toContain(String.raw`\nCaused by: Error: why\n    at `);
});

test("The error that a child is bound to stands in each of its lines", () => {
  const child = logger.child({ err: new Error("bound") });
  child.error("one");
  child.error("two");

  const text = said().join("\n");
  expect(text.match(/Error/g)?.length).toBeGreaterThanOrEqual(2);
  expect(text).toContain("one");
  expect(text).toContain("two");
  expect(text.match(/bound/g)?.length).toBeGreaterThanOrEqual(2);
});
