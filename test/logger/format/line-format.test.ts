import type { Invocation } from "@fcrt/core/extension";
import { lineLimit } from "@fcrt/core/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { lineFormatOf, redactText } from "../../../packages/logger/src/line-format.ts";
import type { Content } from "../../../packages/logger/src/line-format.ts";

const time = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const at = "2026-01-02T03:04:05.006";
const invocation = invocationOf("my-function");

function invocationOf(name: string | undefined): Invocation {
  return { requestId: "id-1", context: { function: { name } } } as Invocation;
}

function content(parts: Partial<Content>): Content {
  return { level: "info", message: undefined, messageKey: "msg", fields: "", errors: [], ...parts };
}

const style = { multiline: "prefix", timeSuffix: "", buffered: false } as const;

function textOf(parts: Partial<Content>): string {
  return text(invocation, parts);
}

function jsonOf(parts: Partial<Content>): string {
  return json(invocation, parts);
}

function text(within: Invocation | undefined, parts: Partial<Content>): string {
  return lineFormatOf({ ...style, format: "text" })(time, within, content(parts));
}

function json(within: Invocation | undefined, parts: Partial<Content>): string {
  return lineFormatOf({ ...style, format: "json" })(time, within, content(parts));
}

describe("A text line", () => {
  test.each([
    [{ message: "paid" }, "paid"],
    [{ fields: '{"a":1}' }, '{"a":1}'],
    [{ message: "paid", fields: '{"a":1}' }, 'paid {"a":1}'],
    [{ message: "", fields: '{"a":1}' }, '{"a":1}'],
    [{}, ""],
  ])("of %j holds message and fields, with a blank between where both are", (parts, said) => {
    expect(textOf(parts)).toBe(`${at} id-1 [INFO] ${said}\n`);
  });

  test("has a hyphen for the ID outside of an invocation", () => {
    expect(text(undefined, { message: "paid" })).toBe(`${at} - [INFO] paid\n`);
  });

  test("follows the style that was asked for, with errors and without", () => {
    const indent = lineFormatOf({ ...style, format: "text", multiline: "indent", timeSuffix: "Z" });
    const errors = ["first\nsecond"];

    expect(indent(time, invocation, content({ message: "a\nb" }))).toBe(
      `${at}Z id-1 [INFO] a\n  b\n`,
    );
    expect(indent(time, invocation, content({ errors }))).toBe(
      `${at}Z id-1 [INFO] first\n  second\n`,
    );
  });

  test.each([
    ["fatal", "FATAL"],
    ["my level\n[x]\0\x7f\x9f", "MY_LEVEL__X____"],
  ])("of the level %j names it so that the line keeps its shape", (level, shown) => {
    // Twice, for a level is remembered.
    for (let count = 0; count < 2; count += 1)
      expect(textOf({ level, message: "paid" })).toBe(`${at} id-1 [${shown}] paid\n`);
  });

  test.each([
    ["\x7f", "\\u007f"],
    ["\x80", "\\u0080"],
    ["\x9f", "\\u009f"],
    ["\u2028", "\\u2028"],
    ["\u2029", "\\u2029"],
    ["\u00a0é✓", "\u00a0é✓"],
    [" ~", " ~"],
  ])(
    "spells %j in fields out if it ends a line somewhere, or a terminal obeys it",
    (character, shown) => {
      expect(textOf({ fields: `{"a":"${character}"}` })).toBe(
        `${at} id-1 [INFO] {"a":"${shown}"}\n`,
      );
    },
  );

  test("hides secrets in its fields and in the texts of its errors", () => {
    expect(textOf({ fields: '{"cookie":"CANARY"}' })).toBe(
      `${at} id-1 [INFO] {"cookie":"[redacted]"}\n`,
    );
    expect(textOf({ errors: [`{"cookie":"CANARY"} and { cookie: 'CANARY' }`] })).toBe(
      `${at} id-1 [INFO] {"cookie":"[redacted]"} and { cookie: '[redacted]' }\n`,
    );
  });
});

