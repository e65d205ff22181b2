import {
  formatLine,
  lineLimit,
  noRequestId,
  parseLine,
  plainStyle,
  timestampOf,
} from "@fcrt/core/protocol";
import type { LineStyle } from "@fcrt/core/protocol";
import { describe, expect, test } from "vitest";
import { mostLines } from "../../packages/core/src/protocol/line.ts";

const time = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const prefix = "2026-01-02T03:04:05.006 id [INFO] ";

function lineOf(message: string, style?: Partial<LineStyle>, tail?: string): string {
  return formatLine(time, "id", "INFO", message, { ...plainStyle, ...style }, tail);
}

function saidIn(written: string): string[] {
  return written
    .slice(0, -1)
    .split("\n")
    .map((line) => line.replace(prefix, ""));
}

describe("A recommended line", () => {
  test("has time, ID, level, message and its line feed", () => {
    expect(formatLine(time, "id", "INFO", "paid")).toBe(`${prefix}paid\n`);
    expect(formatLine(time, noRequestId, "WARN", "")).toBe("2026-01-02T03:04:05.006 - [WARN] \n");
    expect(lineOf("paid", { timeSuffix: "Z" }, " {}")).toBe(
      "2026-01-02T03:04:05.006Z id [INFO] paid {}\n",
    );
    expect(plainStyle).toEqual({ multiline: "prefix", timeSuffix: "" });
    expect(Object.isFrozen(plainStyle)).toBe(true);
  });

  test.each([
    ["prefix", [`${prefix}a`, `${prefix}b`, `${prefix}c tail`]],
    ["indent", [`${prefix}a`, "  b", "  c tail"]],
    ["escape", [String.raw`${prefix}a\nb\nc tail`]],
  ] as const)("with line breaks and a tail follows the style %s", (multiline, lines) => {
    expect(lineOf("a\nb\nc", { multiline }, " tail")).toBe(`${lines.join("\n")}\n`);
    expect(lineOf("a\r\nb\u2028c", { multiline }, " tail")).toBe(`${lines.join("\n")}\n`);
  });

  test.each(["\n", "\r\n", "\v", "\f", "\r", "\x85", "\u2028", "\u2029"])(
    "is two where %j stands in it",
    (lineBreak) => {
      expect(lineOf(`a${lineBreak}b`)).toBe(`${prefix}a\n${prefix}b\n`);
    },
  );

  test.each([
    ["\0", String.raw`\x00`],
    ["\x08", String.raw`\x08`],
    ["\x0e", String.raw`\x0e`],
    ["\x1b", String.raw`\x1b`],
    ["\x1f", String.raw`\x1f`],
    ["\x7f", String.raw`\x7f`],
    ["\x80", String.raw`\x80`],
    ["\x9f", String.raw`\x9f`],
    ["\t", "\t"],
    [" ~\xa0é\u2027\u202a", " ~\xa0é\u2027\u202a"],
  ])("spells %j out if a terminal obeys it", (character, shown) => {
    expect(lineOf(`a${character}b${character}`)).toBe(`${prefix}a${shown}b${shown}\n`);
  });

  test("keeps a `$` of its ID as it is on every line", () => {
    expect(formatLine(time, "$&", "INFO", "a\nb")).toBe(
      "2026-01-02T03:04:05.006 $& [INFO] a\n2026-01-02T03:04:05.006 $& [INFO] b\n",
    );
  });

  test.each([
    [0, "1970-01-01T00:00:00.000"],
    [-1, "1969-12-31T23:59:59.999"],
    [-1000, "1969-12-31T23:59:59.000"],
    [999.9, "1970-01-01T00:00:00.999"],
    [1000, "1970-01-01T00:00:01.000"],
    [1001, "1970-01-01T00:00:01.001"],
    [61_010, "1970-01-01T00:01:01.010"],
    [1001, "1970-01-01T00:00:01.001"],
  ])("at %d tells the time %s", (at, told) => {
    expect(timestampOf(at)).toBe(told);
  });
});

