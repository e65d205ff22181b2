import { setTimeout as pause } from "node:timers/promises";
import { header, platformHeaderPrefix } from "@fcrt/core/protocol";
import type { RuntimeResponse } from "../gateway/connections.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { Call } from "../gateway/platform-request.ts";
import { describe, messageOf, requestFor, callWithBody, warmGateway } from "./probes.ts";
import type { Answer } from "./probes.ts";
import { describeRaw, rawExchange, wireTextOf } from "./raw-exchange.ts";
import { finding, forEach, skipped } from "./rule.ts";
import type { Finding, Rule, Subject } from "./rule.ts";
import { describeAnswer, describeResponse } from "./seen.ts";

const keepAlive =
  "FC documentation, custom runtime: connections are kept alive, the server's own timeout is 24 h";
const methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"];

const hasBody = new Set(["POST", "PUT", "PATCH"]);

export const httpRules: readonly Rule[] = [
  {
    id: "FC-HTTP-001",
    family: "http",
    severity: "should",
    title: "A connection that nobody has used for 7 s still takes a POST",
    source: keepAlive,
    waits: true,
    check: async (subject) => postWhenIdle(subject, 7),
  },
  {
    id: "FC-HTTP-002",
    family: "http",
    severity: "should",
    title: "A connection that nobody has used for 20 s still takes a POST",
    source: keepAlive,
    needs: ["slow"],
    waits: true,
    check: async (subject) => postWhenIdle(subject, 20),
  },
  {
    id: "FC-HTTP-003",
    family: "http",
    severity: "should",
    title: "Each cookie that is set has a Set-Cookie header of its own",
    source: "RFC 6265, 3: several of these headers are not folded into one",
    needs: ["http"],
    check: async (subject) =>
      forEach(await answeredOverHttp(subject), (invocation) => {
        const cookies = headersNamed(invocation, "set-cookie");
        if (cookies.length === 0) return skipped("the function sets no cookie");
        const good = !cookies.some((value) => isFolded.test(value));
        return finding(good, "one cookie in each Set-Cookie", describeResponse(invocation));
      }),
  },
  {
    id: "FC-HTTP-004",
    family: "http",
    severity: "should",
    title: "What is written of a stream is sent at once, not when the stream has ended",
    source: "FC documentation, Web functions: responses in chunks are passed on as they come",
    needs: ["http"],
    check: async (subject) => {
      const streams = (await subject.succeeded()).filter(isStream);
      const findings: Finding[] = [];
      for (const { request } of streams)
        findings.push(await streamIn(subject.gateway, { kind: "http-invoke", path: request.path }));
      return streams.length > 0
        ? forEach(findings, (found) => found)
        : skipped("no path of the function that `--http` names answers with a stream of events");
    },
  },
  {
    id: "FC-HTTP-005",
    family: "http",
    severity: "should",
    title: "HEAD is answered as GET is, without a body",
    source: "RFC 9110, 9.3.2; HTTP triggers take HEAD",
    needs: ["http"],
    check: async (subject) => {
      const call = httpCallOf(subject);
      const gateway = await warmGateway(subject);
      const usual = await gateway.invoke({ ...call, method: "GET" });
      const request = requestFor(gateway, { ...call, method: "HEAD" });
      const text = await rawExchange(gateway, (socket) => {
        socket.write(wireTextOf(request, "close"), "latin1");
      });
      const [, status, body] = /^HTTP\/1\.\d (\d{3})[^]*?\r\n\r\n([^]*)$/.exec(text) ?? [];
      return finding(
        status === String(usual.response?.status) && body === "",
        `StatusCode ${usual.response?.status}, as GET gets, and nothing after the headers`,
        `HEAD ${request.path}\n${describeRaw(text)}`,
      );
    },
  },
  {
    id: "FC-HTTP-006",
    family: "http",
    severity: "should",
    title: "Every method that an HTTP trigger takes gets to the function",
    source: `FC documentation, HTTP triggers: ${methods.join(", ")}`,
    needs: ["http"],
    check: async (subject) => {
      const findings: Finding[] = [];
      for (const method of methods) {
        const body = hasBody.has(method) ? { body: "" } : {};
        const call = { ...httpCallOf(subject), method, ...body };
        const invocation = await subject.gateway.invoke(call);
        const status = invocation.response?.status ?? 0;
        const good = status > 0 && status < 500;
        findings.push(finding(good, "a StatusCode below 500", describeResponse(invocation)));
      }
      return forEach(findings, (found) => found);
    },
  },
  {
    id: "FC-HTTP-007",
    family: "http",
    severity: "should",
    title: `A response sets no header of the platform's own but ${header.status}: no other arrives`,
    source: "FC documentation, response headers that a function cannot set",
    check: async ({ succeeded, failed }) =>
      forEach([...(await succeeded()), ...(await failed())], (invocation) => {
        const names = invocation.response?.headers.map(([name]) => name.toLowerCase()) ?? [];
        const good = !names.some(
          (name) => name.startsWith(platformHeaderPrefix) && name !== header.status,
        );
        const expected = `no header ${platformHeaderPrefix}… but ${header.status}`;
        return finding(good, expected, describeResponse(invocation));
      }),
  },
];

