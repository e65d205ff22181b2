import { credentialHeaders } from "./headers.ts";

/** What stands for a secret in text. */
const redacted = "[redacted]";

// The names whose values never belong into a log: credentials of the platform and of clients.
const names = [...credentialHeaders, "(?:proxy-)?authorization", "(?:set-)?cookie"].join("|");
const mention = new RegExp(names, "i");
// A name as JSON and `util.inspect` have it, and what stands between it and its value: a property, two neighbors of a
// list (as raw headers are), an entry of a Map, a cell of a table.
const member = new RegExp(
  String.raw`(?<![\w-])(?:${names})(?![\w-])["'\`)\]]*\s*(:|,|=>|│)\s*(?=["'\`[])`,
  "gi",
);

/** The text of JSON, or of `util.inspect`, without the values of header-like members, at any depth, in any case. */
export function redactSecrets(text: string): string {
  if (!mention.test(text)) return text;
  let result = "";
  let done = 0;
  member.lastIndex = 0;
  for (let match = member.exec(text); match; match = member.exec(text)) {
    const start = valueStart(text, member.lastIndex, match[1] === ",");
    if (start === undefined) continue;
    const quote =
      text.charAt(start) === "["
        ? (/["'`]/.exec(text.slice(start, start + 20))?.[0] ?? '"')
        : text.charAt(start);
    result += `${text.slice(done, start)}${quote}${redacted}${quote}`;
    done = valueEnd(text, start);
    member.lastIndex = done;
  }
  return result + text.slice(done);
}

// Behind a comma stands the value of a list, or the next property: `"name":"cookie","value":"…"` is a pair as well.
function valueStart(text: string, start: number, afterComma: boolean): number | undefined {
  if (!afterComma) return start;
  const end = valueEnd(text, start);
  const colon = /\s*:\s*/y;
  colon.lastIndex = end;
  if (!colon.test(text)) return start;
  return text.slice(start + 1, end - 1) === "value" ? colon.lastIndex : undefined;
}

// A string, pieces of one joined by `+`, or a list of strings.
function valueEnd(text: string, start: number): number {
  if (text.charAt(start) === "[") return listEnd(text, start);
  let end = stringEnd(text, start);
  for (;;) {
    const plus = /\s*\+\s*(?=["'`])/y;
    plus.lastIndex = end;
    if (!plus.test(text)) return end;
    end = stringEnd(text, plus.lastIndex);
  }
}

function listEnd(text: string, start: number): number {
  for (let index = start + 1; index < text.length;) {
    const character = text.charAt(index);
    if (character === "]") return index + 1;
    index = isQuote(character) ? stringEnd(text, index) : index + 1;
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  const quote = text.charAt(start);
  if (!isQuote(quote)) return start;
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === quote) return index + 1;
    if (character === "\\") index += 1;
  }
  return text.length;
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'" || character === "`";
}
