import { formatLine, header, lineLimit, parseLine } from "@fcrt/core/protocol";
import type { Gateway } from "../gateway/gateway.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { LogLine } from "../gateway/log.ts";
import type { Call } from "../gateway/platform-request.ts";
import { invokeToEnd } from "./bench.ts";
import { withText } from "./further-text.ts";
import { finding, forEach, skipped } from "./rule.ts";
import type { Finding, Rule, Subject } from "./rule.ts";
import { describeLines, hasStack, isMarker } from "./seen.ts";

const spec = "Custom runtime specification, “Log format”, recommended log format";

export const lineRules: readonly Rule[] = [
  {
    id: "FC-LINES-001",
    family: "log lines",
    severity: "should",
    title: "Each line of an invocation carries its request ID",
    source: spec,
    needs: ["output"],
    check: async ({ gateway, successes, failures }) =>
      judgeAll(gateway, [...successes, ...failures], (lines, { requestId }) => {
        if (lines.length === 0) return skipped(noLines);
        const continued = continuationsIn(lines);
        const bare = lines.filter((line) => !carriesId(line) && !continued.has(line));
        return finding(
          bare.length === 0,
          `${requestId} in every line between the markers`,
          describeLines(bare.length > 0 ? bare : lines),
        );
      }),
  },
  {
    id: "FC-LINES-002",
    family: "log lines",
    severity: "should",
    title: "Lines have the recommended form: time, request ID, level in brackets, message",
    source: spec,
    needs: ["output"],
    check: async (subject) =>
      judgeIdentified(subject, (lines, { requestId }) => {
        const astray = lines.filter(({ text }) => parseLine(text)?.requestId !== requestId);
        return finding(
          astray.length === 0,
          `lines such as ${formatLine(Date.now(), requestId, "INFO", "hello").trim()}`,
          describeLines(astray.length > 0 ? astray : lines),
        );
      }),
  },
  {
    id: "FC-LINES-003",
    family: "log lines",
    severity: "should",
    title: "The time of a line is UTC, whatever time zone the function is configured for",
    source: `${spec}: $utcdatetime; FC documentation, environment variables: TZ`,
    needs: ["output", "program"],
    check: async ({ fresh, successes, failures }) => {
      const gateway = await fresh({ environment: { TZ: "Asia/Shanghai" } });
      const findings: Finding[] = [];
      for (const call of [...successes, ...failures]) {
        const { requestId } = await invokeToEnd(gateway, call);
        const timed = gateway.log.of(requestId).filter(({ text }) => parseLine(text));
        const now = new Date();
        findings.push(
          timed.length === 0
            ? skipped(noRecommended)
            : finding(
                timed.every(({ text }) => isAbout(now, text)),
                `with TZ=Asia/Shanghai times of about ${now.toISOString().slice(0, 19)}`,
                describeLines(timed),
              ),
        );
      }
      return forEach(findings, (found) => found);
    },
  },
  {
    id: "FC-LINES-004",
    family: "log lines",
    severity: "should",
    title: "A text of several lines, such as a stack, has the request ID in each of them",
    source: "FC documentation, logs: without a rule for their beginning, each line is an entry",
    needs: ["output", "failure"],
    check: async (subject) =>
      judgeIdentified(subject, (_identified, invocation) => {
        const lines = linesOf(subject, invocation);
        const continued = continuationsIn(lines);
        return finding(
          continued.size === 0,
          `${invocation.requestId} in the later lines too`,
          describeLines(lines),
        );
      }),
  },
  {
    id: "FC-LINES-005",
    family: "log lines",
    severity: "must",
    title: "A failure writes the stack of its error",
    source: `Custom runtime specification, “Why ${header.status} matters”: print the error stack`,
    needs: ["output", "failure"],
    check: async ({ gateway, failures }) =>
      judgeAll(
        gateway,
        failures,
        (lines) =>
          finding(
            lines.some(({ text }) => hasStack(text)),
            "lines that name source file and line of the error",
            describeLines(lines),
          ),
        ({ text }) => hasStack(text),
      ),
  },
  {
    id: "FC-LINES-006",
    family: "log lines",
    severity: "should",
    title: "Lines are written to stdout, none to stderr",
    source: "Custom runtime specification, “Log format”: what is written to stdout is collected",
    needs: ["output"],
    check: async ({ gateway, successes, failures }) =>
      judgeAll(gateway, [...successes, ...failures], (lines) => {
        if (lines.length === 0) return skipped(noLines);
        const astray = lines.filter(({ source }) => source === "stderr");
        return finding(
          astray.length === 0,
          "nothing on stderr",
          describeLines(astray.length > 0 ? astray : lines),
        );
      }),
  },
  {
    id: "FC-LINES-007",
    family: "log lines",
    severity: "should",
    title: "Lines hold no colors: an escape sequence hides the time at their beginning",
    source: "FC documentation, logs: an entry begins with a date, at most two characters before it",
    needs: ["output"],
    check: async (subject) =>
      judgeLines(subject, (lines) => {
        const colored = lines.filter(({ text }) => text.includes("\u001b"));
        return finding(
          colored.length === 0,
          "no escape sequence",
          describeLines(colored.length > 0 ? colored : lines),
        );
      }),
  },
  {
    id: "FC-LINES-008",
    family: "log lines",
    severity: "should",
    title: "No line is longer than an entry of the log service can be, however long the input is",
    source: "FC documentation, limits: 32 KB a log entry",
    needs: ["output", "event"],
    check: async ({ gateway, successes }) => {
      const event = successes.find(({ kind }) => kind === "invoke");
      const call = event && withText(event, "x".repeat(lineLimit + 1));
      if (!call) return skipped("the event has no room for a long text");
      const { requestId } = await invokeToEnd(gateway, call);
      const lengths = gateway.log.of(requestId).map(({ bytes }) => bytes);
      const longest = Math.max(0, ...lengths);
      return finding(
        longest <= lineLimit,
        `lines of at most ${lineLimit} bytes`,
        `the longest of ${lengths.length} lines has ${longest} bytes`,
      );
    },
  },
];

