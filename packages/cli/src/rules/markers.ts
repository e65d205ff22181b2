import { endMarker, parseMarker, startMarker } from "@fcrt/core/protocol";
import type { Gateway } from "../gateway/gateway.ts";
import { makeGiveWay } from "../gateway/give-way.ts";
import { lacksHook } from "../gateway/invocation.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { LogLine } from "../gateway/log.ts";
import type { Call } from "../gateway/platform-request.ts";
import { invokeToEnd } from "./bench.ts";
import { finding, forEach, noInitializer, skipped } from "./rule.ts";
import type { Finding, Rule, Subject } from "./rule.ts";
import { describeLines, isMarker } from "./seen.ts";

const spec = "Custom runtime specification, “Log format”, required log entries";

export const markerRules: readonly Rule[] = [
  {
    id: "FC-MARKERS-001",
    family: "markers",
    severity: "must",
    title: "Each invocation writes its Start marker, letter by letter",
    source: spec,
    needs: ["output"],
    check: async (subject) =>
      forEach(await invocationsOf(subject), (invocation) => {
        const marker = startMarker(invocation.kind, invocation.requestId);
        const lines = linesOf(subject, invocation);
        return finding(has(lines, marker), `a line ${marker}`, describeLines(lines));
      }),
  },
  {
    id: "FC-MARKERS-002",
    family: "markers",
    severity: "must",
    title: "Each invocation writes its End marker, letter by letter, whether it succeeds or fails",
    source: spec,
    needs: ["output"],
    check: async (subject) =>
      forEach(await invocationsOf(subject), (invocation) => {
        const marker = endMarker(invocation.kind, invocation.requestId);
        const lines = linesOf(subject, invocation);
        const good = lines.some(({ text }) => text === marker || text.startsWith(`${marker},`));
        return finding(good, `a line ${marker}`, describeLines(lines));
      }),
  },
  {
    id: "FC-MARKERS-003",
    family: "markers",
    severity: "must",
    title: "The markers of an invocation are a pair: one Start, then one End",
    source: spec,
    needs: ["output"],
    check: async (subject) =>
      forEach(await invocationsOf(subject), (invocation) => {
        const lines = linesOf(subject, invocation);
        if (!hasBoth(lines)) return skipped(notBoth);
        const moments = lines.flatMap(({ text }) => parseMarker(text)?.moment ?? []);
        return finding(
          moments.join() === "Start,End",
          "one Start marker, then one End marker",
          describeLines(lines),
        );
      }),
  },
  {
    id: "FC-MARKERS-004",
    family: "markers",
    severity: "must",
    title: "Markers are written to stdout, none to stderr",
    source: spec,
    needs: ["output"],
    check: async (subject) =>
      forEach(await invocationsOf(subject), (invocation) => {
        const lines = linesOf(subject, invocation);
        if (!lines.some(isMarker)) return skipped(noMarkers);
        const astray = lines.some((line) => line.source === "stderr" && isMarker(line));
        return finding(!astray, "no marker on stderr", describeLines(lines));
      }),
  },
  {
    id: "FC-MARKERS-005",
    family: "markers",
    severity: "should",
    title: "The End marker is written before the response ends: what comes later may be frozen",
    source:
      "FC documentation, instance lifecycle: an instance is frozen when its last call has ended",
    needs: ["output", "program"],
    check: async ({ fresh, successes: [call] }) => {
      const gateway = await fresh({ hooks: ["initialize"] });
      const { program } = await gateway.instance();
      const undo = program ? makeGiveWay(program) : () => {};
      try {
        return await lookForLateEnd(gateway, call);
      } finally {
        undo();
      }
    },
  },
  {
    id: "FC-MARKERS-006",
    family: "markers",
    severity: "should",
    title: "Start is the first line of an invocation on stdout, End the last",
    source:
      "Custom runtime specification, “Log format”; the console shows what stands between them",
    needs: ["output"],
    check: async (subject) =>
      forEach(await invocationsOf(subject), (invocation) => {
        const lines = linesOf(subject, invocation).filter(({ source }) => source === "stdout");
        if (!hasBoth(lines)) return skipped(notBoth);
        const outer = [lines[0], lines.at(-1)].map((line) => parseMarker(line?.text ?? "")?.moment);
        return finding(
          outer.join() === "Start,End",
          "the Start marker first, the End marker last",
          describeLines(lines),
        );
      }),
  },
  {
    id: "FC-MARKERS-007",
    family: "markers",
    severity: "should",
    title:
      "The End marker of a failure says so behind a comma, that of a success says nothing more",
    source: "The platform's own Go, Node.js and Python runtimes; its log tool looks for the words",
    needs: ["output", "failure"],
    check: async (subject) => {
      const { succeeded, failed } = subject;
      const clean = forEach(await succeeded(), (invocation) => {
        const lines = linesOf(subject, invocation);
        if (!hasEnd(lines)) return skipped(noEnd);
        const marker = endMarker(invocation.kind, invocation.requestId);
        return finding(has(lines, marker), `a line ${marker}`, describeLines(lines));
      });
      if (clean.result === "failed") return clean;
      return forEach(await failed(), (invocation) => {
        const { kind, requestId } = invocation;
        const lines = linesOf(subject, invocation);
        if (!hasEnd(lines)) return skipped(noEnd);
        const good = lines.some(
          ({ text }) => parseMarker(text)?.suffix.startsWith(", Error: ") === true,
        );
        const expected = `a line such as ${endMarker(kind, requestId, "unhandled")}`;
        return finding(good, expected, describeLines(lines));
      });
    },
  },
  {
    id: "FC-MARKERS-008",
    family: "markers",
    severity: "must",
    title: "An initialization writes its own Start and End markers",
    source: spec,
    needs: ["output"],
    check: async (subject) => {
      const { initialization } = subject;
      const { kind, requestId } = initialization;
      const lines = linesOf(subject, initialization);
      if (lacksHook(initialization) && !lines.some(isMarker)) return skipped(noInitializer);
      const [start, end] = [startMarker(kind, requestId), endMarker(kind, requestId)];
      const good = has(lines, start) && lines.some(({ text }) => text.startsWith(end));
      return finding(good, `the lines\n${start}\n${end}`, describeLines(lines));
    },
  },
  {
    id: "FC-MARKERS-009",
    family: "markers",
    severity: "must",
    title: "Markers carry the request ID as it came, in any of the forms that the platform uses",
    source: spec,
    needs: ["output"],
    check: async ({ gateway, succeeded, successes: [call] }) => {
      const usual = (await succeeded()).flatMap(({ requestId }) => gateway.log.of(requestId));
      if (!usual.some(isMarker)) return skipped(noMarkers);
      const findings: Finding[] = [];
      for (const requestId of requestIds) {
        const { kind } = await invokeToEnd(gateway, { ...call, requestId });
        const lines = gateway.log.of(requestId);
        const markers = [startMarker(kind, requestId), endMarker(kind, requestId)];
        const good = markers.every((marker) => has(lines, marker));
        findings.push(finding(good, `the lines\n${markers.join("\n")}`, describeLines(lines)));
      }
      return forEach(findings, (found) => found);
    },
  },
  {
    id: "FC-MARKERS-010",
    family: "markers",
    severity: "should",
    title: "Without a request ID no marker is written for one that there is not",
    source: "Local tools of the platform send none; its Python samples then print `None`",
    needs: ["output"],
    check: async ({ gateway }) => {
      const { position } = gateway.log;
      const response = await gateway.send({ method: "GET", path: "/", headers: [] });
      const lines = gateway.log.since(position);
      return finding(
        !lines.some(isMarkerOfNobody),
        "an answer, and no marker whose request ID is empty, `undefined` or `None`",
        `StatusCode ${response.status}, and written:\n${describeLines(lines)}`,
      );
    },
  },
];

