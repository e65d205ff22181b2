"use strict";
const { FcrtError, currentInvocation, serve } = require("@fcrt/core");
const { extend } = require("@fcrt/core/extension");
const { header } = require("@fcrt/core/protocol");
const { start } = require("@fcrt/core/start");
const { createLogger } = require("@fcrt/logger");
const { spanOf, tracing } = require("@fcrt/trace");
const { trace } = require("@opentelemetry/api");

const logger = createLogger({ level: "info" });
const entries = [FcrtError, extend, start, trace.getTracer];
const tracer = trace.getTracer("function");

void serve(
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
