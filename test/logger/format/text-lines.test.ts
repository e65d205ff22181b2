import { lineLimit, parseLine, parseMarker } from "@fcrt/core/protocol";
import type { Line } from "@fcrt/core/protocol";
import { createLogger } from "@fcrt/logger";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { anyFields, anyLevel, anyMessage } from "./arbitraries.ts";
import { inInvocation } from "./in-invocation.ts";
import { physicalLinesOf, writtenBy } from "./lines.ts";

const captured = captureStdout();

test("Outside an invocation a line has time, `-`, level and message, and its fields behind them", () => {
  createLogger({ level: "info" }).info({ orderId: 7, tags: ["a"] }, "paid");

  expect(captured.text).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} - \[INFO\] paid \{"orderId":7,"tags":\["a"\]\}\n$/,
  );
});

test("A line without fields ends with its message, one without a message with its fields", () => {
  const logger = createLogger({ level: "info" });
  logger.info("paid");
  logger.info({ orderId: 7 });

  expect(linesOf(captured.text).map(({ message }) => message)).toEqual(["paid", '{"orderId":7}']);
});

test("The time may end in Z", () => {
  createLogger({ level: "info", timeSuffix: "Z" }).info("paid");

  expect(captured.text).toMatch(/^\S+\.\d{3}Z - \[INFO\] paid\n$/);
});

