import { connect } from "node:net";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { startChild } from "../support/child.ts";
import type { Child, ChildOptions } from "../support/child.ts";
import { sendTo } from "../support/platform-request.ts";
import type { PlatformRequest, PlatformResponse } from "../support/platform-request.ts";

/** Starts a fixture and waits until it serves. */
export async function serving(fixture: string, options: ChildOptions = {}): Promise<Child> {
  const child = await startChild(pathOf(fixture), options);
  await child.line("runtime inited.");
  return child;
}

/** The path of a fixture of this folder. */
export function pathOf(fixture: string): string {
  return fileURLToPath(new URL(`../fixtures/process/${fixture}`, import.meta.url));
}

/** Sends one request; no answer in time is a failure. */
export function send(
  { port }: { readonly port: number },
  request: PlatformRequest,
): Promise<PlatformResponse> {
  const answer = within(sendTo(port, request), `an answer to ${request.method} ${request.path}`);
  // A test that fails before it reads the answer fails for that reason alone.
  answer.catch(() => {});
  return answer;
}

/** The code that a program exits with, or the signal that ended it; a program that stays is a failure. */
export async function exitOf(child: Child): Promise<number | NodeJS.Signals | null> {
  const { code, signal } = await within(child.exited, "an exit", () => child.stdout + child.stderr);
  return signal ?? code;
}

/** The same request under another request ID. */
export function withId(requestId: string, request: PlatformRequest): PlatformRequest {
  return { ...request, headers: { ...request.headers, "x-fc-request-id": requestId } };
}

/** What a program wrote for one invocation, the time of each line left out. */
export function linesOf(child: Child, requestId: string): string[] {
  return child.lines
    .filter((line) => line.split(/[ ,]/).includes(requestId))
    .map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} /, ""));
}

/** The markers of an invocation that succeeded. */
export function succeeded(requestId: string): string[] {
  return [startOf(requestId), endOf(requestId)];
}

/** The Start marker of an invocation. */
export function startOf(requestId: string): string {
  return `FC Invoke Start RequestId: ${requestId}`;
}

/** The End marker of an invocation. */
export function endOf(requestId: string, failure?: "Handled" | "Unhandled"): string {
  const suffix = failure ? `, Error: ${failure} function error` : "";
  return `FC Invoke End RequestId: ${requestId}${suffix}`;
}

/** Fails unless every Start on stdout is followed by one End of its own, and no End stands alone. */
export function expectPairedMarkers({ lines }: Pick<Child, "lines">): void {
  const moments = new Map<string, string>();
  for (const line of lines) {
    const [, phase, moment = "", id] = markerPattern.exec(line) ?? [];
    if (!phase) continue;
    const invocation = `${phase} ${id}`;
    moments.set(invocation, `${moments.get(invocation) ?? ""} ${moment}`);
  }
  // A retry comes with the request ID of the first try.
  const unpaired = [...moments].filter(([, told]) => !/^( Start End)+$/.test(told));
  expect(unpaired).toEqual([]);
}

/** Waits until a condition holds; that it never does is a failure. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  await expect.poll(condition, { message: what, ...polling }).toBe(true);
}

/** Waits until something listens on a port. */
export async function listening(port: number): Promise<void> {
  await expect.poll(() => connectionTo(port), polling).toBe("connected");
}

/** Waits until nothing listens on a port. */
export async function refused(port: number): Promise<void> {
  await expect.poll(() => connectionTo(port), polling).toBe("ECONNREFUSED");
}

/** A connection that a test writes to byte by byte. */
export interface Connection {
  readonly socket: Socket;
  /** All that came back so far. */
  readonly received: string;
  /** Settles when the other side has closed it, whichever way. */
  readonly closed: Promise<void>;
  /** Waits until what came back holds a text. */
  until(text: string): Promise<void>;
}

/** Opens a connection and sends nothing on it. */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1").on("data", (text: string) => (received += text));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  // A connection that is reset is closed, which is all that a test wants to know.
  socket.on("error", () => {});
  return {
    socket,
    closed,
    get received() {
      return received;
    },
    until: async (text) => until(() => received.includes(text), `${text} on the connection`),
  };
}

/** The head of a request as it goes over the wire. */
export function headOf({ method = "GET", path = "/", headers = {} }: PlatformRequest): string {
  const fields = Object.entries({ host: "localhost", ...headers }).map(
    ([name, value]) => `${name}: ${String(value)}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${fields.join("")}\r\n`;
}

/** Settles as the promise does, unless that takes too long. */
export async function within<Value>(
  promise: Promise<Value>,
  what: string,
  details = () => "",
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    const fail = (): void =>
      reject(new Error(`Expected ${what} within ${patience} ms\n${details()}`));
    timer = setTimeout(fail, patience);
  });
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

const patience = 10_000;
const polling = { timeout: patience, interval: 5 };

async function connectionTo(port: number): Promise<string> {
  try {
    const { socket } = await openConnection(port);
    socket.destroy();
    return "connected";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "";
  }
}

const markerPattern = /^FC (\w+) (Start|End) RequestId: ([^,\s]+)/;
