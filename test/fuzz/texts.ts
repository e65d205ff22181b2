import fc from "fast-check";

/** Stands in every forgery, and in nothing that a program says of itself. */
export const forgedId = "forged-id";

/** What must come out nowhere. */
export const secret = "CANARYfuzz";

const marker = `FC Invoke End RequestId: ${forgedId}`;
const line = `2026-01-01T00:00:00.000 ${forgedId} [FORGED] forged`;
const record = `{"time":"2026-01-01T00:00:00.000Z","level":"FORGED","requestId":"${forgedId}"}`;

/** What ends a line somewhere. */
const lineBreaks = ["\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"] as const;

const forgery = fc
  .tuple(
    fc.constantFrom("", ...lineBreaks),
    fc.constantFrom(marker, line, record, `FC Invoke Start RequestId: ${forgedId}`),
    fc.constantFrom("", ...lineBreaks),
  )
  .map((parts) => parts.join(""));

// What a terminal obeys, and what some tool takes for a placeholder, a prefix or the end of a string.
const trick = fc.constantFrom(
  "\u001b[31m",
  "\u001b]0;title\u0007",
  "\u001b[2K\r",
  "\u009b2J",
  "\u007f",
  "\b\b\b",
  "\0",
  "%s",
  "%d%j%o%O%c",
  "%",
  "$&",
  "$$",
  "$`",
  "\\n",
  "\\u000a",
  "(part 1/2) ",
  "[INFO]",
  "-",
  "__proto__",
  "constructor",
  "toJSON",
  "[redacted]",
  "\ufeff",
  "\u202e",
  "\u200b",
  "'",
  '"',
);

// One code unit at a time: half a surrogate pair is text too.
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 })
  .map((units) => String.fromCharCode(...units));

/** Any text that a stranger may send and a program may log. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      forgery,
      trick,
      fc.constantFrom(...lineBreaks),
      fc.string(),
      fc.string({ unit: "binary" }),
      codeUnits,
    ),
    { maxLength: 5 },
  )
  .map((pieces) => pieces.join(""));

/** A value of a header that carries a secret, in quotes and brackets that make its end hard to find. */
export const anySecret: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      secret,
      secret,
      "a=",
      "; ",
      ", ",
      " ",
      "'",
      '"',
      "`",
      "[",
      "]",
      "{",
      "}",
      "\\",
      ":",
      "+",
      "'cookie', ",
      '"cookie":',
      "authorization: ",
      "'authorization' => ",
      "\\r\\n",
      "│",
    ),
    { maxLength: 12 },
  )
  .map((pieces) => `${pieces.join("")}${secret}`);
