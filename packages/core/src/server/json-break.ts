/**
 * Where a text stops being JSON, in words: ``"`x` at line 1, column 9 (offset 8 of 12)"``. At most one character of
 * the text is quoted, for an event can hold secrets. The text is one that `JSON.parse` refuses.
 */
export function jsonBreakOf(text: string): string {
  if (text === "") return "nothing";
  const offset = offsetOfBreak(text);
  const line = lineOf(text, offset);
  const column = offset - text.lastIndexOf("\n", offset - 1);
  const character = text.codePointAt(offset);
  const found = character === undefined ? "the end" : `\`${String.fromCodePoint(character)}\``;
  return `${found} at line ${line}, column ${column} (offset ${offset} of ${text.length})`;
}

// Not by a split: of some megabytes of line breaks it would make a list that an instance has no memory for.
function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf("\n"); index !== -1 && index < offset; line += 1) {
    index = text.indexOf("\n", index + 1);
  }
  return line;
}

type Expected = "value" | "value or ]" | "key" | "key or }" | "after";

/** The offset of the first token that cannot stand where it stands. */
export function offsetOfBreak(text: string): number {
  const open: ("]" | "}")[] = [];
  let expected: Expected = "value";
  let offset = afterSpace(text, 0);
  while (offset < text.length) {
    const character = text.charAt(offset);
    const closer = open.at(-1);
    const closes =
      character === closer && (expected === "after" || expected.endsWith(`or ${closer}`));
    let next = offset + 1;
    if (closes) {
      open.pop();
      expected = "after";
    } else if (expected === "after") {
      if (character !== "," || !closer) return offset;
      expected = closer === "}" ? "key" : "value";
    } else if (expected.startsWith("key")) {
      const end = afterString(text, offset);
      const colon = afterSpace(text, end);
      if (end === offset) return offset;
      if (text.charAt(colon) !== ":") return colon;
      next = colon + 1;
      expected = "value";
    } else if (character === "{" || character === "[") {
      open.push(character === "{" ? "}" : "]");
      expected = character === "{" ? "key or }" : "value or ]";
    } else {
      next = afterScalar(text, offset);
      if (next === offset) return offset;
      expected = "after";
    }
    offset = afterSpace(text, next);
  }
  return text.length;
}

// Each of these gives the offset after what it looks for, or the same one when that is not there.

const space = /[ \t\n\r]*/y;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

function afterSpace(text: string, offset: number): number {
  return after(space, text, offset);
}

function afterScalar(text: string, offset: number): number {
  return text.charAt(offset) === '"' ? afterString(text, offset) : after(scalar, text, offset);
}

// By hand: a pattern that repeats an alternative runs out of stack on a string of some megabytes.
function afterString(text: string, offset: number): number {
  if (text.charAt(offset) !== '"') return offset;
  for (let index = offset + 1; index < text.length;) {
    const character = text.charAt(index);
    if (character === '"') return index + 1;
    const next = character === "\\" ? after(escape, text, index) : index + 1;
    if (character < " " || next === index) return offset;
    index = next;
  }
  return offset;
}

function after(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : offset;
}
