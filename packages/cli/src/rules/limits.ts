import { setTimeout as pause } from "node:timers/promises";
import { limit } from "@fcrt/core/protocol";
import type { Headers, Parts, RuntimeRequest } from "../gateway/connections.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { brokenLimitOf } from "../gateway/limits.ts";
import type { Call } from "../gateway/platform-request.ts";
import { Latch } from "./halves.ts";
import {
  answersEarly,
  answerTo,
  asUsual,
  callWithBody,
  heldRequest,
  isAnsweredEarly,
  requestFor,
  uploadOf,
  uploadRequest,
  warmGateway,
} from "./probes.ts";
import { finding, forEach, skipped } from "./rule.ts";
import type { Rule } from "./rule.ts";
import { describeResponse } from "./seen.ts";

const quotas = "FC documentation, quotas and limits";

export const limitRules: readonly Rule[] = [
  {
    id: "FC-LIMITS-001",
    family: "limits",
    severity: "should",
    title: "A body of 32 MB is taken",
    source: quotas,
    check: async (subject) => {
      const gateway = await warmGateway(subject);
      const call = callWithBody(subject.successes);
      const usual = await answerTo(gateway, uploadFor(gateway, call));
      const answer = await answerTo(gateway, uploadFor(gateway, call, limit.requestBody));
      return asUsual(answer, usual);
    },
  },
  {
    id: "FC-LIMITS-002",
    family: "limits",
    severity: "should",
    title: "A body may come slowly: in parts, over 6 s",
    source: "FC documentation, custom runtime: the server's own timeouts are 24 h",
    waits: true,
    check: async (subject) => {
      const gateway = await warmGateway(subject);
      const call = callWithBody(subject.successes);
      const usual = await answerTo(gateway, uploadFor(gateway, call));
      const slow = uploadRequest(gateway, call, inParts(uploadOf(call, slowBytes)));
      return asUsual(await answerTo(gateway, { ...slow, method: "POST" }), usual);
    },
  },
  {
    id: "FC-LIMITS-003",
    family: "limits",
    severity: "should",
    title: "Headers of 8 KB and a path of 4 KB are taken",
    source: quotas,
    needs: ["http"],
    check: async ({ gateway, successes }) => {
      const call = successes.find(({ kind }) => kind === "http-invoke") ?? successes[0];
      const usual = await answerTo(gateway, requestFor(gateway, call));
      const large = { ...call, headers: largeHeaders };
      const long = { ...call, path: longPath(call.path) };
      return forEach(
        [
          asUsual(
            await answerTo(gateway, requestFor(gateway, large)),
            usual,
            "with headers of 8 KB",
          ),
          asUsual(await answerTo(gateway, requestFor(gateway, long)), usual, "with a path of 4 KB"),
        ],
        (found) => found,
      );
    },
  },
  {
    id: "FC-LIMITS-004",
    family: "limits",
    severity: "should",
    title: "The headers of a response have at most 8 KB: more is a bad gateway",
    source: quotas,
    check: async ({ succeeded, failed }) =>
      forEach([...(await succeeded()), ...(await failed())], (invocation) => {
        const { response } = invocation;
        const broken = response && brokenLimitOf(response);
        const seen = broken ?? describeResponse(invocation);
        return finding(!broken, `at most ${limit.responseHeaders} bytes of headers`, seen);
      }),
  },
  {
    id: "FC-LIMITS-005",
    family: "limits",
    severity: "should",
    title: "An invocation may take 35 s: the timeout is the function's, not the server's",
    source: "FC documentation, custom runtime: the server's own timeouts are 24 h",
    needs: ["slow"],
    waits: true,
    check: async (subject) => {
      const gateway = await warmGateway(subject);
      const call = callWithBody(subject.successes);
      const usual = await answerTo(gateway, requestFor(gateway, call));
      const latch = new Latch();
      const answer = answerTo(gateway, heldRequest(gateway, call, latch));
      if (await isAnsweredEarly(answer)) return skipped(answersEarly);
      await Promise.race([answer, pause(35_000, undefined, { ref: false })]);
      latch.open();
      return asUsual(await answer, usual);
    },
  },
];

function uploadFor(gateway: Gateway, call: Call, length = 0): RuntimeRequest {
  return requestFor(gateway, { ...call, method: "POST", body: uploadOf(call, length) });
}

function inParts(body: Buffer): Parts {
  const size = Math.ceil(body.length / slowParts);
  return {
    byteLength: body.length,
    async *[Symbol.asyncIterator]() {
      for (let from = 0; from < body.length; from += size) {
        if (from > 0) await pause(6000 / (slowParts - 1));
        yield body.subarray(from, from + size);
      }
    },
  };
}

const slowParts = 7;
const slowBytes = 70_000;

const largeHeaders: Headers = [
  ["x-large", "h".repeat(limit.requestHeaders - "x-large: \r\n".length)],
];

function longPath(path = "/"): string {
  const start = `${path}${path.includes("?") ? "&" : "?"}long=`;
  return start + "p".repeat(limit.requestPath - start.length);
}
