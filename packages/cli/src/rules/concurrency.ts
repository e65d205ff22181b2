import { setTimeout as pause } from "node:timers/promises";
import { parseMarker } from "@fcrt/core/protocol";
import type { Gateway } from "../gateway/gateway.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { LogLine } from "../gateway/log.ts";
import { newRequestId, requestOf } from "../gateway/platform-request.ts";
import type { Call } from "../gateway/platform-request.ts";
import { anyWord, companionCount, invokeAtOnce, isSameVerdict, patience } from "./at-once.ts";
import type { Companion, Spoken } from "./at-once.ts";
import { halvesOf, Latch } from "./halves.ts";
import { finding, forEach, skipped } from "./rule.ts";
import type { Rule } from "./rule.ts";
import { describeLines, describeResponse, isMarker, reportedStatusOf } from "./seen.ts";

const documentation = "FC documentation, instance concurrency: up to 200 requests at once";

export const concurrencyRules: readonly Rule[] = [
  {
    id: "FC-CONCURRENCY-001",
    family: "concurrency",
    severity: "should",
    title: `Of ${companionCount} invocations at once each gets its own answer and status`,
    source: documentation,
    check: async (subject) =>
      forEach(await invokeAtOnce(subject), (companion) => {
        const { invocation, alone } = companion;
        const good = isSameVerdict(alone.invocation, invocation) && answersItsOwn(companion);
        const { response } = alone.invocation;
        const verdict = `StatusCode ${response?.status}, reported as ${reportedStatusOf(response)}, as when it is alone`;
        const word = isEchoed(alone) ? `, with \`${companion.word}\`, which was in its input` : "";
        return finding(good, verdict + word, describeResponse(invocation));
      }),
  },
  {
    id: "FC-CONCURRENCY-002",
    family: "concurrency",
    severity: "must",
    title: `Of ${companionCount} invocations at once each writes its own pair of markers`,
    source: "Custom runtime specification, “Log format”: for every invocation",
    needs: ["output"],
    check: async (subject) =>
      forEach(await invokeAtOnce(subject), ({ invocation, alone }) => {
        const markersOf = ({ requestId }: Invocation): readonly LogLine[] =>
          subject.gateway.log.of(requestId).filter(isMarker);
        const moments = (lines: readonly LogLine[]): string =>
          lines.map(({ text }) => parseMarker(text)?.moment).join(", then ");
        const usual = moments(markersOf(alone.invocation));
        if (usual === "") return skipped("there are no markers, which FC-MARKERS-001 tells");
        const markers = markersOf(invocation);
        const expected = `${usual}, each with ${invocation.requestId}`;
        return finding(moments(markers) === usual, expected, describeLines(markers));
      }),
  },
  {
    id: "FC-CONCURRENCY-003",
    family: "concurrency",
    severity: "should",
    title: `Of ${companionCount} invocations at once each has its own request ID on its lines`,
    source: "FC documentation, instance concurrency: a log shared by all mixes request IDs",
    needs: ["output"],
    check: async (subject) => {
      const { log } = subject.gateway;
      const { position } = log;
      const companions = await invokeAtOnce(subject);
      const requestIds = companions.map(({ invocation }) => invocation.requestId);
      return forEach(companions, ({ invocation, alone, before, word }) => {
        const usual = linesOf(subject.gateway, alone.invocation).length;
        const isSteady = linesOf(subject.gateway, before).length === usual;
        if (usual === 0) return skipped("no line carries its request ID, which FC-LINES-001 tells");
        const lines = linesOf(subject.gateway, invocation);
        const good =
          (isSteady ? lines.length === usual : lines.length > 0) &&
          !lines.some(({ text }) => tellsOfOthers(text, word, invocation.requestId, requestIds));
        const what = word === undefined ? "" : `, about \`${word}\` and no other such word`;
        const expected = `with ${invocation.requestId} as many lines as when it is alone, ${usual}${what}`;
        const strayed = log.since(position).filter(({ text }) => word && text.includes(word));
        return finding(good, expected, describeLines(lines.length > 0 ? lines : strayed));
      });
    },
  },
  {
    id: "FC-CONCURRENCY-004",
    family: "concurrency",
    severity: "should",
    title: "An invocation whose body is still on its way does not hold up another",
    source: documentation,
    check: async ({ gateway, successes: [call] }) => {
      const latch = new Latch();
      const held = sendSlowly(gateway, call, latch);
      await pause(untilItIsThere);
      const other = gateway.invoke(call);
      const first = await Promise.race([other, pause(patience, undefined, { ref: false })]).finally(
        () => latch.open(),
      );
      await Promise.all([held, other]);
      return finding(
        first?.response !== undefined,
        "an answer while the body of the one before is not complete",
        first ? describeResponse(first) : `no answer within ${patience / 1000} s`,
      );
    },
  },
];

function answersItsOwn({ invocation, word, alone }: Companion): boolean {
  const body = invocation.response?.body.toString() ?? "";
  const words = new Set(body.match(anyWord));
  const isThere = word !== undefined && words.delete(word);
  return words.size === 0 && (isThere || !isEchoed(alone));
}

function isEchoed({ invocation: { response }, word }: Spoken): boolean {
  return word !== undefined && response?.body.includes(word) === true;
}

// Lines without the ID may be anybody's.
function linesOf({ log }: Gateway, { requestId }: Invocation): readonly LogLine[] {
  return log.of(requestId).filter((line) => line.text.includes(requestId) && !isMarker(line));
}

function tellsOfOthers(
  text: string,
  word: string | undefined,
  requestId: string,
  requestIds: readonly string[],
): boolean {
  const strange = (text.match(anyWord) ?? []).some((found) => found !== word);
  return strange || requestIds.some((id) => id !== requestId && text.includes(id));
}

async function sendSlowly(gateway: Gateway, call: Call, latch: Latch): Promise<unknown> {
  const { facts } = gateway;
  const requestId = newRequestId(facts.generation, call.kind);
  const slow: Call = { ...call, method: "POST", body: halvesOf("{}", latch) };
  return gateway.send(requestOf(slow, facts, requestId, 0)).catch(() => undefined);
}

const untilItIsThere = 50;