// The platform tries a GET again when the connection turns out to be closed, a POST it does not.
async function postWhenIdle(subject: Subject, seconds: number): Promise<Finding> {
  const gateway = await warmGateway(subject);
  const call = callWithBody(subject.successes);
  const request = { ...requestFor(gateway, call), method: "POST", body: call.body ?? "" };
  const connection = await gateway.connection();
  try {
    const first = await connection.send(request);
    await pause(seconds * 1000);
    const second = await connection.send(request).catch(messageOf);
    return finding(
      typeof second !== "string" && second.reusedConnection,
      "two answers on one connection",
      seenOf(first, second, seconds),
    );
  } finally {
    connection.close();
  }
}

function seenOf(first: RuntimeResponse, second: Answer, seconds: number): string {
  if (typeof second !== "string" && second.reusedConnection)
    return `an answer after ${seconds} s without a request`;
  const happened = typeof second === "string" ? describe(second) : "it was closed";
  return `${describeAnswer(first)}\n\nthen, within ${seconds} s without a request, of the connection: ${happened}`;
}

async function answeredOverHttp({ succeeded, failed }: Subject): Promise<Invocation[]> {
  return [...(await succeeded()), ...(await failed())].filter(({ kind }) => kind === "http-invoke");
}

function headersNamed({ response }: Invocation, wanted: string): string[] {
  const headers = response?.headers.filter(([name]) => name.toLowerCase() === wanted) ?? [];
  return headers.map(([, value]) => value);
}

// A comma stands in a date too; a name and an equals sign behind it do not.
const isFolded = /,\s*[^\s;,=]+=/;

function isStream(invocation: Invocation): boolean {
  const [type = ""] = headersNamed(invocation, "content-type");
  return /^(?:text\/event-stream|application\/(?:x-)?(?:ndjson|jsonl))\b/i.test(type);
}

// Pieces that are written in quick succession can meet on the way, so it looks several times.
async function streamIn(gateway: Gateway, call: Call): Promise<Finding> {
  let found = skipped("the stream ended so soon that its pieces could have met on the way");
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const started = performance.now();
    const times: number[] = [];
    const invocation = await gateway.invoke({
      ...call,
      onData: () => times.push(performance.now() - started),
    });
    const expected = "the pieces one after the other, and no length before they are all there";
    const told = times.map((time) => `${Math.round(time)} ms`).join(", ");
    const seen = `${describeResponse(invocation)}\n\npieces of the body after: ${told}`;
    const hasLength = headersNamed(invocation, "content-length").length > 0;
    if (hasLength) return finding(false, expected, seen);
    if (times.length > 1) return finding(true, expected, seen);
    if ((times[0] ?? 0) > soon) found = finding(false, expected, seen);
  }
  return found;
}

const soon = 80;

function httpCallOf({ successes }: Subject): Call {
  return successes.find(({ kind }) => kind === "http-invoke") ?? successes[0];
}
