export { logger } from "./default-logger.ts";
export { createLogger } from "./create-logger.ts";
export { fcDestination } from "./destination.ts";
export { captureConsole } from "./console-capture.ts";
export { withLevel } from "./fate.ts";
export type { FormatOptions, LoggerOptions } from "./options.ts";
export type { Logger } from "pino";
