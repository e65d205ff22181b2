import type { Logger } from "pino";
import { createLogger } from "./create-logger.ts";

/** The logger of a program that needs no other: options by the environment. */
export const logger: Logger = createLogger();
