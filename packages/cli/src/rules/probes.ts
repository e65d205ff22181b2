import { setTimeout as pause } from "node:timers/promises";
import type { RuntimeRequest, RuntimeResponse } from "../gateway/connections.ts";
import type { Gateway, GatewayOptions } from "../gateway/gateway.ts";
import { newRequestId, requestOf } from "../gateway/platform-request.ts";
import type { Call } from "../gateway/platform-request.ts";
import { halvesOf } from "./halves.ts";
import type { Latch } from "./halves.ts";
import { finding } from "./rule.ts";
import type { Calls, Finding, Subject } from "./rule.ts";
import { describeAnswer } from "./seen.ts";

/** A runtime of one's own that is initialized and has served once, and that time enough is given. */
export async function warmGateway(
  { fresh, gateway: { facts }, successes }: Subject,
  options: Partial<GatewayOptions> = {},
): Promise<Gateway> {
  const functionTimeout = Math.max(facts.timeout, leastTimeout);
  const gateway = await fresh({ hooks: ["initialize"], functionTimeout, ...options });
  await gateway.invoke(callWithBody(successes));
  return gateway;
}

/** The call whose body a runtime is most likely to read: an event if the function takes one. */
export function callWithBody(successes: Calls): Call {
  return successes.find(({ kind }) => kind === "invoke") ?? successes[0];
}

/** The request that reaches the runtime of a call. */
export function requestFor({ facts }: Gateway, call: Call): RuntimeRequest {
  return requestOf(call, facts, newRequestId(facts.generation, call.kind), 0);
}

/** A request whose second half is sent when the latch is open, so that its invocation is in flight until then. */
export function heldRequest(gateway: Gateway, call: Call, latch: Latch): RuntimeRequest {
  return uploadRequest(gateway, call, halvesOf(uploadOf(call), latch));
}

/** The request of a call with a body of one's own. */
export function uploadRequest(
  gateway: Gateway,
  call: Call,
  body: NonNullable<RuntimeRequest["body"]>,
): RuntimeRequest {
  const request = requestFor(gateway, { ...call, body });
  // Body parsers wait for what is JSON.
  const type = call.kind === "http-invoke" ? ([["content-type", "application/json"]] as const) : [];
  return { ...request, headers: [...type, ...request.headers] };
}

/** What a call uploads, filled up with spaces, which JSON does not mind. */
export function uploadOf({ kind, body }: Call, length = 0): Buffer {
  const isBytes = typeof body === "string" || body instanceof Uint8Array;
  const bytes = Buffer.from(kind === "invoke" && isBytes ? body : "{}");
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, length - bytes.length), " ")]);
}

/** A response, or, when no whole one comes, what has happened. */
export type Answer = RuntimeResponse | string;

/** Never rejects. */
export async function answerTo(gateway: Gateway, request: RuntimeRequest): Promise<Answer> {
  return gateway.send(request).catch((error: unknown) => messageOf(error));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether a runtime answers before it has got the whole request, so that nothing of it is in flight. */
export async function isAnsweredEarly(answer: Promise<Answer>): Promise<boolean> {
  return Promise.race([answer.then((given) => typeof given !== "string"), pause(onItsWay, false)]);
}

/** Why nothing could be kept in flight. */
export const answersEarly =
  "the function answers before it has got the whole request, so that none could be kept in flight";

export function describe(answer: Answer): string {
  return typeof answer === "string" ? answer : describeAnswer(answer);
}

/** Whether a request is answered as one without its peculiarity is. */
export function asUsual(answer: Answer, usual: Answer, peculiarity?: string): Finding {
  const expected = `the answer that it gets otherwise:\n${describe(usual)}`;
  const seen = peculiarity ? `${peculiarity}:\n${describe(answer)}` : describe(answer);
  return finding(hasSameStatus(answer, usual), expected, seen);
}

function hasSameStatus(answer: Answer, usual: Answer): boolean {
  return typeof answer !== "string" && typeof usual !== "string" && answer.status === usual.status;
}

const leastTimeout = 60_000;
// How long a request has been on its way until it surely is there.
const onItsWay = 300;
