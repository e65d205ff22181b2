// What a careful user would put together: Fastify and pino, the contract by hand, OpenTelemetry's own packages.
import { createRequire } from "node:module";
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

const Processor = process.env.PROCESSOR === "simple" ? SimpleSpanProcessor : BatchSpanProcessor;
const tracerProvider = new BasicTracerProvider({
  spanProcessors: [new Processor(new OTLPTraceExporter())],
});
trace.setGlobalTracerProvider(tracerProvider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
registerInstrumentations({ tracerProvider, instrumentations: [new HttpInstrumentation()] });

// The instrumentation sees CommonJS only.
const require = createRequire(import.meta.url);
require("node:http");
const fastify = require("fastify");
const pino = require("pino");

const tracer = trace.getTracer("bench");
const stream = pino.destination({ sync: true });
const app = fastify({
  loggerInstance: pino(stream),
  logController: new fastify.LogController({ disableRequestLogging: true }),
});
app.addContentTypeParser(
  "application/octet-stream",
  { parseAs: "string" },
  (_request, body, done) => done(null, JSON.parse(body)),
);
app.post("/invoke", async (request, reply) => {
  const requestId = request.headers["x-fc-request-id"];
  stream.write(`FC Invoke Start RequestId: ${requestId}\n`);
  request.log.info("accepted");
  for (let step = 0; step < (request.body.spans ?? 0); step += 1)
    tracer.startActiveSpan("step", (span) => span.end());
  stream.write(`FC Invoke End RequestId: ${requestId}\n`);
  reply.header("x-fc-status", "200");
  return { hello: request.body.name };
});
await app.listen({ port: Number(process.env.FC_SERVER_PORT), host: "0.0.0.0" });
