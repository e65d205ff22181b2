import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { request as send } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { currentInvocation, serve } from "@fcrt/core";
import type { Extension, Invocation } from "@fcrt/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { httpInvoke, invoke, sendTo } from "../support/platform-request.ts";
import type { PlatformResponse } from "../support/platform-request.ts";
import { serveAdopted } from "./adopted.ts";
import type { Listener } from "./adopted.ts";
import { cleanLines, expectFailure, expectSuccess, linesOf, patience } from "./ways.ts";

const stdout = captureStdout();

/** What an invocation does between its moments; the client gets `done` when it succeeds. */
type Work = () => unknown;

/** One kind of invocation that extensions are to work for. */
interface Subject {
  readonly name: string;
  readonly event: boolean;
  serve(extensions: readonly Extension[], work: Work): Promise<number>;
}

const subjects: readonly Subject[] = [
  {
    name: "an event",
    event: true,
    serve: async (extensions, work) => {
      const invokeHandler = async (): Promise<string> => {
        await work();
        return "done";
      };
      return serveRuntime({ invoke: invokeHandler }, extensions);
    },
  },
  {
    name: "an HTTP invocation",
    event: false,
    serve: async (extensions, work) => serveRuntime({ http: answering(work) }, extensions),
  },
  {
    name: "a fetch invocation",
    event: false,
    serve: async (extensions, work) => {
      const fetch = async (): Promise<Response> => {
        await work();
        return new Response("done");
      };
      return serveRuntime({ fetch }, extensions);
    },
  },
  {
    name: "an adopted application",
    event: false,
    serve: async (extensions, work) => serveAdopted(answering(work), { extensions }),
  },
];

