// The servers that are compared: a program of `bench/peers` each, and how many lines one invocation writes.
import { httpCall } from "./calls.mjs";

const table = {
  "node:http, silent": { program: "silent.mjs", lines: 0 },
  "node:http, markers": { program: "hand-written.mjs", lines: 2, environment: { LOG: "off" } },
  "node:http, console.log": { program: "hand-written.mjs", lines: 3 },
  "fastify + pino": { program: "fastify.mjs", lines: 3 },
  // What `pino()` writes to by default: the lines follow the answer.
  "fastify + pino, not at once": {
    program: "fastify.mjs",
    lines: 3,
    environment: { LOG_AT_ONCE: "off" },
  },
  "express + pino-http": { program: "express.mjs", lines: 3 },
  "hono + node-server": { program: "hono.mjs", lines: 3 },
  "functions-framework": {
    program: "functions-framework.cjs",
    lines: 3,
    // Its command loads the function by its path.
    bundles: false,
  },
  core: { program: "core.mjs", lines: 2, ours: true },
  "core + logger": { program: "logger.mjs", lines: 3, ours: true },
  "core + trace": { program: "core-trace.mjs", lines: 2, ours: true },
  "core + logger + trace": { program: "trace.mjs", lines: 3, ours: true },
  "core + logger + trace, unsampled": {
    program: "trace.mjs",
    lines: 3,
    ours: true,
    environment: { OTEL_TRACES_SAMPLER: "always_off" },
  },
  "fetch handler + logger": { program: "fetch.mjs", lines: 3, ours: true, call: httpCall },
  "express, bare": { program: "express-bare.mjs", lines: 0 },
  "adopt(express)": { program: "express-adopted.mjs", lines: 2, ours: true },
  "adopt(express) + logger": { program: "express-adopted-logger.mjs", lines: 3, ours: true },
  "fastify, bare": { program: "fastify-bare.mjs", lines: 0 },
  "adopt(fastify)": { program: "fastify-adopted.mjs", lines: 2, ours: true },
  "adopt(fastify) + logger": { program: "fastify-adopted-logger.mjs", lines: 3, ours: true },
  "spans, unsampled": {
    program: "trace-spans.mjs",
    lines: 3,
    ours: true,
    environment: { OTEL_TRACES_SAMPLER: "always_off" },
  },
  "spans, sampled": { program: "trace-spans.mjs", lines: 3, ours: true },
  "fastify + OpenTelemetry, batch": {
    program: "fastify-opentelemetry.mjs",
    lines: 3,
    environment: { PROCESSOR: "batch" },
  },
  "fastify + OpenTelemetry, simple": {
    program: "fastify-opentelemetry.mjs",
    lines: 3,
    environment: { PROCESSOR: "simple" },
  },
};

/** The servers of these names, in this order. */
export function serversOf(...names) {
  return names.map((name) => ({ name, ...table[name] }));
}
