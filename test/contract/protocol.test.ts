import {
  controlPath,
  endMarker,
  formatLine,
  isOfficialLanguage,
  isRequestId,
  kindOf,
  lineLimit,
  parseLine,
  parseMarker,
  startMarker,
  timestampOf,
} from "@fcrt/core/protocol";
import type { Kind } from "@fcrt/core/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
// What it finds shows in the message of FCRT_EVENT_NOT_JSON alone; here it is held against the parser itself.
import { offsetOfBreak } from "../../packages/core/src/server/json-break.ts";

const kinds = Object.keys(controlPath) as Kind[];
const kind = fc.constantFrom(...kinds);
const requestId = fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/);
const level = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,15}$/);
const time = fc
  .date({
    min: new Date("0000-01-01"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  })
  .map(Number);

// Text with everything in it that could end a line or look like a marker.
const message = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029", "\t", "\0"),
      fc.constantFrom("FC Invoke End RequestId: x", "2026-01-01T00:00:00.000 x [INFO] y"),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

// Around and beyond the limit of a line, in characters of every size.
const longMessage = fc
  .tuple(
    fc.constantFrom("a", "é", "✓", "𝄞", "👩‍👩‍👧 ", "a✓", "𝄞é"),
    fc.oneof(
      fc.integer({ min: 0, max: 100 }).map((over) => lineLimit - 100 + over),
      fc.integer({ min: 0, max: 3 * lineLimit }),
    ),
    message,
  )
  .map(([unit, bytes, rest]) => unit.repeat(bytes / Buffer.byteLength(unit)) + rest);

const breaks = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
const controls = /[\0-\x08\x0e-\x1f\x7f-\x9f]/g;

describe("A recommended line", () => {
  for (const [size, text, numRuns] of [
    ["short", message, 500],
    ["long", longMessage, 60],
  ] as const) {
    test(`of a ${size} message is read back line by line, each with the prefix, and none is a marker`, () => {
      fc.assert(
        fc.property(time, requestId, level, text, (at, id, name, said) => {
          const lines = physicalLinesOf(formatLine(at, id, name, said));
          for (const line of lines) {
            expect(parseMarker(line)).toBeUndefined();
            expect(parseLine(line)).toMatchObject({
              time: timestampOf(at),
              requestId: id,
              level: name,
            });
          }
        }),
        { numRuns },
      );
    });

    test(`of a ${size} message keeps all of its text, control characters spelled out`, () => {
      fc.assert(
        fc.property(text, (said) => {
          const lines = physicalLinesOf(formatLine(0, "id", "INFO", said));
          const kept = lines.map((line) => withoutPart(parseLine(line)?.message ?? "")).join("");
          expect(kept).toBe(said.replaceAll(breaks, "").replaceAll(controls, spelledOut));
        }),
        { numRuns },
      );
    });

    test(`of a ${size} message has no physical line over the limit, and none cut inside a character`, () => {
      fc.assert(
        fc.property(text, requestId, (said, id) => {
          for (const line of physicalLinesOf(formatLine(0, id, "INFO", toWellFormed(said)))) {
            expect(Buffer.byteLength(`${line}\n`)).toBeLessThanOrEqual(lineLimit);
            expect(line).toBe(toWellFormed(line));
          }
        }),
        { numRuns },
      );
    });
  }

  test("fills the limit before it becomes two", () => {
    const prefix = formatLine(0, "id", "INFO", "").length;
    const fits = "x".repeat(lineLimit - prefix);

    expect(physicalLinesOf(formatLine(0, "id", "INFO", fits))).toHaveLength(1);
    const [first = "", second = "", ...others] = physicalLinesOf(
      formatLine(0, "id", "INFO", `${fits}x`),
    );
    expect([first, second].map((line) => parseLine(line)?.message.slice(0, 11))).toEqual([
      "(part 1/2) ",
      "(part 2/2) ",
    ]);
    expect(others).toEqual([]);
  });

  test.each(["\n", "\r\n", "\v", "\u2028"])(
    "is not many times as long as a message of %j alone, and keeps what stands between",
    (lineBreak) => {
      const said = `${lineBreak.repeat(60_000)}middle${lineBreak.repeat(60_000)}end`;
      const line = formatLine(0, "id", "INFO", said);

      expect(line.length).toBeLessThan(300_000);
      expect(line).toContain(String.raw`\nmiddle\n`);
      expect(line).toContain(String.raw`\nend`);
      expect(physicalLinesOf(line).every((physical) => parseLine(physical))).toBe(true);
    },
  );

  test("has a physical line for each of a hundred thousand", () => {
    const said = "x\n".repeat(99_999);

    expect(physicalLinesOf(formatLine(0, "id", "INFO", said))).toHaveLength(100_000);
  });

  test("has its level on each physical line, whatever its name", () => {
    const lines = physicalLinesOf(formatLine(0, "id", "$&$1$$", "one\ntwo"));
    expect(lines.map((line) => parseLine(line)?.level)).toEqual(["$&$1$$", "$&$1$$"]);
  });

  test("has the time of `Date`, whatever was formatted before", () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1 }), fc.nat(2000), (times, later) => {
        for (const at of times.flatMap((moment) => [moment, Math.min(moment + later, latest)])) {
          expect(`${timestampOf(at)}Z`).toBe(new Date(at).toISOString());
        }
      }),
    );
  });

  test("is read with the `Z` that other runtimes print, and nothing else is one", () => {
    expect(parseLine("2026-03-02T01:30:00.123Z 1-a [info] said")).toEqual({
      time: "2026-03-02T01:30:00.123",
      requestId: "1-a",
      level: "info",
      message: "said",
    });
    expect(parseLine("2026-03-02 01:30:00 1-a [info] said")).toBeUndefined();
    expect(parseLine("FC Invoke Start RequestId: 1-a")).toBeUndefined();
  });
});

