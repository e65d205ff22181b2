// A function with all three packages, which does what it is asked to and says by whom it was asked.
import { writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { serve } from "@fcrt/core";
import { captureConsole, logger } from "@fcrt/logger";
import { tracing } from "@fcrt/trace";
import { trace } from "@opentelemetry/api";
import { fillerOf } from "../engine/plan.mjs";

const { COLLECTOR, ACKNOWLEDGE, TOUCH } = process.env;
// Whoever has touched it has a pipe that does not block.
if (TOUCH) void process.stdout;

const tracer = trace.getTracer("soak");
captureConsole();

const child = logger.child({ from: "a child" });
const ways = [
  (text) => logger.info(text),
  (text) => console.log(text),
  (text) => child.info(text),
  (text) => logger.warn({ field: 1 }, text),
];

async function work({ token, lines, spans, delay }) {
  for (let index = 0; index < lines; index++) {
    if (index === 1 && delay > 0) await pause(delay);
    ways[index % ways.length](`said ${token} ${index}`);
    // Beside the lines, so that a kill can be survived by what is known of them.
    if (ACKNOWLEDGE) writeSync(3, `${token} ${index}\n`);
  }
  for (let index = 0; index < spans; index++) {
    const attributes = { "soak.token": token, "soak.index": index };
    await tracer.startActiveSpan("work", { attributes }, async (span) => {
      if (index === 0 && delay > 0) await pause(1);
      span.end();
    });
  }
}

const events = {
  answer: ({ token, size }) => fillerOf(token, size),
  throw({ token }) {
    throw new Error(`boom ${token}`);
  },
  reject: ({ token }) => Promise.reject(new TypeError(`boom ${token}`)),
  fail({ token }, { context }) {
    context.fail(`boom ${token}`);
  },
  leave: (_order, { context }) => aborted(context.signal),
  block({ token, milliseconds }) {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return token;
  },
  hang: () => new Promise(() => {}),
};

const pages = {
  page: ({ token, size }, { response }) => void response.end(fillerOf(token, size)),
  async upload({ token, size }, { request, response }) {
    const body = Buffer.concat(await request.toArray()).toString();
    response.end(body === fillerOf(token, size) ? body : "another's body");
  },
  async stream({ token, size }, { response }) {
    const part = Math.ceil(size / 3);
    for (let start = 0; start < size; start += part) {
      response.write(fillerOf(token, size).slice(start, start + part));
      await pause(1);
    }
    response.end();
  },
  missing: (order, { response }) => told(404, order, response),
  unavailable: (order, { response }) => told(503, order, response),
  "http-throw"({ token }) {
    throw new Error(`boom ${token}`);
  },
  break({ token }, { response }) {
    response.write(token);
    throw new Error(`boom ${token}`);
  },
  async "leave-stream"({ token }, { response, context }) {
    response.write(token);
    await aborted(context.signal);
  },
};

function told(status, { token, size }, response) {
  response.writeHead(status, { "content-length": size }).end(fillerOf(token, size));
}

async function aborted(signal) {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

const handlers = {
  async initialize() {
    await pause(1);
    logger.info("initialized");
  },
  async invoke(event, context) {
    if (event.bytes.length === 0) return "";
    const order = event.json();
    await work(order);
    return events[order.name](order, { context });
  },
  async http(request, response, context) {
    const order = JSON.parse(request.headers["x-soak-order"]);
    // A body that comes while nobody listens is lost to none: Node keeps it.
    await work(order);
    await pages[order.name](order, { request, response, context });
  },
  preFreeze: () => pause(1),
};

const runtime = await serve(handlers, {
  port: 0,
  host: "127.0.0.1",
  extensions: [
    tracing({
      exporter: COLLECTOR ? { type: "otlp", url: `${COLLECTOR}/v1/traces` } : "none",
    }),
  ],
});

process.on("message", (question) => {
  if (question !== "facts") return;
  globalThis.gc?.();
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  process.send({ memory: process.memoryUsage(), resources });
});
process.channel.unref();
process.send({ port: runtime.port });