describe.each(subjects)("for $name", ({ event, serve: serveSubject }) => {
  const requestWith = async (port: number, id: string): Promise<PlatformResponse> => {
    const headers = { "x-fc-request-id": id };
    return sendTo(port, event ? invoke("{}", headers) : httpInvoke("GET", "/", headers));
  };

  const run = async (extensions: readonly Extension[], work: Work = () => {}): Promise<Ran> => {
    const id = randomUUID();
    const port = await serveSubject(extensions, work);
    return { id, ...(await requestWith(port, id)) };
  };

  test("open comes inside the scope, with the Start marker written", async () => {
    const opened: string[] = [];
    const { id } = await run([
      {
        open(invocation) {
          const inScope = currentInvocation()?.requestId === invocation.requestId;
          opened.push(
            `${invocation.requestId} ${inScope} ${stdout.text.includes(`Start RequestId: ${invocation.requestId}`)}`,
          );
        },
      },
    ]);
    expect(opened).toEqual([`${id} true true`]);
  });

  test("an open that throws is logged, and the invocation goes on", async () => {
    const { id, body } = await run([
      {
        open() {
          throw new Error("open failed");
        },
      },
    ]);
    expect(body).toBe("done");
    expect((await linesOf(stdout, id)).join("\n")).toContain("open failed");
  });

  test("the four moments come in order, the first extension outermost", async () => {
    const seen: string[] = [];
    const { id, body } = await run([recorder("a", seen), recorder("b", seen)], () => {
      seen.push("handler");
    });
    expect(body).toBe("done");
    await expectSuccess(stdout, id);
    // What `around` does afterwards may come later than the answer that a listener gave.
    await expect.poll(() => seen, patience).toContain("a out");
    expect(seen.filter((moment) => !/verdict|end/.test(moment))).toEqual([
      "a in",
      "b in",
      "handler",
      "b out",
      "a out",
    ]);
    expect(seen.filter((moment) => / (in|verdict|end)/.test(moment))).toEqual([
      "a in",
      "b in",
      "a verdict",
      "b verdict",
      "a end",
      "b end",
    ]);
  });

  test("the handler runs inside an extension's own context", async () => {
    const storage = new AsyncLocalStorage<string>();
    let found: string | undefined;
    const extension: Extension = {
      around: async (invocation, next) => storage.run(invocation.requestId, next),
    };
    const { id } = await run([extension], async () => {
      await new Promise((resolve) => setImmediate(resolve));
      found = storage.getStore();
    });
    expect(found).toBe(id);
  });

  test("around may take its time", async () => {
    const pause = async (): Promise<void> =>
      new Promise((resolve) => {
        setImmediate(resolve);
      });
    const slow: Extension = {
      async around(_invocation, next) {
        await pause();
        await next();
        await pause();
      },
    };
    const { id, fcStatus, body } = await run([slow, slow]);
    expect({ fcStatus, body }).toEqual({ fcStatus: "200", body: "done" });
    await expectSuccess(stdout, id);
  });

  test.each<[string, Extension]>([
    ["throws", { around: () => fail() }],
    ["rejects", { around: async () => fail() }],
  ])("an around that %s instead of the handler is a failure", async (_what, extension) => {
    const work = vi.fn<Work>();
    const { id, status, fcStatus } = await run([extension], work);
    expect({ status, fcStatus }).toEqual({ status: 404, fcStatus: "404" });
    expect(work).not.toHaveBeenCalled();
    await expectFailure(stdout, id, "Unhandled");
    expect(stdout.text).toContain("Error: extension broke");
  });

  test("an around that swallows the handler's error does not make it a success", async () => {
    const swallows: Extension = {
      around: async (_invocation, next) => next().catch(() => {}),
    };
    const { id, fcStatus } = await run([swallows], () => {
      throw new Error("boom");
    });
    expect(fcStatus).toBe("404");
    await expectFailure(stdout, id, "Unhandled");
    expect(stdout.text).toContain("[ERROR] Error: boom");
  });

  test("an around that hangs ends with the deadline", async () => {
    const hangs: Extension = { around: async () => new Promise(() => {}) };
    const id = randomUUID();
    const port = await serveSubject([hangs], () => {});
    const headers = { "x-fc-request-id": id, "x-fc-function-timeout": "1" };
    const { fcStatus } = await sendTo(
      port,
      event ? invoke("{}", headers) : httpInvoke("GET", "/", headers),
    );
    expect(fcStatus).toBe("404");
    await expectFailure(stdout, id, "Unhandled");
  });

  test("a verdict may turn success into failure", async () => {
    const strict: Extension = { verdict: (invocation) => invocation.fail("a span has failed") };
    const { id, status, fcStatus } = await run([strict]);
    // An HTTP response keeps the status that the application gave it.
    expect({ status, fcStatus }).toEqual({ status: event ? 404 : 200, fcStatus: "404" });
    await expectFailure(stdout, id, "Handled");
    expect(stdout.text).toContain(` ${id} [ERROR] a span has failed`);
  });

  test("a verdict sees the failure that there is already", async () => {
    const seen: unknown[] = [];
    const watches: Extension = { verdict: ({ outcome }) => void seen.push(outcome) };
    const error = new Error("boom");
    await run([watches], () => {
      throw error;
    });
    expect(seen).toEqual([{ status: "failure", kind: "unhandled", reason: error }]);
  });

  test("a verdict that throws is told, and the next one is still asked", async () => {
    const seen: string[] = [];
    const extensions = [{ verdict: fail }, recorder("b", seen)];
    const { id, fcStatus } = await run(extensions);
    expect(fcStatus).toBe("200");
    expect(seen).toContain("b verdict");
    expect((await linesOf(stdout, id)).join("\n")).toContain("Error: extension broke");
  });

  test("the last byte and the End marker wait for a slow end", async () => {
    const { promise: released, resolve: release } = deferred();
    const { promise: begun, resolve: begin } = deferred();
    const states: unknown[] = [];
    const slow: Extension = {
      async end({ ended, outcome }) {
        states.push({ ended, outcome });
        begin();
        await released;
      },
    };
    const id = randomUUID();
    const port = await serveSubject([slow], () => {});
    let answered = false;
    const answer = requestWith(port, id).then((response) => {
      answered = true;
      return response;
    });
    await begun;
    // Another request comes and goes in the time in which a byte would arrive, if one had left.
    await sendTo(await serveAdopted(answering(() => {})), httpInvoke());
    expect(answered).toBe(false);
    expect(stdout.text).not.toContain(`FC Invoke End RequestId: ${id}`);
    expect(states[0]).toEqual({ ended: false, outcome: { status: "success" } });
    release();
    expect(await answer).toMatchObject({ status: 200, fcStatus: "200", body: "done" });
    await expectSuccess(stdout, id);
  });

  test.each<[string, NonNullable<Extension["end"]>]>([
    ["throws", () => fail()],
    ["rejects", async () => fail()],
    // oxlint-disable-next-line unicorn/no-thenable -- what a library without types gives
    ["returns a thenable that throws", () => ({ then: fail }) as unknown as Promise<void>],
  ])("an end that %s is told before the marker, and harms nothing", async (_what, end) => {
    const seen: string[] = [];
    const { id, fcStatus, body } = await run([{ end }, recorder("b", seen)]);
    expect({ fcStatus, body }).toEqual({ fcStatus: "200", body: "done" });
    expect(seen).toContain("b end");
    const lines = await linesOf(stdout, id);
    expect(lines.at(1)).toMatch(/\[ERROR\] Error: extension broke$/);
    expect(lines.at(-1)).toBe(cleanLines(id)[1]);
  });

  test("an end that returns something else is no error", async () => {
    const seen: number[] = [];
    const end = (): void => seen.push(1) as unknown as void;
    const { id } = await run([{ end }]);
    expect(seen).toEqual([1]);
    await expectSuccess(stdout, id);
  });

  test("an end that hangs is waited for five seconds, and told", async () => {
    const { promise: begun, resolve: begin } = deferred();
    const hangs: Extension = {
      async end() {
        begin();
        return new Promise(() => {});
      },
    };
    const id = randomUUID();
    const port = await serveSubject([hangs], () => {});
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const answer = requestWith(port, id);
    await begun;
    await vi.advanceTimersByTimeAsync(4999);
    expect(stdout.text).not.toContain(`FC Invoke End RequestId: ${id}`);
    await vi.advanceTimersByTimeAsync(1);
    const [start, warning, end] = await linesOf(stdout, id);
    expect(await answer).toMatchObject({ status: 200, fcStatus: "200", body: "done" });
    expect([start, end]).toEqual(cleanLines(id));
    expect(warning).toContain(`${id} [WARN] An extension's end took over 5000 ms`);
  });

  test("an end sees the failure, once, whatever went wrong", async () => {
    const seen: Invocation["outcome"][] = [];
    const watches: Extension = { end: ({ outcome }) => void seen.push(outcome) };
    const error = new Error("boom");
    const { id } = await run([watches], () => {
      throw error;
    });
    await expectFailure(stdout, id, "Unhandled");
    expect(seen).toEqual([{ status: "failure", kind: "unhandled", reason: error }]);
  });

  test("a client that goes away still gets its end, once", async () => {
    const ends: string[] = [];
    const { promise: working, resolve: work } = deferred();
    const slow: Extension = {
      async end(invocation) {
        await new Promise((resolve) => setImmediate(resolve));
        ends.push(invocation.requestId);
      },
    };
    const id = randomUUID();
    const port = await serveSubject([slow], async () => {
      work();
      return new Promise(() => {});
    });
    const headers = { "x-fc-request-id": id };
    const platform = event ? invoke("{}", headers) : httpInvoke("GET", "/", headers);
    const { method, path } = platform;
    const request = send({ port, method, path, headers: platform.headers });
    request.once("error", () => {}).end(platform.body);
    await working;
    request.destroy();
    await expectFailure(stdout, id, "Unhandled");
    expect(ends).toEqual([id]);
  });
});

