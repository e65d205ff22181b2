import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { FcrtError } from "@fcrt/core";
import { currentInvocation, extend } from "@fcrt/core/extension";
import type { Extension } from "@fcrt/core/extension";
import { header, variable } from "@fcrt/core/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { uptime } from "../../packages/core/src/clock.ts";
import { Invocations } from "../../packages/core/src/invocation/invocations.ts";
import { PlatformRequest } from "../../packages/core/src/invocation/platform-request.ts";
import { registry } from "../../packages/core/src/invocation/registry.ts";
import type { RunningInvocation } from "../../packages/core/src/invocation/running-invocation.ts";
import type { Environment } from "../../packages/core/src/protocol/environment.ts";
import { captureStdout } from "../support/captured-stdout.ts";

const captured = captureStdout();
const nowhere = Object.fromEntries(
  Object.keys(variable).map((name) => [name, undefined]),
) as Environment;

let answered: RunningInvocation[] = [];
let atFirst: readonly Extension[] = [];

beforeEach(() => {
  answered = [];
  atFirst = registry.extensions;
});
afterEach(() => {
  vi.useRealTimers();
  registry.extensions = atFirst;
});

interface Parts {
  extensions?: readonly Extension[];
  markers?: boolean;
  keepCredentialHeaders?: boolean;
  answerFailure?: (invocation: RunningInvocation) => void;
}

function invocationsWith(parts: Parts = {}): Invocations {
  return new Invocations({
    extensions: [],
    markers: true,
    environment: nowhere,
    keepCredentialHeaders: false,
    answerFailure: (invocation) => void answered.push(invocation),
    ...parts,
  });
}

interface Pair {
  socket: Socket;
  request: IncomingMessage;
  response: ServerResponse;
}

function pair(headers: Record<string, string> = {}, socket = new Socket()): Pair {
  const request = new IncomingMessage(socket);
  request.headers = { [header.requestId]: "id-1", ...headers };
  return { socket, request, response: new ServerResponse(request) };
}

function connected(headers: Record<string, string> = {}): Pair {
  const parts = pair(headers);
  parts.response.assignSocket(parts.socket);
  return parts;
}

function opened(
  invocations = invocationsWith(),
  { request, response }: Pair = connected(),
): RunningInvocation {
  return invocations.open("invoke", request, response);
}

function told(): string[] {
  return captured.lines
    .map((line) => line.replace(/^\d{4}-\S+ /, ""))
    .filter((line) => !line.includes("    at "));
}

const start = "FC Invoke Start RequestId: id-1";
const end = "FC Invoke End RequestId: id-1";
const handled = `${end}, Error: Handled function error`;
const unhandled = `${end}, Error: Unhandled function error`;