// Once seen it is certain; that it is not seen takes some looking.
async function lookForLateEnd(gateway: Gateway, call: Call): Promise<Finding> {
  const expected = "the End marker on stdout when the response ends";
  const deadline = performance.now() + mostLooking;
  let attempt = 0;
  while (attempt < fewestAttempts || (attempt < mostAttempts && performance.now() < deadline)) {
    attempt += 1;
    const { requestId, log } = await invokeToEnd(gateway, call);
    if (hasEnd(log)) continue;
    const isItsEnd = (line: LogLine): boolean => line.requestId === requestId && hasEnd([line]);
    if (!(await gateway.log.find(isItsEnd, latestEnd))) return skipped(noEnd);
    const late = gateway.log.of(requestId).filter((line) => line.late);
    const seen = `until the response had ended:\n${describeLines(log)}\nafter it:\n${describeLines(late)}`;
    return finding(false, expected, seen);
  }
  return finding(true, expected, `it was there in ${attempt} of ${attempt} attempts`);
}

const fewestAttempts = 5;
const mostAttempts = 20;
const mostLooking = 1500;
const latestEnd = 500;

// As FC 2.0 and hooks have it; as FC 3.0 had it in 2023, and has it since.
const requestIds = [
  "3f1c0a52-7d2e-4b8e-9a41-5c6d7e8f9a0b",
  "1-65362416-68afb557d64a2e283eccebce",
  "1-67a720bd-15933561-8ab9b99753be",
];

async function invocationsOf({ succeeded, failed }: Subject): Promise<Invocation[]> {
  return [...(await succeeded()), ...(await failed())];
}

function linesOf({ gateway }: Subject, { requestId }: Invocation): readonly LogLine[] {
  return gateway.log.of(requestId);
}

const noMarkers = "there are no markers on stdout or stderr, which FC-MARKERS-001 tells";
const noEnd = "there is no End marker, which FC-MARKERS-002 tells";
const notBoth = "a marker is missing, which FC-MARKERS-001 or 002 tells";

function hasBoth(lines: readonly LogLine[]): boolean {
  const moments = new Set(lines.map(({ text }) => parseMarker(text)?.moment));
  return moments.has("Start") && moments.has("End");
}

function has(lines: readonly LogLine[], text: string): boolean {
  return lines.some((line) => line.text === text);
}

function hasEnd(lines: readonly LogLine[]): boolean {
  return lines.some(({ text }) => parseMarker(text)?.moment === "End");
}

function isMarkerOfNobody({ text }: LogLine): boolean {
  const heads = [startMarker("http-invoke", ""), endMarker("http-invoke", "")];
  const head = heads.find((each) => text.startsWith(each.trim()));
  return head !== undefined && nobody.has(text.slice(head.length).trim());
}

const nobody = new Set(["", "undefined", "None", "null", "nil", "<nil>"]);
