import { Logger } from "@aws-lambda-powertools/logger";
import { bindings, flushConsole, serveLogging } from "../logging.mjs";

const logger = new Logger({ logLevel: "INFO" });
const child = logger.createChild({ persistentKeys: bindings });
await serveLogging({
  flush: flushConsole,
  message: (text) => logger.info(text),
  fields: (fields, text) => logger.info(text, fields),
  error: (error, text) => logger.error(text, error),
  child: (text) => child.info(text),
});
