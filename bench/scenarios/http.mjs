import { startCollector } from "../collector.mjs";
import { inRounds, tableOf } from "../rounds.mjs";
import { serversOf } from "../servers.mjs";
import { throughputOf } from "../throughput.mjs";

export const about =
  "An event invocation: JSON in and out, 21 headers of the platform, 32 connections that stay open. Lines are what one invocation writes to stdout.";

const compared = serversOf(
  "node:http, silent",
  "node:http, markers",
  "node:http, console.log",
  "fastify + pino",
  "fastify + pino, not at once",
  "express + pino-http",
  "hono + node-server",
  "functions-framework",
  "core",
  "core + logger",
  "core + logger + trace, unsampled",
  "core + logger + trace",
  "fetch handler + logger",
  "express, bare",
  "adopt(express)",
  "adopt(express) + logger",
  "fastify, bare",
  "adopt(fastify)",
  "adopt(fastify) + logger",
);
const amounts = {
  full: { rounds: 9, warm: 15_000, requests: 15_000 },
  quick: { rounds: 2, warm: 1500, requests: 600 },
};

export async function measure(size) {
  const { rounds, ...requests } = amounts[size];
  const collector = await startCollector();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  try {
    const results = await inRounds("http", compared, rounds, (server) =>
      throughputOf(server, { ...requests, environment }),
    );
    return [
      tableOf("Throughput", "requests/s", results, ({ rate }) => rate),
      tableOf("CPU of a request", "µs", results, ({ cpu }) => cpu),
      tableOf("How busy the server's core was", "%", results, ({ busy }) => busy * 100, true),
    ];
  } finally {
    await collector.stop();
  }
}