describe("The errors of a text line", () => {
  const error = { message: "broken", stack: "Error: broken\n    at here" };
  const prefix = `${at} id-1 [INFO] `;
  const stack = [`${prefix}Error: broken`, `${prefix}    at here`];

  test.each([
    ["an error alone", { message: "broken", errors: [error] }, stack],
    [
      "an error with a message",
      { message: "failed", errors: [error] },
      [`${prefix}failed`, ...stack],
    ],
    [
      "an error with its own message and fields",
      { message: "broken", fields: '{"a":1}', errors: [error] },
      [`${prefix}broken {"a":1}`, ...stack],
    ],
    [
      "an error with fields",
      { fields: '{"a":1}', errors: [error] },
      [`${prefix}{"a":1}`, ...stack],
    ],
    ["an error without anything", { errors: [error] }, stack],
    [
      "two errors, one of them the message",
      { message: "broken", errors: ["other", error] },
      [`${prefix}other`, ...stack],
    ],
    [
      "two errors, none of them the message",
      { message: "failed", errors: ["other", error] },
      [`${prefix}failed`, `${prefix}other`, ...stack],
    ],
  ])("follow it, and %s is not told twice", (_case, parts, lines) => {
    expect(textOf(parts)).toBe(`${lines.join("\n")}\n`);
  });
});

test("A text that quotes objects in both ways loses the secrets of both", () => {
  expect(redactText(`{"cookie":"CANARY"} { cookie: 'CANARY' }`)).toBe(
    `{"cookie":"[redacted]"} { cookie: '[redacted]' }`,
  );
});

describe("A JSON line", () => {
  const head = `{"time":"${at}Z","level":"info","requestId":"id-1","functionName":"my-function"`;

  test.each([
    [{ message: "paid" }, `${head},"msg":"paid"}\n`],
    [{ fields: '{"a":1}' }, `${head},"a":1}\n`],
    [{ message: "paid", fields: '{"a":1}' }, `${head},"a":1,"msg":"paid"}\n`],
    [{ message: "", messageKey: "text" }, `${head},"text":""}\n`],
    [{}, `${head}}\n`],
  ])("of %j holds exactly that", (parts, line) => {
    expect(jsonOf(parts)).toBe(line);
  });

  test("has a hyphen for the ID outside of an invocation, and no function", () => {
    expect(json(undefined, {})).toBe(`{"time":"${at}Z","level":"info","requestId":"-"}\n`);
  });

  test("names no function that has no name", () => {
    expect(json(invocationOf(undefined), {})).toBe(
      `{"time":"${at}Z","level":"info","requestId":"id-1"}\n`,
    );
  });

  test("spells out what ends a line somewhere, or a terminal obeys, in level, fields and message", () => {
    const parts = { level: "\u2028", fields: '{"\x7f":"\x9f"}', message: "\u2029\x1b" };
    expect(jsonOf(parts)).toBe(
      `{"time":"${at}Z","level":"\\u2028","requestId":"id-1","functionName":"my-function","\\u007f":"\\u009f","msg":"\\u2029\\u001b"}\n`,
    );
  });

  test("hides secrets in its fields", () => {
    expect(jsonOf({ fields: '{"cookie":"CANARY"}' })).toBe(`${head},"cookie":"[redacted]"}\n`);
  });

  test.each(["time", "level", "requestId", "functionName", "trace_id", "span_id", "msg"])(
    "keeps a field named %s under another name",
    (name) => {
      const fields = JSON.stringify({ [name]: 1, [`${name}_`]: 2, other: 3 });
      expect(jsonOf({ fields, message: "paid" })).toBe(
        `${head},"${name}__":1,"${name}_":2,"other":3,"msg":"paid"}\n`,
      );
    },
  );

  test("gives a field no name that an earlier one got", () => {
    // As JSON of several sources may say, a name stands in it twice only after one was renamed.
    expect(jsonOf({ fields: '{"time":1,"level":2,"time_":3,"time__":4}' })).toBe(
      `${head},"time___":1,"level_":2,"time_":3,"time__":4}\n`,
    );
  });

  test.each(['{"b":1,"1":2}', '{"a":1.0,"a":1e3}'])(
    "keeps the fields %s as they came",
    (fields) => {
      expect(jsonOf({ fields })).toBe(`${head},${fields.slice(1)}\n`);
    },
  );

  test("leaves the name of a message that is not there to a field", () => {
    expect(jsonOf({ fields: '{"msg":1}' })).toBe(`${head},"msg":1}\n`);
  });
});