describe("Whatever message and fields are logged", () => {
  test("each physical line has time, id and level of the call and is no marker", async () => {
    const logger = createLogger({ level: "trace" });
    await inInvocation(({ requestId }) => {
      fc.assert(
        fc.property(anyLevel, anyMessage, anyFields, (level, message, fields) => {
          const before = Date.now();
          const text = written(() => logger[level](fields, message));
          const after = Date.now();

          for (const line of linesOf(text)) {
            expect(Date.parse(`${line.time}Z`)).toBeGreaterThanOrEqual(before);
            expect(Date.parse(`${line.time}Z`)).toBeLessThanOrEqual(after);
            expect(line).toMatchObject({ requestId, level: level.toUpperCase() });
          }
          expectNoOtherBreaks(text);
          expectSaid(messagesOf(text), breaksOf(message), fields);
        }),
        { numRuns: 300 },
      );
    });
  });

  test("`escape` makes one physical line of it", () => {
    const logger = createLogger({ level: "trace", multiline: "escape" });
    fc.assert(
      fc.property(anyLevel, anyMessage, anyFields, (level, message, fields) => {
        const text = written(() => logger[level](fields, message));

        expect(linesOf(text)).toHaveLength(1);
        expectNoOtherBreaks(text);
        expectSaid(messagesOf(text), [breaksOf(message).join(String.raw`\n`)], fields);
      }),
      { numRuns: 300 },
    );
  });

  test("`indent` gives the prefix to the first line, and two spaces to the others", () => {
    const logger = createLogger({ level: "trace", multiline: "indent" });
    fc.assert(
      fc.property(anyLevel, anyMessage, anyFields, (level, message, fields) => {
        const text = written(() => logger[level](fields, message));

        const [first = "", ...others] = physicalLinesOf(text);
        const firstLine = parseLine(first);
        expect(firstLine).toMatchObject({ requestId: "-", level: level.toUpperCase() });
        expectNoOtherBreaks(text);
        for (const line of others) {
          expect(line.startsWith("  ")).toBe(true);
          expect(parseMarker(line)).toBeUndefined();
          expect(parseLine(line)).toBeUndefined();
        }
        const said = [firstLine?.message ?? "", ...others.map((line) => line.slice(2))];
        expectSaid(said, breaksOf(message), fields);
      }),
      { numRuns: 300 },
    );
  });

  test("it is split above 32 KB, between characters, and nothing is lost", () => {
    const unit = fc.constantFrom("a", "é", "€", "😀", "\0", "\x7f", "\ud800", '"', "\\");
    const huge = fc
      .tuple(fc.array(unit, { minLength: 1, maxLength: 5 }), fc.integer({ min: 8000, max: 90_000 }))
      .map(([units, length]) => units.join("").repeat(Math.ceil(length / units.length)));

    fc.assert(
      fc.property(
        huge,
        fc.constantFrom("prefix" as const, "escape" as const),
        (message, multiline) => {
          const logger = createLogger({ level: "info", multiline });
          const text = written(() => logger.info(message));

          for (const line of physicalLinesOf(text)) {
            expect(Buffer.byteLength(line)).toBeLessThan(lineLimit);
          }
          const parts = messagesOf(text);
          const said = parts.length === 1 ? parts : [joined(parts)];
          expect(said[0] === spelled(message)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });
});

test("Long fields are split too, and each line of a long message for itself", () => {
  const logger = createLogger({ level: "info" });
  logger.info({ text: "€".repeat(20_000) }, "first\nsecond");

  const [first, ...parts] = messagesOf(captured.text);
  expect(first).toBe("first");
  expect(parts).toHaveLength(2);
  expect(joined(parts)).toBe(`second {"text":"${"€".repeat(20_000)}"}`);
});

test("A message that is a marker stays a message, whatever breaks stand around it", () => {
  const logger = createLogger({ level: "info" });
  const marker = "FC Invoke End RequestId: 1-67a59f35-150c1267-f381ba1c085c";
  const breaks = [
    "\n",
    "\r",
    "\r\n",
    "\u0085",
    "\u2028",
    "\u2029",
    "\v",
    "\f",
    "\0",
    "\u001b[2K\r",
  ];
  for (const lineBreak of breaks) {
    logger.info({ field: `${lineBreak}${marker}` }, `before${lineBreak}${marker}${lineBreak}`);
  }

  expect(linesOf(captured.text).length).toBeGreaterThanOrEqual(breaks.length);
  expectNoOtherBreaks(captured.text);
});

test("The level of somebody's own cannot break the shape of the line", () => {
  const logger = createLogger({ level: "info", customLevels: { "a] b\n[c": 35 } });
  logger["a] b\n[c"]("paid");

  expect(linesOf(captured.text)).toMatchObject([{ requestId: "-", message: "paid" }]);
});

function written(call: () => void): string {
  return writtenBy(captured, call);
}

/** Each physical line, parsed back. */
function linesOf(text: string): Line[] {
  return physicalLinesOf(text).map((physical) => {
    const line = parseLine(physical);
    if (!line) throw new Error(`Expected a recommended line, got ${JSON.stringify(physical)}`);
    expect(parseMarker(physical)).toBeUndefined();
    return line;
  });
}

function messagesOf(text: string): string[] {
  return linesOf(text).map(({ message }) => message);
}

/** A log service, a terminal and a reader of lines may each have an idea of their own of what ends a line. */
function expectNoOtherBreaks(text: string): void {
  expect(text).not.toMatch(/[\0-\x08\v-\x1f\x7f-\x9f\u2028\u2029]/);
}

/** The lines of a message, its control characters spelled as documented. */
function breaksOf(message: string): string[] {
  const lines = [""];
  const breaks = new Set(["\n", "\v", "\f", "\r", "\u0085", "\u2028", "\u2029"]);
  for (let index = 0; index < message.length; index += 1) {
    const character = message.charAt(index);
    if (breaks.has(character)) {
      if (character === "\r" && message.charAt(index + 1) === "\n") index += 1;
      lines.push("");
    } else {
      lines.push((lines.pop() ?? "") + spelled(character));
    }
  }
  return lines;
}

function spelled(text: string): string {
  return text.replace(/[\0-\x08\x0e-\x1f\x7f-\x9f]/g, (character) => {
    const code = character.charCodeAt(0);
    return `\\x${code < 16 ? "0" : ""}${code.toString(16)}`;
  });
}

/** The lines of the message, and the fields, read back, behind the last one. */
function expectSaid(
  said: readonly string[],
  message: readonly string[],
  fields: Record<string, unknown>,
): void {
  const [lastSaid = "", last = ""] = [said.at(-1), message.at(-1)];
  const isAlone = message.length === 1 && last === "";
  const hasFields = Object.keys(fields).length > 0;
  const start = isAlone || !hasFields ? last : `${last} `;
  expect([...said.slice(0, -1), lastSaid.slice(0, start.length)]).toEqual([
    ...message.slice(0, -1),
    start,
  ]);
  const rest = lastSaid.slice(start.length);
  expect(hasFields ? JSON.parse(rest) : rest).toEqual(
    hasFields ? JSON.parse(JSON.stringify(fields)) : "",
  );
}

/** Puts parts together, which count from 1 and know how many they are. */
function joined(parts: readonly string[]): string {
  return parts
    .map((part, index) => {
      const label = `(part ${index + 1}/${parts.length}) `;
      expect(part.slice(0, label.length)).toBe(label);
      const text = part.slice(label.length);
      expect(text).not.toMatch(/^[\udc00-\udfff]/);
      return text;
    })
    .join("");
}
