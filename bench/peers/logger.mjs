import { serve } from "@fcrt/core";
import { logger } from "@fcrt/logger";

await serve({
  invoke: async (event) => {
    logger.info("accepted");
    return { hello: event.json().name };
  },
});