describe("A marker", () => {
  test("is read back as what it was made from", () => {
    const failure = fc.constantFrom("handled" as const, "unhandled" as const, undefined);
    fc.assert(
      fc.property(kind, requestId, failure, (name, id, how) => {
        const start = parseMarker(startMarker(name, id));
        const end = parseMarker(endMarker(name, id, how));
        const phase = phases[name];
        expect(start).toEqual({ phase, moment: "Start", requestId: id, suffix: "" });
        expect(end).toEqual({
          phase,
          moment: "End",
          requestId: id,
          suffix: suffixes[how ?? "none"],
        });
      }),
    );
  });

  test("is never read from other text", () => {
    fc.assert(
      fc.property(message, (said) => {
        fc.pre(!/^FC (Invoke|Initialize|PreFreeze|PreStop) (Start|End) RequestId: /.test(said));
        expect(parseMarker(said)).toBeUndefined();
      }),
    );
  });
});

describe("The kind of a request", () => {
  const method = fc.oneof(fc.constantFrom("GET", "POST", "PUT"), fc.string());
  const url = fc.oneof(
    fc.constantFrom(...Object.values(controlPath)),
    fc.webPath(),
    fc.string(),
    fc
      .tuple(fc.constantFrom(...Object.values(controlPath)), fc.string())
      .map((both) => both.join("?")),
  );

  test("is the header's where that is one, whatever method and path say", () => {
    fc.assert(
      fc.property(method, url, kind, (verb, path, name) => {
        expect(kindOf(verb, path, controlPath[name])).toBe(name);
      }),
    );
  });

  test("is none where the header says something else", () => {
    fc.assert(
      fc.property(method, url, fc.string({ minLength: 1 }), (verb, path, value) => {
        fc.pre(!Object.values<string>(controlPath).includes(value));
        expect(kindOf(verb, path, value)).toBeUndefined();
      }),
    );
  });

  test("is always one without the header, and that of the four calls alone by method and path", () => {
    const calls: Readonly<Record<string, Kind>> = {
      "POST /invoke": "invoke",
      "POST /initialize": "initialize",
      "GET /pre-freeze": "pre-freeze",
      "GET /pre-stop": "pre-stop",
    };
    fc.assert(
      fc.property(method, url, fc.constantFrom("", undefined), (verb, path, nothing) => {
        const [pathname = ""] = path.split("?");
        const call = `${verb} ${pathname}`;
        const expected = Object.hasOwn(calls, call) ? calls[call] : "http-invoke";
        expect(kindOf(verb, path, nothing)).toBe(expected);
      }),
    );
  });
});