type Judge = (lines: readonly LogLine[], invocation: Invocation) => Finding;

// What some write when the response has ended, as Express and pino do with a stack, does not show whose it is: it
// counts too, and the one that is awaited has a moment to come.
async function judgeAll(
  gateway: Gateway,
  calls: readonly Call[],
  judge: Judge,
  isAwaited?: (line: LogLine) => boolean,
): Promise<Finding> {
  const findings: Finding[] = [];
  for (const call of calls) {
    const { position } = gateway.log;
    const invocation = await invokeToEnd(gateway, call);
    if (isAwaited)
      await gateway.log.find(
        (line) => isAwaited(line) && gateway.log.since(position).includes(line),
        latePatience,
      );
    const lines = gateway.log
      .since(position)
      .filter(({ requestId = invocation.requestId }) => requestId === invocation.requestId);
    findings.push(judge(lines.filter(isOfFunction), invocation));
  }
  return forEach(findings, (found) => found);
}

const latePatience = 300;

/** All lines of each invocation that has any. */
async function judgeLines(subject: Subject, judge: Judge): Promise<Finding> {
  return forEach(await invocationsOf(subject), (invocation) => {
    const lines = linesOf(subject, invocation);
    return lines.length > 0 ? judge(lines, invocation) : skipped(noLines);
  });
}

/** Those of them that carry the request ID. */
async function judgeIdentified(subject: Subject, judge: Judge): Promise<Finding> {
  return judgeLines(subject, (lines, invocation) => {
    const identified = lines.filter(carriesId);
    return identified.length > 0 ? judge(identified, invocation) : skipped(noIds);
  });
}

const noLines = "the function writes no lines of its own, by which one could tell";
const noIds = "no line carries its request ID, which FC-LINES-001 tells";
const noRecommended = "no line has the recommended form, which FC-LINES-001 and 002 tell";

async function invocationsOf({ succeeded, failed }: Subject): Promise<Invocation[]> {
  return [...(await succeeded()), ...(await failed())];
}

function linesOf({ gateway }: Subject, { requestId }: Invocation): readonly LogLine[] {
  return gateway.log.of(requestId).filter(isOfFunction);
}

// An empty line says nothing to anybody.
function isOfFunction(line: LogLine): boolean {
  return !isMarker(line) && line.text.trim() !== "";
}

function carriesId({ attribution }: LogLine): boolean {
  return attribution === "line" || attribution === "mention";
}

/** Lines that go on with a text whose first line has the request ID: further lines of a stack are indented, most of them. */
function continuationsIn(lines: readonly LogLine[]): ReadonlySet<LogLine> {
  const streams = (["stdout", "stderr"] as const).map((source) =>
    lines.filter((line) => line.source === source),
  );
  return new Set(
    streams
      .flatMap(textsIn)
      .filter(([, ...rest]) => rest.some(({ text }) => /^\s/.test(text)))
      .flatMap(([, ...rest]) => rest),
  );
}

// A line with the request ID and all without it that follow.
function textsIn(lines: readonly LogLine[]): LogLine[][] {
  const texts: LogLine[][] = [];
  for (const line of lines) {
    if (carriesId(line)) texts.push([line]);
    else texts.at(-1)?.push(line);
  }
  return texts;
}

function isAbout(now: Date, text: string): boolean {
  const time = Date.parse(`${parseLine(text)?.time}Z`);
  return Math.abs(now.getTime() - time) < 10 * 60_000;
}
