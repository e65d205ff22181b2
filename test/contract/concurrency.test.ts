import { Agent } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { PassThrough, Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { currentInvocation, serve } from "@fcrt/core";
import type { Context, Event, Handlers, Runtime } from "@fcrt/core";
import { parseLine, parseMarker } from "@fcrt/core/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { hook, httpInvoke, invoke, sendTo } from "../support/platform-request.ts";
import type { PlatformRequest, PlatformResponse } from "../support/platform-request.ts";

const stdout = captureStdout();
const many = 200;

interface Job {
  readonly http: boolean;
  /** Milliseconds before each step. */
  readonly delays: readonly number[];
  readonly fails: "no" | "says so" | "throws";
}

const jobs = fc.array(
  fc.record({
    http: fc.boolean(),
    delays: fc.array(fc.nat(15), { minLength: 3, maxLength: 3 }),
    fails: fc.constantFrom("no" as const, "no" as const, "says so" as const, "throws" as const),
  }),
  { minLength: many, maxLength: many },
);

test(`${many} invocations at once keep their IDs apart, over connections that stay open`, async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: many });
  const runtime = await startRuntime();
  let connections = 0;
  runtime.server.on("connection", () => (connections += 1));

  let round = 0;
  await fc.assert(
    fc.asyncProperty(jobs, async (all) => {
      round += 1;
      const before = stdout.lines.length;
      const answers = await Promise.all(
        all.map(async (job, index) =>
          sendTo(runtime.port, requestOf(job, idOf(round, index), agent)),
        ),
      );

      const lines = linesById(stdout.lines.slice(before));
      expect(lines.size).toBe(many);
      for (const [index, job] of all.entries()) {
        const id = idOf(round, index);
        expect({ ...shortOf(answers[index]), lines: lines.get(id) }).toEqual(
          expectationOf(job, id),
        );
      }
    }),
    // A counterexample of 200 jobs is not worth a minute of shrinking.
    { numRuns: 4, endOnFailure: true },
  );

  expect(connections).toBeLessThanOrEqual(many);
  agent.destroy();
  await runtime.close();
});

test("Of several first invocations at once just one is a cold start", async () => {
  const runtime = await serve(
    {
      invoke: async (_event, { coldStart }) => {
        await nextTurn();
        return coldStart;
      },
    },
    { port: 0, host: "127.0.0.1" },
  );

  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => sendTo(runtime.port, invoke())),
  );

  expect(answers.filter(({ body }) => body === "true")).toHaveLength(1);
  expect(answers.filter(({ body }) => body === "false")).toHaveLength(19);
  await runtime.close();
});

test("Initializations at once share one run of the handler", async () => {
  let runs = 0;
  const initialize = async (): Promise<void> => {
    runs += 1;
    await nextTurn();
  };

  expect(await statusesOfInitializations({ initialize })).toEqual(["200"]);
  expect(runs).toBe(1);
});

test.each([
  [
    "is thrown",
    () => {
      throw new Error("not yet");
    },
  ],
  ["is said", (context: Context) => context.fail("not yet")],
] as const)("Initializations at once share a failure that %s", async (_how, fail) => {
  const initialize = async (context: Context): Promise<void> => {
    await wait(50);
    fail(context);
  };

  expect(await statusesOfInitializations({ initialize })).toEqual(["404"]);
});

/** Sends many at once, and tells each `x-fc-status` that comes back once. */
async function statusesOfInitializations(handlers: Handlers): Promise<unknown[]> {
  const runtime = await serve(handlers, { port: 0, host: "127.0.0.1" });
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) =>
      sendTo(runtime.port, hook("initialize", { "x-fc-request-id": idOf(0, index) })),
    ),
  );
  await runtime.close();
  expect(linesById(stdout.lines).size).toBe(20);
  return [...new Set(answers.map(({ fcStatus }) => fcStatus))];
}

