import { FcrtError, currentInvocation, serve } from "@fcrt/core";
import { extend } from "@fcrt/core/extension";
import { header } from "@fcrt/core/protocol";
import { start } from "@fcrt/core/start";
import { createLogger } from "@fcrt/logger";
import { spanOf, tracing } from "@fcrt/trace";
import { trace } from "@opentelemetry/api";

const logger = createLogger({ level: "info" });
const entries = [FcrtError, extend, start, trace.getTracer];
const tracer = trace.getTracer("function");

await serve(
  {
    invoke(event, context) {
      logger.info({ entries: entries.length }, "invoked");
      return tracer.startActiveSpan("greet", (span) => {
        span.end();
        return {
          hello: event.json().name,
          known: currentInvocation()?.context === context,
          traced: spanOf(context.requestId) !== undefined,
          header: header.requestId,
        };
      });
    },
    fetch: async () => new Response("fetched"),
  },
  { extensions: [tracing({ exporter: "none" })] },
);
