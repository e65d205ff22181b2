// The line as one writes it by hand.
import { currentInvocation } from "@fcrt/core";
import { bindings, flushConsole, serveLogging } from "../logging.mjs";

const print = (level, text) =>
  console.log(`${new Date().toISOString()} ${currentInvocation().requestId} [${level}] ${text}`);
await serveLogging({
  flush: flushConsole,
  message: (text) => print("INFO", text),
  fields: (fields, text) => print("INFO", `${text} ${JSON.stringify(fields)}`),
  error: (error, text) =>
    print("ERROR", `${text}\n${error.stack}\nCaused by: ${error.cause.stack}`),
  child: (text) => print("INFO", `${text} ${JSON.stringify(bindings)}`),
});
