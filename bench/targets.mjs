// What is promised of the figures: a row of a table against another one, or by itself where there is no `to`.
const http = (of, to, atLeast) => ({ scenario: "http", table: "Throughput", of, to, atLeast });
const log = (of, to, atLeast) =>
  ["message", "5 fields", "child logger", "10 KB message"].map((table) => ({
    scenario: "log",
    table,
    of: `@fcrt/logger ${of}`,
    to,
    atLeast,
  }));
const start = (of, to, atMost) => ({
  scenario: "coldstart",
  table: "Node 20, from node_modules",
  of,
  to,
  atMost,
});
const growth = (of) => ({
  scenario: "memory",
  // The full size only: a process that is young still grows.
  table: "Growth of RSS from 100,000 to 300,000 invocations",
  of,
  atMost: 1,
});

export const targets = [
  http("core", "node:http, markers", 1.1),
  http("core + logger", "node:http, console.log", 1.1),
  http("core + logger", "node:http, silent", 0.65),
  http("core + logger", "fastify + pino", 1.5),
  http("core + logger", "express + pino-http", 5),
  http("core + logger", "functions-framework", 7),
  http("adopt(express) + logger", "express + pino-http", 1),
  http("core + logger + trace, unsampled", "core + logger", 0.9),
  http("core + logger + trace", "core + logger", 0.6),
  {
    scenario: "trace",
    table: "Throughput with 0 child spans",
    of: "spans, sampled",
    to: "fastify + OpenTelemetry, batch",
    atLeast: 2,
  },
  ...log("text, sync", "pino JSON, sync", 1),
  ...log("text, sync", "limit: fs.writeSync of the ready line", 0.85),
  ...log("text, buffered", "pino JSON, default", 2),
  start("core", "node:http, silent", 1.1),
  start("core + logger", "node:http, silent", 1.3),
  start("core + logger + trace", "node:http, silent", 1.5),
  start("core + logger + trace", "functions-framework", 0.7),
  growth("core + logger, 1 at a time"),
  growth("core + logger, 200 at a time"),
  growth("core + logger + trace, 1 at a time"),
  growth("core + logger + trace, 200 at a time"),
  {
    scenario: "scale",
    table: "Throughput",
    of: "core + logger, 200",
    to: "core + logger, 50",
    atLeast: 0.95,
  },
];