describe("A request ID", () => {
  test("is one that leaves the lines it stands on readable", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" }), requestId), (value) => {
        fc.pre(isRequestId(value));
        expect(parseMarker(startMarker("invoke", value))?.requestId).toBe(value);
        expect(parseLine(formatLine(0, value, "INFO", "said").trimEnd())?.requestId).toBe(value);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  "Node.js",
  "node",
  "nodejs20",
  "Python 3.10",
  "python3",
  "PHP",
  "Java 11",
  "Go",
  "C#",
  ".NET Core 3.1",
])("%s is a language of the platform's own", (name) => {
  expect(isOfficialLanguage(name)).toBe(true);
});

test.each(["fcrt", "deno", "my-node", "typescript", "Node.js-like", "gopher", "javascript"])(
  "%s is not a language of the platform's own",
  (name) => {
    expect(isOfficialLanguage(name)).toBe(false);
  },
);

describe("The place where a text stops being JSON", () => {
  const tokens = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"b\\n"',
    "1",
    "-2.5e3",
    "true",
    "null",
    " ",
    "\n",
  ];
  const noTokens = [
    "x",
    '"',
    "\\",
    "\u0001",
    "é",
    "tru",
    "01",
    "1.",
    "-",
    '"\\x"',
    '"\n"',
    "'",
    "𝄞",
  ];
  const token = fc.constantFrom(...tokens, ...noTokens);
  const almostJson = fc
    .tuple(fc.json(), fc.nat(), fc.nat(3), fc.oneof(token, fc.constant("")))
    .map(([json, at, removed, added]) => {
      const offset = at % (json.length + 1);
      return json.slice(0, offset) + added + json.slice(offset + removed);
    });
  const broken = fc
    .oneof(
      almostJson,
      fc.array(token).map((parts) => parts.join("")),
      fc.string(),
    )
    .filter((text) => errorOf(text) !== undefined);

  test("is the one that V8 names, or the beginning of the token that V8 is inside of", () => {
    let compared = 0;
    fc.assert(
      fc.property(broken, (text) => {
        const place = placeByV8(text);
        if (place === undefined) return;
        compared += 1;
        const offset = offsetOfBreak(text);
        expect(offset).toBeLessThanOrEqual(place);
        expect(text.slice(offset, place)).toMatch(beginningOfToken);
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  test("is inside of the text or at its end, whatever the text is", () => {
    fc.assert(
      fc.property(fc.oneof(broken, fc.string({ unit: "binary" }), fc.json()), (text) => {
        const offset = offsetOfBreak(text);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 500 },
    );
  });

  test("is found in a text of any depth and length", () => {
    expect(offsetOfBreak("[".repeat(1_000_000))).toBe(1_000_000);
    expect(offsetOfBreak(`"${"x".repeat(10_000_000)}" x`)).toBe(10_000_003);
  });

  const beginningOfToken = /^(?:"(?:[^"\\]|\\.)*\\?|[-+.\w]*)$/s;
});

const latest = Date.parse("9999-12-31T23:59:59.999Z");
const phases: Readonly<Record<Kind, string>> = {
  invoke: "Invoke",
  "http-invoke": "Invoke",
  initialize: "Initialize",
  "pre-freeze": "PreFreeze",
  "pre-stop": "PreStop",
};
const suffixes = {
  none: "",
  handled: ", Error: Handled function error",
  unhandled: ", Error: Unhandled function error",
} as const;

function physicalLinesOf(written: string): string[] {
  expect(written.endsWith("\n")).toBe(true);
  return written.slice(0, -1).split("\n");
}

function withoutPart(said: string): string {
  return said.replace(/^\(part \d+\/\d+\) /, "");
}

function spelledOut(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

// What is left of half a surrogate pair is no character that could be cut.
function toWellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function errorOf(text: string): Error | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function placeByV8(text: string): number | undefined {
  const { message: said = "" } = errorOf(text) ?? {};
  if (said.startsWith("Unexpected end")) return text.length;
  const [, position] = /at position (\d+)/.exec(said) ?? [];
  return position === undefined ? undefined : Number(position);
}