describe("A JSON line within an active span", () => {
  const apiKey = Symbol.for("opentelemetry.js.api.1");
  const before: unknown = Reflect.get(globalThis, apiKey);
  afterEach(() => Reflect.set(globalThis, apiKey, before));

  test("carries its ids, in an invocation and outside", () => {
    const span = { spanContext: () => ({ traceId: "t".repeat(32), spanId: "s".repeat(16) }) };
    const api = { context: { active: () => ({ getValue: () => span }) } };
    Reflect.set(globalThis, apiKey, api);
    const trace = `,"trace_id":"${"t".repeat(32)}","span_id":"${"s".repeat(16)}"}`;

    expect(jsonOf({})).toContain(`"functionName":"my-function"${trace}`);
    expect(json(undefined, {})).toContain(`"requestId":"-"${trace}`);
  });
});

describe("A JSON line around the limit", () => {
  function empty(): number {
    return jsonOf({ message: "" }).length;
  }

  function lineOf(message: string): string[] {
    return jsonOf({ message }).trimEnd().split("\n");
  }

  test("is one while it fits", () => {
    // The limit counts the line feed.
    const fits = "x".repeat(lineLimit - empty());
    expect(lineOf(fits)).toHaveLength(1);
    expect(Buffer.byteLength(jsonOf({ message: fits }))).toBe(lineLimit);
    expect(lineOf(`${fits}x`).length).toBeGreaterThan(1);
  });

  test("counts bytes, not characters", () => {
    const short = "é".repeat((lineLimit - empty()) / 2);
    expect(lineOf(short)).toHaveLength(1);
    expect(lineOf(`${short}é`).length).toBeGreaterThan(1);
  });

  test.each(["x", "é", "✓", "\u2028", "\x7f", "𝄞", "a𝄞", "\ud834", "\\", '"'])(
    "of %j alone is whole in its parts, each a JSON object within the limit",
    (unit) => {
      const message = unit.repeat(2 * lineLimit);
      const lines = lineOf(message);
      const parts = lines.map((line) => JSON.parse(line) as Record<string, string>);

      for (const line of lines)
        expect(Buffer.byteLength(`${line}\n`)).toBeLessThanOrEqual(lineLimit);
      for (const part of parts)
        expect(part["text"]).toBe(Buffer.from(part["text"] ?? "").toString());
      expect(parts.map(({ part }) => part)).toEqual(
        parts.map((_part, index) => `${index + 1}/${parts.length}`),
      );
      expect(parts[0]).toMatchObject({ time: `${at}Z`, level: "info", requestId: "id-1" });
      const whole = JSON.parse(parts.map((part) => part["text"]).join("")) as { msg: string };
      expect(whole.msg).toBe(message);
    },
  );

  test("is cut into the fewest parts that hold in the worst case", () => {
    const parts = lineOf("x".repeat(lineLimit));
    const head = jsonOf({}).length - 2;
    const size = Math.floor((lineLimit - head - 64) / 3);
    expect(parts).toHaveLength(Math.ceil((empty() - 1 + lineLimit) / size));
  });

  test("has no part without text", () => {
    const [first = ""] = lineOf("x".repeat(lineLimit));
    const { text: filled } = JSON.parse(first) as { text: string };
    const full = 4 * filled.length - (empty() - 1);
    expect(lineOf("x".repeat(full))).toHaveLength(4);
    expect(lineOf("x".repeat(full + 1))).toHaveLength(5);
  });
});
