import fc from "fast-check";

const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

/** The levels that every logger has. */
export const anyLevel: fc.Arbitrary<(typeof levels)[number]> = fc.constantFrom(...levels);

const marker = "FC Invoke End RequestId: 1-67a59f35-150c1267-f381ba1c085c";
const line = "2026-01-01T00:00:00.000 forged-id [INFO] forged";

// One code unit at a time: half a surrogate pair is text too.
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
  .map((units) => String.fromCharCode(...units));

const piece = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  codeUnits,
  fc.constantFrom("\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\v", "\f", "\t", "\0"),
  fc.constantFrom("\u001b[31m", "\u001b[2K\r", "\u007f", "\u009b", "\ufeff", "\u200b", "%s", "%"),
  fc.constantFrom(marker, `\n${marker}\n`, line, `\n${line}`, "(part 1/2) ", "  ", '{"a":1}'),
);

/** Any text that a program may log. */
export const anyMessage: fc.Arbitrary<string> = fc
  .array(piece, { maxLength: 8 })
  .map((pieces) => pieces.join(""));

// The message key is no field; what else is left out has a test of its own.
const anyName = fc
  .oneof(fc.string(), anyMessage, fc.constantFrom("time", "level", "requestId", "pid", "err"))
  .filter((name) => name !== "msg");

/** Fields that JSON can hold, under any names. */
export const anyFields: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  anyName,
  fc.oneof(fc.jsonValue(), anyMessage),
  { maxKeys: 5 },
);