test.each<[string, (response: ServerResponse) => unknown]>([
  ["end", (response) => response.end("more")],
  ["write", (response) => response.write("more")],
  ["writeHead", (response) => response.writeHead(500, { "x-late": "1" })],
  ["setHeader", (response) => response.setHeader("x-late", "1")],
  ["appendHeader", (response) => response.appendHeader("x-late", "1")],
  ["removeHeader", (response) => response.removeHeader("content-type")],
  ["flushHeaders", (response) => response.flushHeaders()],
  ["addTrailers", (response) => response.addTrailers({ "x-late": "1" })],
  ["destroy", (response) => response.destroy()],
])("%s does nothing while an end is pending, and the response looks ended", async (_name, act) => {
  const { promise: released, resolve: release } = deferred();
  const looks: unknown[] = [];
  const listener: Listener = (_request, response) => {
    response.setHeader("content-type", "text/plain").end("done");
    looks.push(response.writableEnded, response.headersSent);
    act(response);
    setImmediate(() => {
      act(response);
      release();
    });
  };
  const port = await serveAdopted(listener, { extensions: [{ end: async () => released }] });
  const id = randomUUID();
  const response = await sendTo(port, httpInvoke("GET", "/", { "x-fc-request-id": id }));
  expect(response).toMatchObject({ status: 200, fcStatus: "200", body: "done" });
  expect(response.headers["content-type"]).toBe("text/plain");
  expect(response.headers).not.toHaveProperty("x-late");
  expect(looks).toEqual([true, true]);
  await expectSuccess(stdout, id);
});

test("a streamed body is sent before the end, its last byte after it", async () => {
  const { promise: released, resolve: release } = deferred();
  const listener: Listener = (_request, response) => {
    response.write("first");
    response.end("last");
  };
  const port = await serveAdopted(listener, { extensions: [{ end: async () => released }] });
  const { headers } = httpInvoke();
  const response = await new Promise<IncomingMessage>((resolve) => {
    send({ port, headers, agent: false }, resolve).end();
  });
  const body = response.setEncoding("utf8")[Symbol.asyncIterator]();
  expect(await body.next()).toMatchObject({ value: "first" });
  expect(stdout.text).not.toContain("FC Invoke End");
  release();
  expect(await body.next()).toMatchObject({ value: "last" });
  expect(stdout.text).toContain("FC Invoke End");
});

type Ran = PlatformResponse & { readonly id: string };

async function serveRuntime(
  handlers: Parameters<typeof serve>[0],
  extensions: readonly Extension[],
): Promise<number> {
  const runtime = await serve(handlers, { port: 0, host: "127.0.0.1", extensions });
  onTestFinished(async () => runtime.close());
  return runtime.port;
}

function answering(work: Work): Listener {
  return async (_request, response) => {
    await work();
    response.end("done");
  };
}

function recorder(name: string, seen: string[]): Extension {
  return {
    async around(_invocation, next) {
      seen.push(`${name} in`);
      await next();
      seen.push(`${name} out`);
    },
    verdict: () => void seen.push(`${name} verdict`),
    end: () => void seen.push(`${name} end`),
  };
}

function fail(): never {
  throw new Error("extension broke");
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
