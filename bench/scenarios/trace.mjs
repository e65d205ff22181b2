// An event invocation with one log line, traced and not, spans going to a collector on this machine.
import { startCollector } from "../collector.mjs";
import { compareThroughput } from "../throughput.mjs";

export async function trace() {
  const collector = await startCollector();
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const never = { ...endpoint, OTEL_TRACES_SAMPLER: "always_off" };
  try {
    return await compareThroughput([
      { name: "core + logger", peer: "logger", lines: 3 },
      { name: "… + trace, unsampled", peer: "trace", environment: never, lines: 3 },
      { name: "… + trace, sampled", peer: "trace", environment: endpoint, lines: 3 },
      { name: "fastify + OpenTelemetry", peer: "fastify-otel", environment: endpoint, lines: 3 },
    ]);
  } finally {
    await collector.stop();
  }
}
