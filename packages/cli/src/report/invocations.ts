import { callerResponseOf } from "../gateway/caller-response.ts";
import { lacksHook } from "../gateway/invocation.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { Log, LogLine } from "../gateway/log.ts";
import { printable } from "./report.ts";

/** What came of one or many calls. */
export interface CallReport {
  readonly count: number;
  readonly failed: number;
  /** In milliseconds, in the order in which the calls ended. */
  readonly durations: readonly number[];
  /** All tries of a single call; of many calls the first that failed. */
  readonly shown: readonly Invocation[];
  /** Whether the caller asked for the end of the log. */
  readonly tail: boolean;
}

/** A run of `fcrt invoke`, from the start of the program to its end. */
export interface InvocationReport extends CallReport {
  readonly startTime: number;
  readonly initialization: Invocation | undefined;
  readonly preStop: Invocation | undefined;
  readonly log: Log;
}

/** For people. */
export function textOfInvocations(report: InvocationReport): string {
  const { startTime, initialization, preStop, shown, count, log, tail } = report;
  const early = log.lines.filter(({ requestId }) => requestId === undefined);
  const blocks = [
    [`started in ${ms(startTime)}`, ...early.map(lineOf)],
    initialization ? blockOf(initialization, log) : [],
    ...shown.map((invocation) => [...blockOf(invocation, log), ...answerOf(invocation, tail)]),
    count > 1 ? tableOf(report) : [],
    preStop ? blockOf(preStop, log) : [],
  ];
  return `${blocks
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** For programs: one JSON object. Bodies that are not UTF-8 are in base64. */
export function jsonOfInvocations(report: InvocationReport): string {
  const { startTime, initialization, preStop, shown, count, failed, durations, log, tail } = report;
  const json = {
    startTime: round(startTime),
    initialization: initialization && jsonOf(initialization, log, false),
    invocations: shown.map((invocation) => jsonOf(invocation, log, tail)),
    preStop: preStop && jsonOf(preStop, log, false),
    count,
    failed,
    latency: latencyOf(durations),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function blockOf(invocation: Invocation, log: Log): string[] {
  if (!isCall(invocation.kind) && lacksHook(invocation))
    return [`${invocation.kind}: the function has none`];
  return [headOf(invocation), ...linesOf(invocation, log).map(lineOf)];
}

// Those that came in time, and those that came late: on the platform they may be lost.
function linesOf(invocation: Invocation, log: Log): readonly LogLine[] {
  return [...invocation.log, ...log.of(invocation.requestId).filter(({ late }) => late)];
}

function isCall(kind: Invocation["kind"]): boolean {
  return kind === "invoke" || kind === "http-invoke";
}

function headOf({ kind, requestId, outcome, response, duration, coldStart }: Invocation): string {
  const facts = [
    outcome.status === "success" ? "success" : `failure (${outcome.errorType}: ${outcome.reason})`,
    ...(response ? [`StatusCode ${response.status}`] : []),
    ms(duration),
    ...(coldStart ? ["cold start"] : []),
  ];
  return `${kind} ${requestId}: ${facts.join(", ")}`;
}

function lineOf({ source, text, bytes, late }: LogLine): string {
  const cut = bytes > Buffer.byteLength(text) ? ` … (${bytes} bytes)` : "";
  const marks = `${source === "stderr" ? "(stderr) " : ""}${late ? "(late) " : ""}`;
  return `  ${marks}${printable(text)}${cut}`;
}

// As the caller gets it; of an event the body is all there is.
function answerOf(invocation: Invocation, tail: boolean): string[] {
  const { status, headers, body } = callerResponseOf(invocation, tail);
  const head =
    invocation.kind === "http-invoke"
      ? [`HTTP/1.1 ${status}`, ...headers.map((pair) => printable(pair.join(": "))), ""]
      : [];
  const text = [...head, ...(body.length > 0 ? [bodyText(body)] : [])].join("\n").trimEnd();
  return text === "" ? [] : ["", text.replace(/^/gm, "  < ")];
}

function bodyText(body: Buffer): string {
  const text = body.subarray(0, mostBodyBytes).toString();
  const more = body.length - mostBodyBytes;
  return printable(text) + (more > 0 ? `\n… and ${more} more bytes` : "");
}

const mostBodyBytes = 64 * 1024;

function tableOf({ count, failed, durations }: CallReport): string[] {
  const { p50, p90, p99, max } = latencyOf(durations);
  return [
    "  invocations    failed       p50       p90       p99       max",
    `  ${String(count).padStart(11)}${String(failed).padStart(10)}${[p50, p90, p99, max].map((each) => ms(each).padStart(10)).join("")}`,
  ];
}

function latencyOf(durations: readonly number[]): {
  p50: number;
  p90: number;
  p99: number;
  max: number;
} {
  const sorted = durations.toSorted((one, other) => one - other);
  const at = (share: number): number => round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

function jsonOf(invocation: Invocation, log: Log, tail: boolean): object {
  const { kind, requestId, outcome, response, duration, coldStart } = invocation;
  const { status, headers, body } = callerResponseOf(invocation, tail);
  const text = body.toString();
  const isText = Buffer.from(text).equals(body);
  return {
    kind,
    requestId,
    outcome,
    coldStart,
    duration: round(duration),
    runtime: response && { status: response.status, headers: response.headers },
    response: {
      status,
      headers,
      body: isText ? text : body.toString("base64"),
      isBase64Encoded: !isText,
    },
    log: linesOf(invocation, log).map(({ source, text: line, late }) => ({
      source,
      text: line,
      late,
    })),
  };
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
