import { serve } from "@fcrt/core";
import { logger } from "@fcrt/logger";
import { tracing } from "@fcrt/trace";

const invoke = async (event) => {
  logger.info("accepted");
  return { hello: event.json().name };
};

await serve({ invoke }, { extensions: [tracing()] });