describe("An invocation that is opened", () => {
  test("knows its request, and has its Start marker written", () => {
    const { request, response } = connected({ [header.functionTimeout]: "60" });
    const before = [Date.now(), uptime()] as const;
    const invocation = invocationsWith().open("invoke", request, response);

    expect(invocation).toMatchObject({
      kind: "invoke",
      requestId: "id-1",
      coldStart: true,
      outcome: { status: "success" },
      ended: false,
      decided: false,
      aborted: false,
    });
    expect(invocation.request).toBe(request);
    expect(invocation.response).toBe(response);
    expect(invocation.openedAt).toBeGreaterThanOrEqual(before[0]);
    expect(invocation.context.deadline).toBe(invocation.openedAt + 60_000);
    // The sum of a small and a large number is not exact.
    expect(invocation.due).toBeGreaterThan(before[1] + 59_999);
    expect(invocation.due).toBeLessThan(uptime() + 60_001);
    expect(told()).toEqual([start]);
  });

  test("has no time that is up where none was set", () => {
    expect(opened().due).toBe(Infinity);
  });

  test("writes no markers where none are wanted", () => {
    const invocation = opened(invocationsWith({ markers: false }));
    void invocation.end();
    expect(told()).toEqual([]);
    expect(invocation.ended).toBe(true);
  });

  test.each(["", "not fit", undefined])("gets a fresh ID in place of %j", (sent) => {
    const parts = connected({ [header.requestId]: sent ?? "" });
    if (sent === undefined) parts.request.headers = {};
    const { requestId } = opened(invocationsWith(), parts);
    expect(requestId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(told()).toEqual([`FC Invoke Start RequestId: ${requestId}`]);
  });

  test("takes the credentials off its request, unless they are to be kept", () => {
    const secret = { [header.accessKeyId]: "CANARYid" };
    const parts = connected(secret);
    expect(opened(invocationsWith(), parts).context.credentials.accessKeyId).toBe("CANARYid");
    expect(parts.request.headers).not.toHaveProperty(header.accessKeyId);

    const kept = connected(secret);
    const keeping = invocationsWith({ keepCredentialHeaders: true });
    expect(opened(keeping, kept).context.credentials.accessKeyId).toBe("CANARYid");
    expect(kept.request.headers).toHaveProperty(header.accessKeyId);
  });

  test("has those of a request of `serve` from there", () => {
    const socket = new Socket();
    const request = new PlatformRequest(socket);
    const node = request as unknown as { _addHeaderLines(lines: string[], count: number): void };
    node._addHeaderLines([header.requestId, "id-1", header.accessKeyId, "CANARYid"], 4);
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    const invocation = opened(invocationsWith({ keepCredentialHeaders: true }), {
      socket,
      request,
      response,
    });
    expect(invocation.context.credentials.accessKeyId).toBe("CANARYid");
    expect(request.headers).toEqual({ [header.requestId]: "id-1" });
  });

  test("is a cold start the first time, initializations and hooks not counted", () => {
    const invocations = invocationsWith();
    const kinds = [
      "pre-freeze",
      "pre-stop",
      "initialize",
      "initialize",
      "http-invoke",
      "invoke",
      "initialize",
    ] as const;
    const cold = kinds.map((kind) => {
      const { request, response } = connected();
      return invocations.open(kind, request, response).coldStart;
    });
    expect(cold).toEqual([false, false, true, true, true, false, false]);
  });

  test("of the runtime's own has no request and no cold start", () => {
    const invocation = invocationsWith().openOwn("pre-stop");
    expect(invocation).toMatchObject({
      kind: "pre-stop",
      coldStart: false,
      request: undefined,
      response: undefined,
    });
    expect(invocation.context.headers).toEqual({});
    expect(told()).toEqual([`FC PreStop Start RequestId: ${invocation.requestId}`]);
  });

  test("asks the extensions of the process, then those of the runtime, in its scope", () => {
    const said: unknown[] = [];
    const named = (name: string): Extension => ({
      open: (invocation) => said.push(name, currentInvocation() === invocation),
    });
    const invocations = invocationsWith({ extensions: [named("own")] });
    opened(invocations);
    extend(named("first"));
    extend(named("second"));
    opened(invocations);
    opened(invocations);

    const all = ["first", true, "second", true, "own", true];
    expect(said).toEqual(["own", true, ...all, ...all]);
    expect(currentInvocation()).toBeUndefined();
  });
});

describe("A running invocation", () => {
  test("runs its handler in its scope and hands on what it gives", async () => {
    const invocation = opened();
    const answers: unknown[] = [];
    invocation.run(
      () => currentInvocation(),
      (value) => answers.push(value),
    );
    invocation.run(
      async () => currentInvocation(),
      (value) => answers.push(value),
    );
    expect(answers).toEqual([invocation]);
    await Promise.resolve();
    expect(answers).toEqual([invocation, invocation]);
  });

  test("runs it inside of every around", async () => {
    const said: string[] = [];
    const around: Extension["around"] = async (_invocation, next) => {
      said.push("in");
      await next();
    };
    const invocation = opened(invocationsWith({ extensions: [{ around }] }));
    const answer = await new Promise((resolve) => {
      invocation.run(() => said.push("run"), resolve);
    });
    expect(answer).toBe(2);
    expect(said).toEqual(["in", "run"]);
  });

  test.each([
    [
      "at once",
      () => {
        throw "broken";
      },
    ],
    [
      "later",
      async () => {
        throw "broken";
      },
    ],
  ])("that throws %s is an unhandled failure, and is answered", async (_when, handler) => {
    const invocation = opened();
    invocation.run(handler, () => {});
    await Promise.resolve();
    expect(invocation.outcome).toEqual({ status: "failure", kind: "unhandled", reason: "broken" });
    expect(answered).toEqual([invocation]);
    expect(told()).toEqual([start]);
  });

  test("whose answer throws is an unhandled failure", () => {
    const invocation = opened();
    invocation.run(
      () => 7,
      () => {
        throw "broken";
      },
    );
    expect(invocation.outcome).toEqual({ status: "failure", kind: "unhandled", reason: "broken" });
  });

  test("that was given nonsense is a handled failure", () => {
    const invocation = opened();
    invocation.threw(new FcrtError("FCRT_EVENT_NOT_JSON", "Expected JSON"));
    expect(invocation.outcome).toMatchObject({ status: "failure", kind: "handled" });
    expect(answered).toEqual([invocation]);
  });

  test("can be failed, and goes on", () => {
    const invocation = opened();
    invocation.fail("no");
    expect(invocation.outcome).toEqual({ status: "failure", kind: "handled", reason: "no" });
    expect(answered).toEqual([]);
    void invocation.end();
    expect(told()).toEqual([start, "id-1 [ERROR] no", handled]);
  });

  test("keeps its first reason and tells the others", () => {
    const invocation = opened();
    invocation.fail("first");
    invocation.fail("first");
    invocation.fail("second");
    expect(told()).toEqual([start, "id-1 [ERROR] second"]);
    void invocation.end();
    expect(told().slice(2)).toEqual(["id-1 [ERROR] first", handled]);
  });

  test("is unhandled once something was, whatever was said before and after", () => {
    const invocation = opened();
    invocation.fail("first");
    invocation.threw("second");
    invocation.threw("third");
    invocation.fail("fourth");
    void invocation.end();
    expect(told()).toEqual([
      start,
      "id-1 [ERROR] first",
      "id-1 [ERROR] third",
      "id-1 [ERROR] fourth",
      "id-1 [ERROR] second",
      unhandled,
    ]);
  });

  test("that throws what it was failed with is a handled failure", () => {
    const invocation = opened();
    invocation.fail("reason");
    invocation.threw("reason");
    void invocation.end();
    expect(told()).toEqual([start, "id-1 [ERROR] reason", handled]);
  });

  test("that has ended tells what goes wrong, and its outcome stands", () => {
    const invocation = opened();
    void invocation.end();
    invocation.fail("late");
    invocation.threw("later");
    expect(invocation.outcome).toEqual({ status: "success" });
    expect(told()).toEqual([start, end, "id-1 [ERROR] late", "id-1 [ERROR] later"]);
    expect(answered).toEqual([]);
  });

  test("tells its errors without its credentials", () => {
    const parts = connected({ [header.accessKeyId]: "CANARYid" });
    const invocation = opened(invocationsWith(), parts);
    invocation.fail("with CANARYid");
    void invocation.end();
    expect(told()).toContain("id-1 [ERROR] with [redacted]");
  });
});

describe("The verdict", () => {
  test("is asked for once, and may turn a success into a failure", () => {
    let asked = 0;
    const extension: Extension = {
      verdict: (invocation) => {
        asked += 1;
        invocation.fail("no");
      },
    };
    const invocation = opened(invocationsWith({ extensions: [extension] }));
    expect(invocation.decide()).toEqual({ status: "failure", kind: "handled", reason: "no" });
    expect(invocation.decided).toBe(true);
    invocation.decide();
    void invocation.end();
    expect(asked).toBe(1);
  });

  test("is asked for at the end at the latest", () => {
    const extension: Extension = { verdict: (invocation) => invocation.fail("no") };
    void opened(invocationsWith({ extensions: [extension] })).end();
    expect(told().at(-1)).toBe(handled);
  });

  test("can be taken back until the end", () => {
    let asked = 0;
    const invocation = opened(
      invocationsWith({ extensions: [{ verdict: () => void (asked += 1) }] }),
    );
    const { outcome } = invocation;
    invocation.reopen({ status: "failure", kind: "handled", reason: "not yet" });
    expect(invocation.outcome).toBe(outcome);

    invocation.decide();
    invocation.fail("no");
    invocation.reopen(outcome);
    expect(invocation.outcome).toBe(outcome);
    expect(invocation.decided).toBe(false);
    invocation.decide();
    expect(asked).toBe(2);

    void invocation.end();
    invocation.reopen({ status: "failure", kind: "handled", reason: "too late" });
    expect(invocation.outcome).toBe(outcome);
    expect(invocation.ended).toBe(true);
  });
});

describe("The end", () => {
  test("writes the End marker at once where nobody makes it wait, and once", () => {
    const closed: string[] = [];
    const invocation = opened();
    invocation.onClosed = () => closed.push(told().at(-1) ?? "");
    expect(invocation.end()).toBeUndefined();
    expect(invocation.end()).toBeUndefined();
    invocation.close();
    expect(told()).toEqual([start, end]);
    expect(closed).toEqual([end]);
    expect(invocation.ended).toBe(true);
  });

  test("waits for what is to come before it, then for the extensions", async () => {
    const said: string[] = [];
    const extension: Extension = {
      end: async () => {
        said.push("end");
      },
    };
    const invocation = opened(invocationsWith({ extensions: [extension] }));
    const before = Promise.resolve().then(() => void said.push("before"));
    const ending = invocation.end(before);
    expect(invocation.end()).toBeUndefined();
    expect(invocation.decided).toBe(true);
    expect(invocation.ended).toBe(false);
    expect(told()).toEqual([start]);
    await ending;
    expect(said).toEqual(["before", "end"]);
    expect(told()).toEqual([start, end]);
  });

  test("waits for what is to come before it where there is no extension", async () => {
    const invocation = opened();
    await invocation.end(Promise.resolve());
    expect(told()).toEqual([start, end]);
  });

  test("once begun, is not answered any more", () => {
    const invocation = opened(
      invocationsWith({ extensions: [{ end: () => new Promise(() => {}) }] }),
    );
    void invocation.end();
    invocation.abort("late");
    expect(answered).toEqual([]);
    expect(invocation.outcome).toMatchObject({ kind: "unhandled" });
    invocation.close();
    expect(told()).toEqual([start, "id-1 [ERROR] late", unhandled]);
  });
});

describe("An invocation that is aborted", () => {
  test("is an unhandled failure, answered in its scope, and its signal says why", () => {
    const scopes: unknown[] = [];
    const invocation = opened(
      invocationsWith({ answerFailure: () => scopes.push(currentInvocation()) }),
    );
    const { signal } = invocation.context;
    const heard: unknown[] = [];
    signal.addEventListener("abort", () => heard.push(currentInvocation()));
    invocation.abort("reason");

    expect(invocation.outcome).toEqual({ status: "failure", kind: "unhandled", reason: "reason" });
    expect(invocation.aborted).toBe(true);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe("reason");
    expect(invocation.signal).toBe(signal);
    expect(heard).toEqual([invocation]);
    expect(scopes).toEqual([invocation]);
  });

  test("is answered after its verdict too", () => {
    const invocation = opened();
    invocation.decide();
    invocation.abort("reason");
    expect(answered).toEqual([invocation]);
  });

  test("has a signal that says so where nobody asked for it before", () => {
    const invocation = opened();
    expect(opened().signal.aborted).toBe(false);
    invocation.abort("reason");
    expect(invocation.signal.aborted).toBe(true);
    expect(invocation.signal.reason).toBe("reason");
  });

  test("by its deadline says how long it had", () => {
    const invocation = opened(invocationsWith(), connected({ [header.functionTimeout]: "2" }));
    invocation.passDeadline();
    expect(invocation.outcome).toMatchObject({
      kind: "unhandled",
      reason: {
        code: "FCRT_DEADLINE_PASSED",
        message: "Expected an answer within 2000 ms, got none",
      },
    });
  });
});

describe("A client that goes away", () => {
  const gone = "The client disconnected before the response was complete";

  test("before the verdict makes a failure of it", () => {
    const { socket: _socket, ...parts } = connected();
    const invocation = opened(invocationsWith(), { ...parts, socket: new Socket() });
    parts.response.emit("close");
    expect(invocation.outcome).toMatchObject({
      kind: "unhandled",
      reason: { code: "FCRT_CLIENT_DISCONNECTED", message: gone },
    });
    expect(answered).toEqual([invocation]);
  });

  test("after the verdict is told, and ends it as it was decided", () => {
    const parts = connected();
    const invocation = opened(invocationsWith(), parts);
    const { signal } = invocation;
    const heard: unknown[] = [];
    signal.addEventListener("abort", () => heard.push(currentInvocation()));
    invocation.decide();
    parts.response.emit("close");

    expect(signal.reason).toMatchObject({ code: "FCRT_CLIENT_DISCONNECTED", message: gone });
    expect(heard).toEqual([invocation]);
    expect(answered).toEqual([]);
    expect(told()).toEqual([start, `id-1 [WARN] ${gone}`, end]);
  });

  test.each(["end", "closed"])("after the %s is not worth a word", (moment) => {
    const parts = connected();
    const extensions = moment === "end" ? [{ end: () => new Promise<void>(() => {}) }] : [];
    const invocation = opened(invocationsWith({ extensions }), parts);
    void invocation.end();
    const before = told();
    parts.response.emit("close");
    expect(told()).toEqual(before);
    expect(invocation.aborted).toBe(false);
    expect(answered).toEqual([]);
  });

  test("while an earlier answer stands before this one is noticed by its connection, once", () => {
    const invocations = invocationsWith();
    const socket = new Socket();
    const first = opened(invocations, pair({}, socket));
    const second = opened(invocations, pair({}, socket));
    expect(socket.listenerCount("close")).toBe(1);
    socket.emit("close");
    expect(answered).toEqual([first, second]);
    first.response?.emit("close");
    socket.emit("close");
    expect(answered).toEqual([first, second]);
  });

  test("whose answer in turn was sent is not one that went away", () => {
    const invocations = invocationsWith();
    const socket = new Socket();
    const first = opened(invocations, pair({}, socket));
    const second = opened(invocations, pair({}, socket));
    void first.end();
    expect(invocations.isSending()).toBe(true);
    first.response?.emit("close");
    expect(invocations.isSending()).toBe(false);
    socket.emit("close");
    expect(answered).toEqual([second]);
  });
});

describe("A drain", () => {
  test("of nothing is over at once", async () => {
    vi.useFakeTimers();
    await invocationsWith().drain(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("waits until all have ended and every response has left", async () => {
    const invocations = invocationsWith();
    const parts = connected();
    const first = opened(invocations, parts);
    const second = invocations.openOwn("pre-stop");
    const said: string[] = [];
    const drained = Promise.all([
      invocations.drain(60_000).then(() => said.push("drained")),
      invocations.drain(60_000).then(() => said.push("drained too")),
    ]);
    void first.end();
    expect(invocations.isSending()).toBe(false);
    void second.end();
    expect(invocations.isSending()).toBe(true);
    await new Promise(setImmediate);
    expect(said).toEqual([]);
    parts.response.emit("close");
    expect(invocations.isSending()).toBe(false);
    await drained;
    expect(said).toHaveLength(2);
  });

  test("waits for an invocation whose response is gone already", async () => {
    const invocations = invocationsWith();
    const parts = connected();
    const invocation = opened(invocations, parts);
    parts.response.emit("close");
    const said: string[] = [];
    const drained = invocations.drain(60_000).then(() => said.push("drained"));
    await new Promise(setImmediate);
    expect(said).toEqual([]);
    void invocation.end();
    await drained;
  });

  test("ends in failure what takes too long, which has a second to say so", async () => {
    vi.useFakeTimers();
    const invocations = invocationsWith();
    const invocation = opened(invocations);
    const said: string[] = [];
    void invocations.drain(500).then(() => said.push("drained"));
    await vi.advanceTimersByTimeAsync(499);
    expect(answered).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(answered).toEqual([invocation]);
    expect(invocation.outcome).toMatchObject({
      kind: "unhandled",
      reason: {
        code: "FCRT_DRAIN_TIMED_OUT",
        message: "Expected an answer within 500 ms of the stop, got none",
      },
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(said).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(said).toEqual(["drained"]);
  });

  test("that all end in time of fails nobody", async () => {
    vi.useFakeTimers();
    const invocations = invocationsWith();
    const own = invocations.openOwn("pre-stop");
    const drained = invocations.drain(500);
    void own.end();
    await drained;
    expect(vi.getTimerCount()).toBe(0);
    expect(answered).toEqual([]);
  });
});

describe("The invocations of a runtime that is about to be gone", () => {
  test("are the last ones on their connections", () => {
    const invocations = invocationsWith();
    const { request, response } = connected();
    response.shouldKeepAlive = true;
    invocations.open("invoke", request, response);
    invocations.openOwn("pre-stop");
    invocations.lastOnTheirConnections();
    expect(response.shouldKeepAlive).toBe(false);
  });

  test("end in failure and write their last lines", () => {
    const invocations = invocationsWith({ extensions: [{ end: () => new Promise(() => {}) }] });
    const invocation = opened(invocations);
    invocations.abandon(7);
    expect(invocation.outcome).toMatchObject({
      kind: "unhandled",
      reason: { code: "FCRT_PROCESS_EXITED" },
    });
    expect(invocation.ended).toBe(true);
    expect(told()).toEqual([
      start,
      "id-1 [ERROR] FCRT_PROCESS_EXITED: The process exited with code 7 before the invocation ended",
      unhandled,
    ]);
    invocations.abandon(8);
    expect(told()).toHaveLength(3);
  });
});

describe("A deadline", () => {
  test("is watched for each invocation that is opened", async () => {
    const invocations = invocationsWith();
    const failed = new Promise((resolve) => {
      Reflect.set(invocations, "answerFailure", resolve);
    });
    const invocation = opened(invocations, connected({ [header.functionTimeout]: "1" }));
    expect(await failed).toBe(invocation);
    expect(invocation.outcome).toMatchObject({ reason: { code: "FCRT_DEADLINE_PASSED" } });
  });
});
