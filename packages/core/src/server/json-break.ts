/**
 * Where a text stops being JSON, in words: ``"`x` at line 1, column 9 (offset 8 of 12)"``. At most one character of
 * the text is quoted, for an event can hold secrets. The text is one that `JSON.parse` refuses.
 */
export function jsonBreakOf(text: string): string {
  if (text === "") return "nothing";
  const offset = offsetOfBreak(text);
  const before = text.slice(0, offset).split("\n");
  const character = text.codePointAt(offset);
  const found = character === undefined ? "the end" : `\`${String.fromCodePoint(character)}\``;
  return `${found} at line ${before.length}, column ${(before.at(-1) ?? "").length + 1} (offset ${offset} of ${text.length})`;
}

const space = /[ \t\n\r]*/y;
const scalar =
  /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const string = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;

/** The offset of the first token that cannot stand where it stands. */
export function offsetOfBreak(text: string): number {
  const open: ("]" | "}")[] = [];
  let expected: "value" | "value or ]" | "key" | "key or }" | "after" = "value";
  let offset = skip(space, text, 0);
  while (offset < text.length) {
    const character = text.charAt(offset);
    const closer = open.at(-1);
    let next = offset + 1;
    if (expected === "after") {
      if (character === closer) open.pop();
      else if (character === "," && closer) expected = closer === "}" ? "key" : "value";
      else return offset;
    } else if (expected === "key or }" && character === "}") {
      open.pop();
      expected = "after";
    } else if (expected === "value or ]" && character === "]") {
      open.pop();
      expected = "after";
    } else if (expected === "key" || expected === "key or }") {
      const end = skip(string, text, offset);
      const colon = skip(space, text, end);
      if (end === offset) return offset;
      if (text.charAt(colon) !== ":") return colon;
      next = colon + 1;
      expected = "value";
    } else if (character === "{" || character === "[") {
      open.push(character === "{" ? "}" : "]");
      expected = character === "{" ? "key or }" : "value or ]";
    } else {
      next = skip(scalar, text, offset);
      if (next === offset) return offset;
      expected = "after";
    }
    offset = skip(space, text, next);
  }
  return text.length;
}

function skip(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : offset;
}
