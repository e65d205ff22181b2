import type { Kind } from "./kinds.ts";
import type { FailureKind } from "./outcome.ts";

const phase = {
  invoke: "Invoke",
  "http-invoke": "Invoke",
  initialize: "Initialize",
  "pre-freeze": "PreFreeze",
  "pre-stop": "PreStop",
} as const satisfies Record<Kind, string>;

const suffix = {
  handled: ", Error: Handled function error",
  unhandled: ", Error: Unhandled function error",
} as const satisfies Record<FailureKind, string>;

/** The line that opens an invocation on stdout. */
export function startMarker(kind: Kind, requestId: string): string {
  return `FC ${phase[kind]} Start RequestId: ${requestId}`;
}

/** The line that closes an invocation on stdout; a failure carries the suffix that the platform's log tool looks for. */
export function endMarker(kind: Kind, requestId: string, failure?: FailureKind): string {
  return `FC ${phase[kind]} End RequestId: ${requestId}${failure ? suffix[failure] : ""}`;
}

/** The line that flags a cold start, once a process. */
export function coldStartMarker(runtimeName: string): string {
  return `FunctionCompute ${runtimeName} runtime inited.`;
}

/** The runtime name in the line that flags a cold start; `undefined` for any other line. */
export function parseColdStartMarker(line: string): string | undefined {
  return /^FunctionCompute (.+) runtime inited\.$/.exec(line)?.[1];
}

const officialLanguage =
  /^(node(\.?js)?|python|php|java|go(lang)?|c#|\.net( core)?|dotnet)[\d. ]*$/i;

/** Whether a runtime name is one of the platform's own languages, which the contract asks to avoid. */
export function isOfficialLanguage(runtimeName: string): boolean {
  return officialLanguage.test(runtimeName);
}

/** What a Start or End marker says. */
export interface Marker {
  /** `Invoke`, `Initialize`, `PreFreeze` or `PreStop`. */
  readonly phase: string;
  readonly moment: "Start" | "End";
  readonly requestId: string;
  /** What follows the request ID, such as `, Error: Unhandled function error`; empty on a clean marker. */
  readonly suffix: string;
}

const markerPattern =
  /^FC (Invoke|Initialize|PreFreeze|PreStop) (Start|End) RequestId: ([^\s,]+)(.*)$/;

/** Reads a Start or End marker; `undefined` for any other line. */
export function parseMarker(line: string): Marker | undefined {
  const match = markerPattern.exec(line);
  if (!match) return undefined;
  const [, name = "", moment, requestId = "", rest = ""] = match;
  return { phase: name, moment: moment === "Start" ? "Start" : "End", requestId, suffix: rest };
}
