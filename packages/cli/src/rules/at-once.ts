import { setTimeout as pause } from "node:timers/promises";
import type { Gateway } from "../gateway/gateway.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { Call } from "../gateway/platform-request.ts";
import { invokeToEnd } from "./bench.ts";
import { withText } from "./further-text.ts";
import { halvesOf, Latch } from "./halves.ts";
import type { Subject } from "./rule.ts";
import { reportedStatusOf } from "./seen.ts";

/** An invocation with a word in its input that no other has; without it when the function does not take one. */
export interface Spoken {
  readonly invocation: Invocation;
  readonly word: string | undefined;
}

/** One of many invocations at once, and the same call when nothing else ran. */
export interface Companion extends Spoken {
  readonly alone: Spoken;
  /** Without a word, before that. */
  readonly before: Invocation;
}

/** What words look like: to find those of others. */
export const anyWord: RegExp = /fcrt\d{3}/g;

/** How many run at once. */
export const companionCount = 50;

/**
 * Makes the function succeed and fail many times at once. The bodies of events come in two halves, the second ones all
 * together: whoever keeps in one place what belongs to each invocation mixes them up. What gives no answer when it is
 * alone is left out.
 */
export async function invokeAtOnce(subject: Subject): Promise<readonly Companion[]> {
  const { gateway } = subject;
  const ways = await waysOf(subject);
  const times = Math.ceil(companionCount / Math.max(1, ways.length));
  const company = Array.from({ length: times }, () => ways).flat();
  const latch = new Latch();
  const begun: Promise<unknown>[] = [];
  const companions = company.map(async ({ call, ...known }, index) => {
    const { word, spoken } = say(call, known.alone.word === undefined ? undefined : index);
    const halved = new Latch();
    const invoked = invokeToEnd(gateway, inHalves(spoken, latch, halved));
    begun.push(Promise.race([halved.opened, invoked]));
    return { ...known, word, invocation: await invoked };
  });
  // However long this machine takes to send them; a runtime may also have no room for so many connections.
  await Promise.race([Promise.all(begun), pause(patience, undefined, { ref: false })]);
  // Who answers a further call has read what came before it; who takes one after the other never answers this one first.
  const oneMore = gateway.invoke(subject.successes[0]);
  const enough = Promise.race([oneMore, pause(patience, undefined, { ref: false })]);
  const [, answered] = await Promise.all([
    enough.finally(() => latch.open()),
    Promise.all(companions),
  ]);
  return answered;
}

/** How long a runtime may take for an invocation beside others before it counts as one that takes them in turn, in milliseconds. */
export const patience = 3000;

interface Way {
  readonly call: Call;
  readonly alone: Spoken;
  readonly before: Invocation;
}

async function waysOf(subject: Subject): Promise<readonly Way[]> {
  const calls = [...subject.successes, ...subject.failures];
  const invocations = [...(await subject.succeeded()), ...(await subject.failed())];
  const ways: Way[] = [];
  for (const [index, before] of invocations.entries()) {
    const call = calls[index];
    if (call && before.response)
      ways.push({ call, before, alone: await aloneOf(subject.gateway, call, before) });
  }
  return ways;
}

// With a word, unless that changes what comes of the call.
async function aloneOf(gateway: Gateway, call: Call, silent: Invocation): Promise<Spoken> {
  const { word, spoken } = say(call, companionCount * 2);
  const invocation = await invokeToEnd(gateway, spoken);
  return word && isSameVerdict(silent, invocation)
    ? { word, invocation }
    : { word: undefined, invocation: silent };
}

/** Whether both came to the same end. */
export function isSameVerdict(
  { response: one }: Invocation,
  { response: other }: Invocation,
): boolean {
  return one?.status === other?.status && reportedStatusOf(one) === reportedStatusOf(other);
}

function say(call: Call, number: number | undefined): { word: string | undefined; spoken: Call } {
  const word = number === undefined ? undefined : `fcrt${String(number).padStart(3, "0")}`;
  const spoken = word && withText(call, `-${word}`);
  return spoken ? { word, spoken } : { word: undefined, spoken: call };
}

// What does not come in halves is on its way at once.
function inHalves(call: Call, latch: Latch, halved: Latch): Call {
  const { kind, body } = call;
  const isWhole = typeof body === "string" || body instanceof Uint8Array;
  if (kind === "invoke" && isWhole) return { ...call, body: halvesOf(body, latch, halved) };
  halved.open();
  return call;
}
