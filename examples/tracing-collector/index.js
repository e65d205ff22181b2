import { serve } from "@fcrt/core";
import { logger } from "@fcrt/logger";
import { tracing } from "@fcrt/trace";
import { SpanStatusCode, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("shop");

await serve(
  {
    async invoke(event) {
      const order = event.json();
      const price = await reserve(order);
      await charge(order, price);
      logger.info({ order: order.id, price }, "paid");
      return { paid: price };
    },
  },
  { extensions: [tracing()] },
);

async function reserve({ item }) {
  return tracer.startActiveSpan("reserve", async (span) => {
    span.setAttribute("shop.item", item);
    span.end();
    return item.length;
  });
}

// What it throws fails the invocation: the root span says so, and so does `x-fc-status`.
async function charge({ card }, price) {
  return tracer.startActiveSpan("charge", async (span) => {
    try {
      if (card === "refused") throw new Error(`The card was refused for ${price}`);
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      span.end();
    }
  });
}
