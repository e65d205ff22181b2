import { bindings } from "./logging.mjs";

/** The calls of the workloads, for pino and for whoever has its methods. */
export function pinoLike(logger) {
  const child = logger.child(bindings);
  return {
    message: (text) => logger.info(text),
    fields: (fields, text) => logger.info(fields, text),
    error: (error, text) => logger.error(error, text),
    child: (text) => child.info(text),
  };
}
