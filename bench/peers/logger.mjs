import { serve } from "@fcrt/core";
import { logger } from "@fcrt/logger";

await serve({
  invoke: async (event) => {
    logger.info("accepted");
    const { name, wait } = event.json();
    if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
    return { hello: name };
  },
});
