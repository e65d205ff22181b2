import { header, parseMarker } from "@fcrt/core/protocol";
import type { RuntimeResponse } from "../gateway/connections.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { LogLine } from "../gateway/log.ts";

/** The value of a header; of several with one name the first. `undefined` when there is none. */
function headerOf(response: RuntimeResponse | undefined, name: string): string | undefined {
  return response?.headers.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1];
}

/** The status that a runtime reports to the platform, as sent. */
export function reportedStatusOf(response: RuntimeResponse | undefined): string | undefined {
  return headerOf(response, header.status);
}

/** Whether two answers are the same but for what differs from call to call: the time, an id. */
export function isLike(one: RuntimeResponse, other: RuntimeResponse): boolean {
  const shape = ({ body }: RuntimeResponse): string => body.toString().replace(/[\da-f]+/gi, "#");
  return one.status === other.status && shape(one) === shape(other);
}

export function isMarker({ text }: LogLine): boolean {
  return parseMarker(text) !== undefined;
}

/** Whether a text has entries of a stack: a line of a source file, a method, an address. */
export function hasStack(text: string): boolean {
  return sourceLine.test(text) || /\bat [\w.$<>]+\(|\[0x[\da-f]{4,}\]/.test(text);
}

// By their ends, for `example.com:80` is none.
const sourceLine =
  /\.(?:[cm]?[jt]sx?|py|go|java|kt|scala|clj|php|rb|rs|cs|fs|vb|cc?|cpp|cxx|hh?|hpp|swift|dart|exs?|erl|hs|lua|p[lm]|nim|zig|cr|d)["']?(?:,? line |:line |:|\()\d+/;

/** A response as it came: status line, headers, the beginning of the body. */
export function describeResponse({ request, response, outcome }: Invocation): string {
  const asked = `${request.method} ${request.path}`;
  if (!response)
    return `${asked}\nno response: ${outcome.status === "failure" ? outcome.reason : ""}`;
  return `${asked}\n${describeAnswer(response)}`;
}

/** The same without the request. */
export function describeAnswer(response: RuntimeResponse): string {
  const { status, statusMessage, headers, body } = response;
  const head = [`HTTP/1.1 ${status} ${statusMessage}`, ...headers.map((pair) => pair.join(": "))];
  return [...head, ...(body.length > 0 ? ["", shortened(body.toString())] : [])].join("\n");
}

/** Lines as they came, those of stderr marked; `nothing` when there are none. */
export function describeLines(lines: readonly LogLine[]): string {
  if (lines.length === 0) return "nothing";
  const shown = lines
    .slice(0, mostLines)
    .map(({ source, text }) => (source === "stderr" ? `(stderr) ` : "") + shortened(text));
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more lines`] : [])].join("\n");
}

const mostLines = 12;
const mostCharacters = 300;

/** The beginning of a text. */
export function shortened(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
