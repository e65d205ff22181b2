// As many spans in an invocation as its event asks for.
import { serve } from "@fcrt/core";
import { logger } from "@fcrt/logger";
import { tracing } from "@fcrt/trace";
import { trace } from "@opentelemetry/api";

const tracer = trace.getTracer("bench");

const invoke = async (event) => {
  const { name, spans = 0 } = event.json();
  logger.info("accepted");
  for (let step = 0; step < spans; step += 1) tracer.startActiveSpan("step", (span) => span.end());
  return { hello: name };
};

await serve({ invoke }, { extensions: [tracing()] });
