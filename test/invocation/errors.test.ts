import { FcrtError } from "@fcrt/core";
import { describeError, errorMessage, errorText } from "@fcrt/core/extension";
import { describe, expect, test } from "vitest";
import { Credentials } from "../../packages/core/src/invocation/credentials.ts";
import { writeError, writeLine } from "../../packages/core/src/invocation/lines.ts";
import { mostLines } from "../../packages/core/src/protocol/line.ts";
import { captureStdout } from "../support/captured-stdout.ts";

const captured = captureStdout();

function thrown(parts: object): Error {
  return Object.assign(new Error("broken"), { stack: "Error: broken\n    at here" }, parts);
}

const hostile = new Proxy(
  {},
  {
    get() {
      throw new Error("not me");
    },
  },
);

describe("What is told of a thrown value", () => {
  test.each([
    [
      "an error",
      thrown({}),
      { type: "Error", message: "broken", stack: ["Error: broken", "    at here"] },
    ],
    [
      "an error with another name",
      thrown({ name: "TypeError" }),
      { type: "TypeError", message: "broken", stack: ["Error: broken", "    at here"] },
    ],
    [
      "an error with another message",
      thrown({ message: "new" }),
      { type: "Error", message: "new", stack: ["Error: new", "    at here"] },
    ],
    [
      "an error whose lines look like calls",
      thrown({ message: "new", stack: "x at y\n at here\n\tat there\nat z" }),
      { type: "Error", message: "new", stack: ["Error: new", " at here", "\tat there"] },
    ],
    [
      "an error without a stack",
      thrown({ stack: undefined }),
      { type: "Error", message: "broken", stack: [] },
    ],
    [
      "an error with an empty stack",
      thrown({ stack: "" }),
      { type: "Error", message: "broken", stack: [] },
    ],
    [
      "an error whose parts are no texts",
      thrown({ name: 1, stack: 2, message: 3 }),
      { type: "Error", message: '{"name":1}', stack: [] },
    ],
    ["an object", { a: 1 }, { type: "Error", message: '{"a":1}', stack: [] }],
    [
      "an object with a message",
      { message: "said" },
      { type: "Error", message: "said", stack: [] },
    ],
    [
      "an object with secrets",
      { cookie: "CANARY" },
      { type: "Error", message: '{"cookie":"[redacted]"}', stack: [] },
    ],
    ["a text", "said", { type: "Error", message: "said", stack: [] }],
    ["an empty text", "", { type: "Error", message: "", stack: [] }],
    ["a number", 7, { type: "Error", message: "7", stack: [] }],
    ["nothing", undefined, { type: "Error", message: "undefined", stack: [] }],
    ["null", null, { type: "Error", message: "null", stack: [] }],
    ["a symbol", Symbol("s"), { type: "Error", message: "Symbol(s)", stack: [] }],
    ["a hostile value", hostile, { type: "Error", message: "[unprintable]", stack: [] }],
    [
      "an object that JSON leaves out",
      { toJSON: () => undefined, toString: (): string => "own" },
      { type: "Error", message: "own", stack: [] },
    ],
  ])("that is %s", (_case, value, told) => {
    expect(describeError(value)).toEqual(told);
    expect(errorMessage(value)).toBe(told.message);
  });

  test("that is a function is its name and its code", () => {
    const said = Object.assign(function mine() {}, { message: "said" });
    expect(describeError(said)).toEqual({ type: "mine", message: "said", stack: [] });
    expect(errorMessage(() => 7)).toBe("() => 7");
  });

  test("that is ours is its code and its sentence", () => {
    const error = new FcrtError("FCRT_DEADLINE_PASSED", "Expected more");
    expect(describeError(error)).toEqual({
      type: "FCRT_DEADLINE_PASSED",
      message: "Expected more",
      stack: [],
    });
    expect(describeError({ name: "FcrtError", message: "said", stack: "x" })).toEqual({
      type: "FcrtError",
      message: "said",
      stack: [],
    });
    expect(errorText(error)).toBe("FCRT_DEADLINE_PASSED: Expected more");
  });

  test("has as many lines as a line of the log may become", () => {
    const stack = `Error: broken${"\n    at here".repeat(mostLines + 1)}`;
    expect(describeError(thrown({ stack })).stack).toHaveLength(mostLines);
  });
});

