import { callerHeader, header, isReservedResponseHeader, limit } from "@fcrt/core/protocol";
import type { Headers } from "./connections.ts";
import type { Invocation } from "./invocation.ts";
import type { LogLine } from "./log.ts";

/** What the platform gives to whoever called the function. */
export interface CallerResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/**
 * Of an event the body alone gets through, of an HTTP invocation also status and headers, as far as a runtime may set
 * them.
 *
 * @param tail whether the caller asked for the end of the log
 */
export function callerResponseOf(invocation: Invocation, tail = false): CallerResponse {
  const { kind, response, outcome } = invocation;
  const given = response && outcome.status === "success" ? response : passedOn(invocation);
  const isHttp = kind === "http-invoke";
  return {
    status: given ? (isHttp ? given.status : 200) : statusOfTrouble(invocation),
    headers: [
      ...(isHttp && given ? given.headers.filter(isAllowed) : []),
      ...platformHeadersOf(invocation, tail),
    ],
    body: given?.body ?? troubleBodyOf(invocation),
  };
}

/** The end of what was written, at most 4 KB of it. */
function tailOf(log: readonly LogLine[]): Buffer {
  const bytes = Buffer.from(log.map(({ text }) => `${text}\n`).join(""));
  return bytes.subarray(Math.max(0, bytes.length - limit.logTail));
}

// The runtime's own answer to a failure; what the platform rejects it replaces.
function passedOn({ response, outcome }: Invocation): Invocation["response"] {
  return outcome.status === "failure" && outcome.errorType === "BadResponse" ? undefined : response;
}

function isAllowed([name, value]: Headers[number]): boolean {
  return !isReservedResponseHeader(name.toLowerCase(), value);
}

function platformHeadersOf(
  { requestId, outcome, duration, log }: Invocation,
  tail: boolean,
): Headers {
  return [
    [header.requestId, requestId],
    [callerHeader.duration, String(Math.ceil(duration))],
    ...(outcome.status === "failure" ? [[callerHeader.errorType, outcome.errorType] as const] : []),
    ...(tail ? [[callerHeader.logResult, tailOf(log).toString("base64")] as const] : []),
  ];
}

function statusOfTrouble({ outcome }: Invocation): number {
  const type = outcome.status === "failure" ? outcome.errorType : undefined;
  if (type === "InvalidArgument") return 400;
  return type === "InitializationError" ? 200 : 502;
}

function troubleBodyOf({ outcome }: Invocation): Buffer {
  if (outcome.status === "success") return Buffer.alloc(0);
  const { errorType, reason } = outcome;
  return Buffer.from(JSON.stringify({ errorMessage: reason, errorType }));
}