async function startRuntime(): Promise<Runtime> {
  const allHere = barrierOf(many);
  return serve(
    {
      invoke: async (event: Event, context: Context) => {
        const job = event.json<Job>();
        const seen = await idsSeen(job, allHere, Readable.from([event.bytes]));
        return outcomeOf(job, context, seen);
      },
      http: async (request: IncomingMessage, response: ServerResponse, context: Context) => {
        const job = JSON.parse(String(request.headers["x-job"])) as Job;
        const seen = await idsSeen(job, allHere, request);
        response.end(JSON.stringify(outcomeOf(job, context, seen)));
      },
    },
    { port: 0, host: "127.0.0.1" },
  );
}

/** Lets nobody go on before all are here: so many run at once, however fast the machine is. */
function barrierOf(count: number): () => Promise<void> {
  let waiting: (() => void)[] = [];
  return async () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length < count) return;
      for (const release of waiting) release();
      waiting = [];
    });
}

// The IDs that code finds on all the ways in which it can go on later.
async function idsSeen(job: Job, allHere: () => Promise<void>, body: Readable): Promise<unknown[]> {
  const seen: unknown[] = [];
  const look = (): void => {
    seen.push(currentInvocation()?.requestId);
  };
  const [first = 0, second = 0, third = 0] = job.delays;
  look();
  await allHere();
  look();
  await wait(first);
  look();
  process.nextTick(look);
  queueMicrotask(look);
  setImmediate(look);
  setTimeout(look, second);
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look();
      setTimeout(() => {
        look();
        done(null, chunk);
      }, second);
    },
  });
  body.once("data", look).once("end", look);
  await pipeline(body, watch, new PassThrough().on("data", look));
  look();
  await wait(third);
  look();
  return seen;
}

function outcomeOf({ fails }: Job, context: Context, seen: readonly unknown[]): object {
  if (fails === "says so") context.fail(`said by ${context.requestId}`);
  if (fails === "throws")
    throw new Error(`thrown by ${context.requestId} after ${String(new Set(seen).size)}`);
  return { context: context.requestId, seen: [...new Set(seen)], looks: seen.length };
}

// More than one read: what comes later is emitted from outside of every invocation.
const upload = Buffer.alloc(100_000);

function requestOf(job: Job, id: string, agent: Agent): PlatformRequest {
  const body = JSON.stringify(job);
  const headers = { "x-fc-request-id": id };
  return job.http
    ? { ...httpInvoke("POST", "/", { ...headers, "x-job": body }), body: upload, agent }
    : { ...invoke(body, headers), agent };
}

function expectationOf({ http, fails }: Job, id: string): object {
  const reason = fails === "throws" ? `thrown by ${id} after 1` : `said by ${id}`;
  const failed = { errorMessage: reason, errorType: "Error", stackTrace: expect.any(Array) };
  const stranger = {
    errorMessage: "The function failed",
    errorType: "FunctionError",
    requestId: id,
  };
  const told = { context: id, seen: [id], looks: expect.any(Number) };
  const suffix = {
    no: "",
    "says so": ", Error: Handled function error",
    throws: ", Error: Unhandled function error",
  }[fails];
  const printed = { no: [], "says so": [reason], throws: [`Error: ${reason}`] }[fails];
  // An HTTP handler that only says that it failed has answered itself.
  const bodies = { no: told, "says so": http ? told : failed, throws: http ? stranger : failed };
  return {
    status: fails === "no" || (http && fails === "says so") ? 200 : 404,
    fcStatus: fails === "no" ? "200" : "404",
    body: bodies[fails],
    lines: [
      `FC Invoke Start RequestId: ${id}`,
      ...printed,
      `FC Invoke End RequestId: ${id}${suffix}`,
    ],
  };
}

function shortOf(answer: PlatformResponse | undefined): object {
  return {
    status: answer?.status,
    fcStatus: answer?.fcStatus,
    body: JSON.parse(answer?.body ?? "null") as unknown,
  };
}

/** The markers and messages of each ID in their order, the frames of stacks left out. */
function linesById(lines: readonly string[]): Map<string, string[]> {
  const byId = new Map<string, string[]>();
  for (const line of lines) {
    const said = parseLine(line);
    const id = parseMarker(line)?.requestId ?? said?.requestId;
    if (id === undefined || said?.message.startsWith("    at ")) continue;
    byId.set(id, [...(byId.get(id) ?? []), said?.message ?? line]);
  }
  return byId;
}

function idOf(round: number, index: number): string {
  return `id-${round}-${index}`;
}
