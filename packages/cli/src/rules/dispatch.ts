import { controlPath, header, parseMarker, startMarker } from "@fcrt/core/protocol";
import type { Kind } from "@fcrt/core/protocol";
import type { Headers, RuntimeRequest } from "../gateway/connections.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { lacksHook } from "../gateway/invocation.ts";
import type { LogLine } from "../gateway/log.ts";
import type { Call } from "../gateway/platform-request.ts";
import { hookRequestOf, newRequestId, requestOf } from "../gateway/platform-request.ts";
import { finding, forEach, noInitializer, skipped } from "./rule.ts";
import type { Finding, Rule, Subject } from "./rule.ts";
import { describeAnswer, describeLines, describeResponse, isLike } from "./seen.ts";

const spec = `Custom runtime specification, “${header.controlPath} values”`;

export const dispatchRules: readonly Rule[] = [
  {
    id: "FC-DISPATCH-001",
    family: "dispatch",
    severity: "must",
    title: `An event is known by ${header.controlPath}, whatever method and path say`,
    source: spec,
    needs: ["event"],
    check: async (subject) => sameAnswer(subject, (request) => ({ ...request, path: "/anywhere" })),
  },
  {
    id: "FC-DISPATCH-002",
    family: "dispatch",
    severity: "must",
    title: `An HTTP call stays one on the paths of the platform's own calls: ${header.controlPath} decides`,
    source: spec,
    needs: ["http", "output"],
    check: async ({ gateway }) => {
      const calls: Call[] = [
        { kind: "http-invoke", path: controlPath["pre-stop"] },
        { kind: "http-invoke", path: controlPath.initialize, method: "POST", body: "" },
      ];
      const findings: Finding[] = [];
      for (const call of calls) {
        const invocation = await gateway.invoke(call);
        const lines = gateway.log.of(invocation.requestId);
        const mistaken = lines.some(({ text }) => isMarkerOfOther("http-invoke", text));
        const seen = `${describeResponse(invocation)}\n\nwritten:\n${describeLines(lines)}`;
        findings.push(finding(!mistaken, "an HTTP invocation, with its markers if any", seen));
      }
      return forEach(findings, (found) => found);
    },
  },
  {
    id: "FC-DISPATCH-003",
    family: "dispatch",
    severity: "should",
    title: `Without ${header.controlPath} method and path decide: POST ${controlPath.invoke} is an event`,
    source:
      "Local tools of the platform send no such header; its C++ runtime falls back to the path",
    needs: ["event"],
    check: async (subject) =>
      sameAnswer(subject, (request) => ({
        ...request,
        headers: request.headers.filter(([name]) => name !== header.controlPath),
      })),
  },
  {
    id: "FC-DISPATCH-004",
    family: "dispatch",
    severity: "should",
    title: `An empty ${header.controlPath} is an absent one`,
    source: "Requests of FC 3.0 as seen: about half of the headers are there and empty",
    needs: ["event"],
    check: async (subject) =>
      sameAnswer(subject, (request) => ({
        ...request,
        headers: withHeader(request.headers, header.controlPath, ""),
      })),
  },
  {
    id: "FC-DISPATCH-005",
    family: "dispatch",
    severity: "must",
    title: `An initialization is known by ${header.controlPath}, whatever method and path say`,
    source: spec,
    needs: ["output"],
    check: async ({ gateway, initialization }) => {
      if (!gateway.log.of(initialization.requestId).some(({ text }) => parseMarker(text)))
        return skipped("an initialization writes no markers, by which one could tell");
      const requestId = newRequestId(gateway.facts.generation, "initialize");
      const request = hookRequestOf("initialize", gateway.facts, requestId);
      const lines = await written(gateway, {
        ...request,
        method: "GET",
        path: "/anywhere",
        body: "",
      });
      const marker = startMarker("initialize", requestId);
      const good = lines.some(({ text }) => text === marker);
      return finding(good, `a line ${marker}`, describeLines(lines));
    },
  },
  {
    id: "FC-DISPATCH-006",
    family: "dispatch",
    severity: "should",
    title: "An initialization that has succeeded does not run again",
    source: "Custom runtime specification: only one successful initialization a lifecycle",
    needs: ["output"],
    check: async ({ gateway, initialization }) => {
      const first = textsOf(gateway.log.of(initialization.requestId));
      if (lacksHook(initialization)) return skipped(noInitializer);
      if (first.length === 0)
        return skipped("the initialization writes no line of its own, by which one could tell");
      const again = await gateway.callHook("initialize");
      const second = textsOf(gateway.log.of(again.requestId));
      return finding(
        !second.some((text) => first.includes(text)),
        "no line that the first one wrote",
        describeLines(gateway.log.of(again.requestId)),
      );
    },
  },
];

// As the same event is answered when it comes as it should.
async function sameAnswer(
  { gateway, successes }: Subject,
  changed: (request: RuntimeRequest) => RuntimeRequest,
): Promise<Finding> {
  const call = successes.find(({ kind }) => kind === "invoke");
  if (!call) return skipped("the function takes no event");
  const request = (): RuntimeRequest =>
    requestOf(call, gateway.facts, newRequestId(gateway.facts.generation, "invoke"), 0);
  const usual = await gateway.send(request());
  const isSteady = isLike(usual, await gateway.send(request()));
  const other = changed(request());
  const unusual = await gateway.send(other);
  return finding(
    isSteady ? isLike(usual, unusual) : usual.status === unusual.status,
    `the answer that the event gets elsewhere:\n${describeAnswer(usual)}`,
    `${other.method} ${other.path}\n${describeAnswer(unusual)}`,
  );
}

function withHeader(headers: Headers, name: string, value: string): Headers {
  return headers.map((pair) => (pair[0] === name ? [name, value] : pair));
}

async function written(gateway: Gateway, request: RuntimeRequest): Promise<readonly LogLine[]> {
  const { position } = gateway.log;
  await gateway.send(request);
  return gateway.log.since(position);
}

function isMarkerOfOther(kind: Kind, text: string): boolean {
  const phase = parseMarker(text)?.phase;
  return phase !== undefined && phase !== parseMarker(startMarker(kind, "id"))?.phase;
}

// Without what differs from call to call.
function textsOf(lines: readonly LogLine[]): string[] {
  return lines
    .filter(({ text }) => !parseMarker(text))
    .map(({ text, requestId = "" }) => text.replace(/^[\d\-T:. ]+Z? /, "").replace(requestId, ""));
}
