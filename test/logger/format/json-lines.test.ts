import { lineLimit } from "@fcrt/core/protocol";
import { createLogger } from "@fcrt/logger";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { anyFields, anyLevel, anyMessage } from "./arbitraries.ts";
import { inInvocation } from "./in-invocation.ts";
import { physicalLinesOf, writtenBy } from "./lines.ts";
import { topLevelNames } from "./top-level-names.ts";

const captured = captureStdout();

test("A line has time, level, request ID, function name, fields and message", async () => {
  const logger = createLogger({ level: "info", format: "json" });
  const { id } = await inInvocation(() => logger.info({ orderId: 7 }, "paid"));
  logger.info("later");

  const [line = "", outside = ""] = captured.lines.filter((text) => text.startsWith("{"));
  expect(JSON.parse(line)).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    level: "info",
    requestId: id,
    functionName: "my-function",
    orderId: 7,
    msg: "paid",
  });
  expect(JSON.parse(outside)).toEqual({
    time: expect.any(String),
    level: "info",
    requestId: "-",
    msg: "later",
  });
});

describe("Whatever message and fields are logged", () => {
  test("a line is JSON that holds them", () => {
    const logger = createLogger({ level: "trace", format: "json" });
    fc.assert(
      fc.property(anyLevel, anyMessage, anyFields, (level, message, fields) => {
        const before = Date.now();
        const [line = "", ...others] = written(() => logger[level](fields, message));
        const after = Date.now();

        expect(others).toEqual([]);
        const record = JSON.parse(line) as Record<string, unknown>;
        const time = Date.parse(String(record["time"]));
        expect(time >= before && time <= after).toBe(true);
        expect(record).toMatchObject({ level, requestId: "-", msg: message });
        for (const [name, value] of Object.entries(fields)) {
          const own = ownNames.includes(name) ? `${name}_` : name;
          expect(record[own]).toEqual(JSON.parse(JSON.stringify(value)));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("fields, bindings, serializers and mixins of our names never take the place of ours", async () => {
    const anyOwnNames = fc.dictionary(
      fc.constantFrom(...ownNames, "time_", "level_", "msg_", "name"),
      fc.oneof(fc.string(), fc.integer(), fc.constant({ level: "nested", time: 1 })),
    );
    await inInvocation(({ requestId }) => {
      fc.assert(
        fc.property(
          fc.tuple(anyOwnNames, anyOwnNames, anyOwnNames, anyOwnNames),
          ([bindings, fields, mixed, serialized]) => {
            const logger = createLogger({
              level: "info",
              format: "json",
              mixin: () => ({ ...mixed }),
              serializers: Object.fromEntries(
                Object.entries(serialized)
                  .filter(([name]) => name !== "msg")
                  .map(([name, value]) => [name, () => value]),
              ),
            });
            const [line = ""] = written(() => logger.child({ ...bindings }).warn(fields, "paid"));

            const record = JSON.parse(line) as Record<string, unknown>;
            expect(record).toMatchObject({ level: "warn", requestId, functionName: "my-function" });
            expect(record["time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
            expect(record["msg"]).toBe("paid");
            const names = topLevelNames(line).filter((name) => ownNames.includes(name));
            expect(names).toEqual([...new Set(names)]);
          },
        ),
        { numRuns: 200 },
      );
    });
  });
});

test("No character that ends a line somewhere, or that a terminal obeys, stands in a line as it is", () => {
  const controls = "\u001b[31m \u007f \u0085 \u009b31m \u2028 \u2029";
  const logger = createLogger({
    level: "info",
    format: "json",
    customLevels: { [controls]: 35 },
  });
  logger[controls]({ [controls]: controls }, controls);

  expect(captured.text).toMatch(/^[ -~]+\n$/);
  expect(JSON.parse(captured.text)).toMatchObject({
    level: controls,
    [controls]: controls,
    msg: controls,
  });
});

test("Fields of our names are kept under another name", () => {
  const logger = createLogger({ level: "info", format: "json" });
  logger.child({ level: "binding" }).info({ time: 1, time_: 2, requestId: "mine" }, "paid");

  const record = JSON.parse(captured.text) as Record<string, unknown>;
  expect(record).toMatchObject({ level: "info", requestId: "-", msg: "paid", requestId_: "mine" });
  expect(Object.values(record)).toEqual(expect.arrayContaining([1, 2, "mine"]));
});

test("A line over 32 KB becomes parts within the limit, which together are the line", () => {
  const logger = createLogger({ level: "info", format: "json" });
  const unit = fc.constantFrom("a", "é", "€", "😀", "\0", "\ud800", '"', "\\", "\u2028");
  const huge = fc
    .tuple(fc.array(unit, { minLength: 1, maxLength: 5 }), fc.integer({ min: 8000, max: 60_000 }))
    .map(([units, length]) => units.join("").repeat(Math.ceil(length / units.length)));

  fc.assert(
    fc.property(huge, (text) => {
      const lines = written(() => logger.warn({ text }, "paid"));

      for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(lineLimit);
      const parts = lines.map((line) => JSON.parse(line) as Record<string, string>);
      const whole = parts.length === 1 ? lines[0] : joined(parts);
      expect(JSON.parse(whole ?? "")).toMatchObject({ level: "warn", requestId: "-", msg: "paid" });
      expect((JSON.parse(whole ?? "") as { text: string }).text === text).toBe(true);
    }),
    { numRuns: 20 },
  );
});

const ownNames = ["time", "level", "requestId", "functionName", "trace_id", "span_id", "msg"];

/** The lines that a call writes. */
function written(call: () => void): string[] {
  return physicalLinesOf(writtenBy(captured, call));
}

function joined(parts: readonly Record<string, string>[]): string {
  return parts
    .map((part, index) => {
      expect(part).toEqual({
        time: parts[0]?.["time"],
        level: "warn",
        requestId: "-",
        part: `${index + 1}/${parts.length}`,
        text: expect.any(String),
      });
      const { text = "" } = part;
      expect(text).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
      return text;
    })
    .join("");
}
