import {
  errorMessage,
  errorText,
  formatLine,
  lineLimit,
  noRequestId,
  redactSecrets,
  timestampOf,
} from "@fcrt/core/extension";
import type { Invocation } from "@fcrt/core/extension";
import { activeSpan } from "./active-span.ts";
import type { FormatOptions } from "./options.ts";

/** What pino has made of one log call. */
export interface Content {
  /** The name of the level, such as `info`. */
  readonly level: string;
  readonly message: string | undefined;
  /** The name of the message in JSON, such as `msg`. */
  readonly messageKey: string;
  /** The fields as a JSON object: `{"orderId":7,"name":"x"}`; empty when there are none. */
  readonly fields: string;
  /** The errors that the fields leave out. */
  readonly errors: readonly unknown[];
}

/** Makes the text of a line, line feeds included; `time` in epoch milliseconds. */
export type LineFormat = (
  time: number,
  invocation: Invocation | undefined,
  content: Content,
) => string;

/** Text that may quote objects in either way, without their secrets. */
export function redactText(text: string): string {
  return redactSecrets(text, "json", "inspection");
}

/** The format that the options ask for. */
export function lineFormatOf(options: Required<FormatOptions>): LineFormat {
  return options.format === "json" ? jsonLine : textFormat(options);
}

function textFormat(style: Required<FormatOptions>): LineFormat {
  return (time, invocation, { level, message, fields, errors }) => {
    const requestId = invocation?.requestId ?? noRequestId;
    const json = fields === "" ? "" : escaped(redactSecrets(fields, "json"));
    const tail = message && json ? ` ${json}` : json;
    return errors.length === 0
      ? formatLine(time, requestId, upperCaseOf(level), message ?? "", style, tail)
      : formatLine(time, requestId, upperCaseOf(level), textOf(errors, message, tail), style);
  };
}

function textOf(errors: readonly unknown[], message: string | undefined, tail: string): string {
  // An error that is logged alone has its message in its first line.
  const repeated = tail === "" && errors.some((error) => errorMessage(error) === message);
  const head = repeated ? "" : (message ?? "") + tail;
  const texts = errors.map((error) => redactText(errorText(error)));
  return (head === "" ? texts : [head, ...texts]).join("\n");
}

// JSON leaves the last of these as they are, and a line must not: a terminal obeys some, and some end a line somewhere.
// Escaped here, JSON stays JSON.
const unescaped = /[\0-\x1f\x7f-\x9f\u2028\u2029]/g;
// What most of it is, found out in half the time.
const plain = /^[ -~]*$/;

function escaped(json: string): string {
  if (plain.test(json)) return json;
  return json.replace(
    unescaped,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const upperCase = new Map<string, string>();

function upperCaseOf(level: string): string {
  let upper = upperCase.get(level);
  if (upper === undefined) {
    // A level of somebody's own must not break the shape of the line.
    upper = level.toUpperCase().replace(/[\s[\]\0-\x1f\x7f-\x9f]/g, "_");
    upperCase.set(level, upper);
  }
  return upper;
}

function jsonLine(
  time: number,
  invocation: Invocation | undefined,
  { level, message, messageKey, fields }: Content,
): string {
  const head = escaped(
    `{"time":"${timestampOf(time)}Z","level":${JSON.stringify(level)}${originOf(invocation)}`,
  );
  const text =
    message === undefined ? "" : `,${JSON.stringify(messageKey)}:${JSON.stringify(message)}`;
  const taken = message === undefined ? ownNames : [...ownNames, messageKey];
  const members =
    fields === "" ? "" : `,${redactSecrets(withoutClash(fields, taken).slice(1, -1), "json")}`;
  const line = `${head}${escaped(members + text)}}`;
  if (line.length * 3 < lineLimit || Buffer.byteLength(line) < lineLimit) return `${line}\n`;
  return partsOf(line, head);
}

const ownNames = ["time", "level", "requestId", "functionName", "trace_id", "span_id"];

// A field that is named like one of ours gets another name: a reader takes the first of two, or the last.
function withoutClash(fields: string, taken: readonly string[]): string {
  if (!taken.some((name) => fields.includes(`"${name}":`))) return fields;
  const record: Record<string, unknown> = JSON.parse(fields);
  const renamed = new Map<string, unknown>();
  for (const [name, value] of Object.entries(record)) {
    let free = name;
    while (taken.includes(free) || renamed.has(free) || (free !== name && free in record))
      free += "_";
    renamed.set(free, value);
  }
  return JSON.stringify(Object.fromEntries(renamed));
}

function originOf(invocation: Invocation | undefined): string {
  const span = activeSpan();
  const trace = span ? `,"trace_id":"${span.traceId}","span_id":"${span.spanId}"` : "";
  if (!invocation) return `,"requestId":"${noRequestId}"${trace}`;
  const { name } = invocation.context.function;
  const functionName = name === undefined ? "" : `,"functionName":${JSON.stringify(name)}`;
  return `,"requestId":"${invocation.requestId}"${functionName}${trace}`;
}

// Each part is a JSON object of its own; their texts put together are the line.
function partsOf(line: string, head: string): string {
  // What would become an escape of six bytes is one already: none of these characters takes more than three.
  const size = Math.floor((lineLimit - Buffer.byteLength(head) - 64) / 3);
  const texts: string[] = [];
  for (let start = 0; start < line.length;) {
    const end = start + size;
    const splits = /[\ud800-\udbff]/.test(line.charAt(end - 1));
    texts.push(line.slice(start, splits ? end - 1 : end));
    start = splits ? end - 1 : end;
  }
  return texts
    .map(
      (text, index) =>
        `${head},"part":"${index + 1}/${texts.length}","text":${JSON.stringify(text)}}\n`,
    )
    .join("");
}