describe("The text of a thrown value", () => {
  const stack = "Error: broken\n    at here";

  test.each([
    ["an error", thrown({}), stack],
    ["a text", "said", "said"],
    ["an object without a stack", { name: "Mine", message: "said" }, "Mine: said"],
    ["an error with a cause", thrown({ cause: "why" }), `${stack}\nCaused by: why`],
    ["an error with a cause that is nothing", thrown({ cause: undefined }), stack],
    ["an error with null for a cause", thrown({ cause: null }), `${stack}\nCaused by: null`],
    [
      "an error with errors and a cause",
      thrown({ errors: ["a", thrown({})], cause: "why" }),
      `${stack}\nError 1: a\nError 2: ${stack}\nCaused by: why`,
    ],
    ["an error whose errors are no list", thrown({ errors: { 0: "a", length: 1 } }), stack],
    [
      "an error whose errors are hostile",
      thrown({
        errors: new Proxy(["a"], {
          get: (_list, key) => {
            throw new Error(String(key));
          },
        }),
      }),
      stack,
    ],
  ])("of %s is whole", (_case, value, text) => {
    expect(errorText(value)).toBe(text);
  });

  test("names what comes again, once", () => {
    const error = thrown({});
    Object.assign(error, { errors: [error], cause: error });
    expect(errorText(error)).toBe(`${stack}\nError 1: [circular]\nCaused by: [circular]`);
  });

  test("goes ten causes deep", () => {
    let error: unknown = "0";
    for (let depth = 1; depth <= 11; depth += 1)
      error = { name: "E", message: `${depth}`, cause: error };
    const lines = errorText(error).split("\n");
    expect(lines).toHaveLength(12);
    expect(lines.at(-2)).toBe("Caused by: E: 1");
    expect(lines.at(-1)).toBe("Caused by: [and more]");
  });

  test("goes ten errors deep, and twenty wide", () => {
    let error: unknown = "0";
    for (let depth = 1; depth <= 11; depth += 1)
      error = { name: "E", message: `${depth}`, errors: [error] };
    expect(errorText(error).split("\n").at(-1)).toBe("Error 1: [and more]");
    const many = { name: "E", message: "many", errors: Array.from({ length: 21 }, String) };
    expect(errorText(many).split("\n")).toHaveLength(21);
  });
});

describe("A line of core's own", () => {
  const parts = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} (\S+ \[\w+\] .*)$/;

  function told(): (string | undefined)[] {
    return captured.lines.map((line) => parts.exec(line)?.[1]);
  }

  test("has the level and the ID that it is given, or a hyphen", () => {
    writeLine("WARN", "careful", "id");
    writeLine("INFO", "well");
    expect(told()).toEqual(["id [WARN] careful", "- [INFO] well"]);
  });

  test("that tells an error hides the values of headers in both ways of quoting them", () => {
    writeError(`{"cookie":"CANARY"} { cookie: 'CANARY' }`, "id");
    writeError("outside");
    expect(told()).toEqual([
      `id [ERROR] {"cookie":"[redacted]"} { cookie: '[redacted]' }`,
      "- [ERROR] outside",
    ]);
  });

  test("that tells an error of an invocation hides its credentials wherever they stand", () => {
    const credentials = new Credentials("CANARYid", "CANARYsecret", "CANARYtoken");
    writeError("CANARYid CANARYsecret CANARYtoken CANARYid", "id", credentials);
    writeError("told", "id", new Credentials("", undefined, "t0"));
    expect(told()).toEqual([
      "id [ERROR] [redacted] [redacted] [redacted] [redacted]",
      "id [ERROR] told",
    ]);
  });
});
