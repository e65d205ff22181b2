import { serve } from "@fcrt/core";
import { logger } from "@fcrt/logger";
import { tracing } from "@fcrt/trace";
import { trace } from "@opentelemetry/api";

const tracer = trace.getTracer("thumbnails");

await serve(
  {
    async invoke(event) {
      const { events } = event.json();
      for (const { oss } of events) {
        await tracer.startActiveSpan("thumbnail", async (span) => {
          span.setAttribute("oss.object.key", oss.object.key);
          logger.info({ key: oss.object.key }, "made a thumbnail");
          span.end();
        });
      }
      return { made: events.length };
    },
  },
  { extensions: [tracing({ keepFailures: true })] },
);
