import { createLogger } from "@fcrt/logger";
import { serveLogging } from "../logging.mjs";
import { pinoLike } from "../pino-like.mjs";

await serveLogging(pinoLike(createLogger({ format: "json" })));
