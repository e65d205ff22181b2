import { credentialHeaders } from "./headers.ts";

/** How a text has come about: `JSON.stringify`, or `util.inspect`. */
export type Syntax = "json" | "inspection";

const redacted = "[redacted]";

// The names whose values never belong into a log: credentials of the platform and of clients.
const names = [...credentialHeaders, "(?:proxy-)?authorization", "(?:set-)?cookie"].join("|");
const mention = new RegExp(names, "i");

// A name with what stands between it and its value: a property, two neighbors of a list (as raw headers are), an entry
// of a Map, a cell of a table, a key that is a symbol.
const member: Readonly<Record<Syntax, RegExp>> = {
  json: new RegExp(String.raw`"(?:${names})"\s*(:|,)\s*`, "gi"),
  inspection: new RegExp(
    String.raw`(?:(?<![\w-])(?:${names})(?![\w-])\)?\]?\s*(:|│)|(["'\`])(?:${names})\2\s*(:|,|=>|│))\s*`,
    "gi",
  ),
};
// The head of a response as Node keeps it: one string, its line breaks spelled out.
const headLine: Readonly<Record<Syntax, RegExp>> = {
  json: new RegExp(String.raw`((?:\\n|")(?:${names}): )(?:[^\\"]|\\["\\])*(?=\\r\\n)`, "gi"),
  inspection: new RegExp(
    String.raw`((?:\\n|')(?:${names}): )(?:[^\\'\n]|\\['\\])*(?=\\r\\n)`,
    "gi",
  ),
};

/** A text without the values of header-like members, at any depth, in any case. */
export function redactSecrets(text: string, syntax: Syntax): string {
  if (!mention.test(text)) return text;
  const pattern = member[syntax];
  let result = "";
  let done = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const separator = match[1] ?? match[3];
    const value = valueBehind(text, pattern.lastIndex, separator === ",", syntax);
    if (!value) continue;
    const quote = syntax === "json" ? '"' : "'";
    result += `${text.slice(done, value.start)}${quote}${redacted}${quote}`;
    done = value.end;
    // In a list a text that stands behind a name may be a name itself.
    pattern.lastIndex = separator === "," && text.charAt(value.start) !== "[" ? value.start : done;
  }
  return (result + text.slice(done)).replace(headLine[syntax], `$1${redacted}`);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const value = /["']?value["']?\s*:\s*/iy;
const bareName = /[\w$]+/y;
const colon = /\s*:/y;

// Behind a comma stands the next item of a list, or the next property: `"name":"cookie","value":"…"` is a pair too.
function valueBehind(
  text: string,
  start: number,
  afterComma: boolean,
  syntax: Syntax,
): Span | undefined {
  if (afterComma) {
    const pair = endOf(value, text, start);
    if (pair !== undefined) return valueAt(text, pair, syntax);
    const nameEnd = stringEnd(text, start, syntax) ?? endOf(bareName, text, start) ?? start;
    if (endOf(colon, text, nameEnd) !== undefined) return undefined;
  }
  return valueAt(text, start, syntax);
}

// A string, pieces of one joined by `+`, or a list. What has no end is no value.
function valueAt(text: string, start: number, syntax: Syntax): Span | undefined {
  const isList = text.charAt(start) === "[";
  const end = isList ? listEnd(text, start, syntax) : piecesEnd(text, start, syntax);
  return end === undefined ? undefined : { start, end };
}

const plus = /\s*\+\s*(?=["'`])/y;

function piecesEnd(text: string, start: number, syntax: Syntax): number | undefined {
  let end = stringEnd(text, start, syntax);
  if (syntax === "json") return end;
  for (let next = end; next !== undefined; next = nextPieceEnd(text, next)) end = next;
  return end;
}

function nextPieceEnd(text: string, end: number): number | undefined {
  const start = endOf(plus, text, end);
  return start === undefined ? undefined : stringEnd(text, start, "inspection");
}

function listEnd(text: string, start: number, syntax: Syntax): number | undefined {
  let depth = 0;
  for (let index: number | undefined = start; index !== undefined && index < text.length;) {
    const character = text.charAt(index);
    if (character === "[") depth += 1;
    else if (character === "]") depth -= 1;
    if (depth === 0) return index + 1;
    index = isQuote(character, syntax) ? stringEnd(text, index, syntax) : index + 1;
  }
  return undefined;
}

function stringEnd(text: string, start: number, syntax: Syntax): number | undefined {
  const quote = text.charAt(start);
  if (!isQuote(quote, syntax)) return undefined;
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === quote) return index + 1;
    if (character === "\\") index += 1;
  }
  return undefined;
}

function isQuote(character: string, syntax: Syntax): boolean {
  return character === '"' || (syntax === "inspection" && (character === "'" || character === "`"));
}

function endOf(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
