import { createLogger } from "@fcrt/logger";
import { serveLogging } from "../logging.mjs";
import { pinoLike } from "../pino-like.mjs";

const logger = createLogger({ buffered: true });
await serveLogging({ ...pinoLike(logger), flush: () => logger.flush() });
