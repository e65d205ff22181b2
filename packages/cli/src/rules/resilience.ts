import { setTimeout as pause } from "node:timers/promises";
import type { Gateway } from "../gateway/gateway.ts";
import type { Call } from "../gateway/platform-request.ts";
import { describeExit } from "../gateway/program.ts";
import { Latch } from "./halves.ts";
import {
  answersEarly,
  answerTo,
  asUsual,
  callWithBody,
  describe,
  heldRequest,
  isAnsweredEarly,
  requestFor,
  warmGateway,
} from "./probes.ts";
import { describeRaw, rawExchange, wireTextOf } from "./raw-exchange.ts";
import { finding, forEach, skipped } from "./rule.ts";
import type { Finding, Rule, Subject } from "./rule.ts";
import { describeResponse } from "./seen.ts";

export const resilienceRules: readonly Rule[] = [
  {
    id: "FC-RESILIENCE-001",
    family: "resilience",
    severity: "should",
    title: "A caller who goes away in the middle leaves the program as it was",
    source: "FC documentation, FAQ: a client that disconnects ends its request (499)",
    check: async (subject) =>
      survives(subject, async (gateway, call) => {
        const caller = new AbortController();
        const half = heldRequest(gateway, call, new Latch());
        const answer = answerTo(gateway, { ...half, signal: caller.signal });
        await isAnsweredEarly(answer);
        caller.abort();
        await answer;
        const text = wireTextOf(requestFor(gateway, call), "keep-alive");
        await rawExchange(gateway, (socket) => {
          socket.write(text, "latin1", () => socket.destroy());
        });
      }),
  },
  {
    id: "FC-RESILIENCE-002",
    family: "resilience",
    severity: "should",
    title: "An invocation that fails leaves those beside it alone",
    source: "FC documentation, instance concurrency: a crash fails every request on the instance",
    needs: ["failure"],
    check: async (subject) => {
      const gateway = await warmGateway(subject);
      const call = callWithBody(subject.successes);
      const usual = await answerTo(gateway, requestFor(gateway, call));
      const latch = new Latch();
      const answers = Array.from({ length: 5 }, async () =>
        answerTo(gateway, heldRequest(gateway, call, latch)),
      );
      if (await isAnsweredEarly(Promise.race(answers))) return skipped(answersEarly);
      const failed = Promise.all(subject.failures.map(async (failure) => gateway.invoke(failure)));
      // Who takes one after the other fails when those before it are done.
      await Promise.race([failed, pause(timeToFail)]);
      await pause(timeToReact);
      latch.open();
      await failed;
      return forEach(await Promise.all(answers), (answer) => asUsual(answer, usual));
    },
  },
  {
    id: "FC-RESILIENCE-003",
    family: "resilience",
    severity: "should",
    title: "What is no HTTP leaves the program as it was",
    source: "RFC 9112, 2.2: a server answers 400 and closes the connection",
    check: async (subject) =>
      survives(subject, async (gateway) => {
        for (const text of noHttp)
          await rawExchange(gateway, (socket) => void socket.write(text, "latin1"), timeToReact);
      }),
  },
  {
    id: "FC-RESILIENCE-004",
    family: "resilience",
    severity: "should",
    title: "A path that cannot be decoded is answered",
    source: "RFC 3986, 2.4; the platform passes paths on as callers send them",
    needs: ["http"],
    check: async ({ gateway }) => {
      const findings: Finding[] = [];
      for (const path of oddPaths) {
        const invocation = await gateway.invoke({ kind: "http-invoke", path });
        const answered = invocation.response !== undefined;
        findings.push(finding(answered, "an answer", describeResponse(invocation)));
      }
      return forEach(findings, (found) => found);
    },
  },
  {
    id: "FC-RESILIENCE-005",
    family: "resilience",
    severity: "should",
    title: "Two requests that come at once on a connection are both answered",
    source: "RFC 9112, 9.3.2",
    check: async (subject) => {
      const gateway = await warmGateway(subject);
      const [one, other] = (["keep-alive", "close"] as const).map((connection) =>
        wireTextOf(requestFor(gateway, callWithBody(subject.successes)), connection),
      );
      const text = await rawExchange(
        gateway,
        (socket) => void socket.write(`${one}${other}`, "latin1"),
      );
      const answers = text.match(/HTTP\/1\.\d \d{3} /g) ?? [];
      if (answers.length === 1 && isLastOfConnection.test(text)) return skipped(closesConnection);
      return finding(answers.length === 2, "two responses", describeRaw(text));
    },
  },
  {
    id: "FC-RESILIENCE-006",
    family: "resilience",
    severity: "should",
    title: "A caller who has closed his half of the connection still gets his answer",
    source: "RFC 9112, 9.6",
    check: async (subject) => {
      const gateway = await warmGateway(subject);
      const call = callWithBody(subject.successes);
      const usual = await answerTo(gateway, requestFor(gateway, call));
      const text = wireTextOf(requestFor(gateway, call), "close");
      const answer = await rawExchange(gateway, async (socket) => {
        socket.write(text.slice(0, -1), "latin1");
        await pause(timeToReact);
        socket.end(text.slice(-1), "latin1");
      });
      const status = /^HTTP\/1\.\d (\d{3})/.exec(answer)?.[1];
      return finding(
        typeof usual !== "string" && status === String(usual.status),
        `the answer that it gets otherwise:\n${describe(usual)}`,
        describeRaw(answer),
      );
    },
  },
];

// Harm is done; then a runtime that is as it was answers as ever.
async function survives(
  subject: Subject,
  harm: (gateway: Gateway, call: Call) => Promise<void>,
): Promise<Finding> {
  const gateway = await warmGateway(subject);
  const { program } = await gateway.instance();
  const call = callWithBody(subject.successes);
  const usual = await answerTo(gateway, requestFor(gateway, call));
  await harm(gateway, call);
  await pause(timeToReact);
  const answer = program?.exit
    ? `the process ended with ${describeExit(program.exit)}`
    : await answerTo(gateway, requestFor(gateway, call));
  return asUsual(answer, usual);
}

const isLastOfConnection = /^HTTP\/1\.0 |^connection: *close/im;
const closesConnection = "it closes the connection after an answer, which FC-HTTP-001 tells";

const timeToReact = 200;
const timeToFail = 1000;

// The third is how TLS begins.
const noHttp = [
  "\r\n\r\nhello?\r\n\r\n",
  "GET / HTTP/9.9\r\nhost: x\r\n\r\n",
  "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003",
  "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
  "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nmany\r\n",
  "GET / HTTP/1.1\r\nhost: x\r\na header\r\n\r\n",
];

const oddPaths = ["/%", "/%E0%A4%A", "//", "/%00", "/..%2f..%2f", "/?%=%&=&&"];
