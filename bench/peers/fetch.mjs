import { serve } from "@fcrt/core";
import { logger } from "@fcrt/logger";

const fetch = async (request) => {
  logger.info("accepted");
  const event = await request.json();
  return Response.json({ hello: event.name });
};

await serve({ fetch });
