import winston from "winston";
import { bindings, flushConsole, serveLogging } from "../logging.mjs";

const { combine, errors, json, timestamp } = winston.format;
const logger = winston.createLogger({
  format: combine(errors({ stack: true, cause: true }), timestamp(), json()),
  transports: [new winston.transports.Console()],
});
const child = logger.child(bindings);
await serveLogging({
  flush: flushConsole,
  message: (text) => logger.info(text),
  fields: (fields, text) => logger.info(text, fields),
  error: (error, text) => logger.error(text, error),
  child: (text) => child.info(text),
});
