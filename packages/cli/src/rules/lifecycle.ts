import { setTimeout as pause } from "node:timers/promises";
import { controlPath } from "@fcrt/core/protocol";
import type { Kind } from "@fcrt/core/protocol";
import { lacksHook } from "../gateway/invocation.ts";
import { describeExit } from "../gateway/program.ts";
import type { Exit } from "../gateway/program.ts";
import { Latch } from "./halves.ts";
import {
  answersEarly,
  answerTo,
  asUsual,
  callWithBody,
  heldRequest,
  isAnsweredEarly,
  requestFor,
  warmGateway,
} from "./probes.ts";
import { finding, skipped } from "./rule.ts";
import type { Finding, Rule, Subject } from "./rule.ts";
import { describeLines, describeResponse } from "./seen.ts";

const hooks = "FC documentation, lifecycle hooks";
const freezing =
  "FC documentation, instance lifecycle: an instance is frozen when its last call has ended";
const stopping =
  "Custom containers get SIGTERM; of custom runtimes the documentation does not speak";

export const lifecycleRules: readonly Rule[] = [
  {
    id: "FC-LIFECYCLE-001",
    family: "lifecycle",
    severity: "should",
    title: `The call before the instance is gone, GET ${controlPath["pre-stop"]}, is answered with StatusCode 200`,
    source: hooks,
    // A server that somebody else has started is not ours to prepare for its end.
    needs: ["program"],
    check: async (subject) => hookAnswer(subject, "pre-stop"),
  },
  {
    id: "FC-LIFECYCLE-002",
    family: "lifecycle",
    severity: "should",
    title: `The call before a freeze, GET ${controlPath["pre-freeze"]} on FC 2.0, is answered with StatusCode 200`,
    source: hooks,
    check: async (subject) => hookAnswer(subject, "pre-freeze"),
  },
  {
    id: "FC-LIFECYCLE-003",
    family: "lifecycle",
    severity: "should",
    title: "On SIGTERM a request in flight is answered before the program ends",
    source: stopping,
    needs: ["signals"],
    check: async (subject) => {
      const gateway = await warmGateway(subject);
      const { program } = await gateway.instance();
      const call = callWithBody(subject.successes);
      const usual = await answerTo(gateway, requestFor(gateway, call));
      const latch = new Latch();
      const answer = answerTo(gateway, heldRequest(gateway, call, latch));
      if (await isAnsweredEarly(answer)) return skipped(answersEarly);
      program?.terminate();
      await Promise.race([answer, pause(timeToReact)]);
      latch.open();
      return asUsual(await answer, usual);
    },
  },
  {
    id: "FC-LIFECYCLE-004",
    family: "lifecycle",
    severity: "should",
    title: "SIGTERM ends a program that has nothing to do within 10 s, and not with an error",
    source: stopping,
    needs: ["signals"],
    check: async (subject) => {
      const { program } = await (await warmGateway(subject)).instance();
      const exit = await program?.stop(10_000);
      if (!exit) return skipped("there is no program");
      const expected = "exit code 0 or 143, or the end by the signal itself";
      return finding(isOrderly(exit), expected, describeExit(exit));
    },
  },
  {
    id: "FC-LIFECYCLE-005",
    family: "lifecycle",
    severity: "should",
    title:
      "What an invocation logs is written when its response ends: a frozen instance writes no more",
    source: freezing,
    needs: ["output", "signals"],
    check: async (subject) => {
      const gateway = await warmGateway(subject, { freeze: true });
      const { program } = await gateway.instance();
      const { requestId } = await gateway.invoke(callWithBody(subject.successes));
      await pause(timeToRead);
      const inTime = gateway.log.of(requestId);
      await gateway.invoke(callWithBody(subject.successes));
      await program?.stop(timeToEnd);
      const late = gateway.log.of(requestId).slice(inTime.length);
      const seen = `before the freeze:\n${describeLines(inTime)}\nafter it:\n${describeLines(late)}`;
      return finding(late.length === 0, "every line before the freeze", seen);
    },
  },
  {
    id: "FC-LIFECYCLE-006",
    family: "lifecycle",
    severity: "should",
    title: "An instance that was frozen for 7 s takes the next invocation",
    source: freezing,
    needs: ["signals"],
    waits: true,
    check: async (subject) => {
      const gateway = await warmGateway(subject, { freeze: true });
      const call = callWithBody(subject.successes);
      const usual = await gateway.invoke(call);
      await pause(7000);
      const invocation = await gateway.invoke(call);
      const good = invocation.response?.status === usual.response?.status;
      const expected = `the answer that it gets otherwise:\n${describeResponse(usual)}`;
      return finding(good, expected, describeResponse(invocation));
    },
  },
];

async function hookAnswer(
  subject: Subject,
  kind: Exclude<Kind, "invoke" | "http-invoke" | "initialize">,
): Promise<Finding> {
  const gateway = await warmGateway(subject);
  const invocation = await gateway.callHook(kind);
  if (lacksHook(invocation))
    return skipped("the function has no such hook: the call is answered with StatusCode 404");
  const { response, outcome } = invocation;
  const good = response?.status === 200 && outcome.status === "success";
  return finding(good, "StatusCode 200, reported as a success", describeResponse(invocation));
}

function isOrderly({ code, signal }: Exit): boolean {
  return code === 0 || code === 128 + 15 || signal === "SIGTERM";
}

const timeToReact = 300;
// What was written before the freeze is in the pipe.
const timeToRead = 100;
const timeToEnd = 3000;
