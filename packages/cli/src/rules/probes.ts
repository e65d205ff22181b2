import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { RuntimeRequest, RuntimeResponse } from "../gateway/connections.ts";
import type { Gateway, GatewayOptions } from "../gateway/gateway.ts";
import { newRequestId, requestOf } from "../gateway/platform-request.ts";
import type { Call } from "../gateway/platform-request.ts";
import { finding } from "./rule.ts";
import type { Calls, Finding, Subject } from "./rule.ts";
import { describeAnswer, shortened } from "./seen.ts";

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

/** A request whose last byte stays away until it is let go, so that its invocation is in flight until then. */
export interface HeldRequest {
  readonly request: RuntimeRequest;
  readonly letGo: () => void;
}

export function heldRequest(gateway: Gateway, call: Call): HeldRequest {
  const body = uploadOf(call);
  let letGo = (): void => {};
  const released = new Promise<void>((resolve) => (letGo = resolve));
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield body.subarray(0, -1);
    await released;
    yield body.subarray(-1);
  }
  return { request: partedRequest(gateway, call, body.length, parts()), letGo };
}

/** A request of a call with a body of so many bytes that comes as these parts. */
export function partedRequest(
  gateway: Gateway,
  call: Call,
  length: number,
  parts: AsyncIterable<Uint8Array>,
): RuntimeRequest {
  const request = requestFor(gateway, call);
  // Body parsers wait for what is JSON.
  const type = call.kind === "http-invoke" ? ([["content-type", "application/json"]] as const) : [];
  const headers = [...type, ["content-length", String(length)] as const, ...request.headers];
  return { ...request, headers, body: parts };
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
  return Promise.race([answer.then(() => true), pause(onItsWay, false)]);
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
  return finding(isLike(answer, usual), expected, seen);
}

function isLike(answer: Answer, usual: Answer): boolean {
  return typeof answer !== "string" && typeof usual !== "string" && answer.status === usual.status;
}

/**
 * Whatever comes on a connection of its own until the runtime closes it, or until `patience` milliseconds have passed;
 * each byte one character.
 */
export async function rawExchange(
  gateway: Gateway,
  talk: (socket: Socket) => Promise<void> | void,
  patience: number = 2000,
): Promise<string> {
  const { host, port } = await gateway.instance();
  // Node's own half of the connection stays open until we close it.
  const socket = connect({ host, port, allowHalfOpen: true });
  let received = "";
  socket.setEncoding("latin1").on("data", (text: string) => (received += text));
  const over = new Promise((resolve) => {
    socket.once("end", resolve).once("close", resolve).on("error", resolve);
  });
  await Promise.all([
    Promise.race([over, pause(patience)]),
    new Promise((resolve) => socket.once("connect", resolve).once("error", resolve)).then(
      async () => talk(socket),
    ),
  ]);
  socket.destroy();
  return received;
}

/** What has come on the wire, or `nothing`. */
export function describeRaw(received: string): string {
  return shortened(received.replaceAll("\r\n", "\n")) || "nothing";
}

/** A request as it is on the wire, each byte one character. */
export function wireTextOf(
  { method, path, headers, body = "" }: RuntimeRequest,
  connection: "close" | "keep-alive",
): string {
  const isBytes = typeof body === "string" || body instanceof Uint8Array;
  const text = isBytes ? Buffer.from(body).toString("latin1") : "";
  const own = [
    ["host", "127.0.0.1"],
    ["connection", connection],
    ...(method === "POST" ? [["content-length", String(text.length)]] : []),
  ];
  const lines = [...own, ...headers].map((pair) => `${pair.join(": ")}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${text}`;
}

const leastTimeout = 60_000;
// How long a request has been on its way until it surely is there.
const onItsWay = 300;