describe("A line around the limit", () => {
  const room = lineLimit - prefix.length - 1;

  test.each([1, 2, 3, 4])(
    "of characters of %d bytes is one while it fits, and two then",
    (bytes) => {
      const unit = ["x", "é", "✓", "𝄞"][bytes - 1] ?? "";
      const count = Math.floor(room / bytes);
      const fits = unit.repeat(count) + "x".repeat(room - count * bytes);

      expect(saidIn(lineOf(fits))).toEqual([fits]);
      expect(Buffer.byteLength(lineOf(fits))).toBe(lineLimit);
      const [first = "", second = "", ...others] = saidIn(lineOf(`${fits}x`));
      expect(others).toEqual([]);
      expect([first.slice(0, 11), second.slice(0, 11)]).toEqual(["(part 1/2) ", "(part 2/2) "]);
      expect(first.slice(11) + second.slice(11)).toBe(`${fits}x`);
    },
  );

  // The first and the last character of each size in UTF-8.
  test.each(["\x7f", "\x80", "\u07ff", "\u0800", "\uffff", "\u{10000}", "\u{10ffff}"])(
    "is cut where the parts are full, whatever the size of %j",
    (character) => {
      const unit = /[\x7f\x80]/.test(character)
        ? `\\x${character.charCodeAt(0).toString(16)}`
        : character;
      const message = character.repeat(room);
      const size = Buffer.byteLength(unit);
      const parts = saidIn(lineOf(message)).map((part) => part.replace(/^\(part \d+\/\d+\) /, ""));
      const full = room - "(part 999999/999999) ".length;

      expect(parts.join("")).toBe(unit.repeat(room));
      for (const part of parts.slice(0, -1)) {
        const bytes = Buffer.byteLength(part);
        expect(bytes).toBeLessThanOrEqual(full);
        // Spelled out, a character is several.
        expect(bytes).toBeGreaterThan(full - (unit === character ? size : 1));
      }
    },
  );

  test("has no part without text", () => {
    const full = room - "(part 999999/999999) ".length;
    expect(saidIn(lineOf("x".repeat(2 * full)))).toHaveLength(2);
    expect(saidIn(lineOf("x".repeat(2 * full + 1)))).toHaveLength(3);
  });

  test("of a style that escapes is as long as what is written", () => {
    const count = Math.ceil(room * 0.75);
    const parts = saidIn(lineOf("\n".repeat(count), { multiline: "escape" }));
    expect(parts.map((part) => part.slice(0, 11))).toEqual(["(part 1/2) ", "(part 2/2) "]);
    expect(parts.map((part) => part.slice(11)).join("")).toBe(String.raw`\n`.repeat(count));
  });

  test("counts its tail, and cuts each line of a message by itself", () => {
    const long = "x".repeat(room);
    expect(saidIn(lineOf("", {}, `${long}x`))).toHaveLength(2);
    expect(saidIn(lineOf(`a\n${long}\n${long}x`)).map((said) => said.slice(0, 11))).toEqual([
      "a",
      "x".repeat(11),
      "(part 1/2) ",
      "(part 2/2) ",
    ]);
  });
});

describe("A message of very many lines", () => {
  test("has each of them up to the limit, and spells the breaks out beyond it", () => {
    expect(saidIn(lineOf("\n".repeat(mostLines)))).toHaveLength(mostLines + 1);
    const beyond = saidIn(lineOf("\n".repeat(mostLines + 1)));
    expect(beyond.length).toBeLessThan(20);
    expect(beyond[0]).toMatch(/^\(part 1\/\d+\) \\n\\n/);
  });

  test("is escaped in any style, time suffix and tail kept", () => {
    const written = lineOf(
      "\r\n".repeat(mostLines + 1),
      { multiline: "indent", timeSuffix: "Z" },
      " tail",
    );
    expect(written.startsWith("2026-01-02T03:04:05.006Z id [INFO] (part 1/")).toBe(true);
    expect(written.endsWith(String.raw`\n tail` + "\n")).toBe(true);
  });

  test("does not let a long one of few lines look like it", () => {
    const [first = "", ...others] = saidIn(lineOf(`${"x".repeat(mostLines)}\nb`));
    expect(first).toMatch(/^\(part 1\/4\) x/);
    expect(others.at(-1)).toBe("b");
  });
});

describe("What is read back of a line", () => {
  test.each([
    [`${prefix}paid`, "paid"],
    [prefix, ""],
    [`${prefix}a [b] c`, "a [b] c"],
    ["2026-01-02T03:04:05.006Z id [INFO] paid", "paid"],
    [`${prefix}a\nb`, "a\nb"],
  ])("of %j is what it says", (line, message) => {
    expect(parseLine(line)).toEqual({
      time: "2026-01-02T03:04:05.006",
      requestId: "id",
      level: "INFO",
      message,
    });
  });

  test.each([
    ` ${prefix}`,
    "2026-01-02T03:04:05.006 id [] paid",
    "2026-01-02T03:04:05.006 id [IN FO] paid",
    "2026-01-02T03:04:05.006 id [IN]FO] paid",
    "2026-01-02T03:04:05.006 id INFO paid",
    "2026-01-02T03:04:05.006  [INFO] paid",
    "2026-01-02T03:04:05.06 id [INFO] paid",
    "2026-01-02T03:04:5.006 id [INFO] paid",
    "2026-01-02T03:04:05.006X id [INFO] paid",
    "202-01-02T03:04:05.006 id [INFO] paid",
    "2026-01-02T03:04:05.006 i d [INFO] paid",
    "2026-01-02T03:04:05.006 id [INFO]paid",
    "",
  ])("is nothing where it is no such line: %j", (line) => {
    expect(parseLine(line)).toBeUndefined();
  });
});
