// The limit: a line that is made already goes to the pipe.
import { writeSync } from "node:fs";
import { currentInvocation, errorText, formatLine } from "@fcrt/core/extension";
import { bindings, serveLogging } from "../logging.mjs";

const lines = new Map();
const write = (key, level, textOf) => {
  let line = lines.get(key);
  if (line === undefined) {
    const { requestId } = currentInvocation();
    line = formatLine(Date.now(), requestId, level, textOf());
    lines.set(key, line);
  }
  writeSync(1, line);
};
await serveLogging({
  message: (text) => write(text, "INFO", () => text),
  fields: (fields, text) => write(fields, "INFO", () => `${text} ${JSON.stringify(fields)}`),
  error: (error, text) => write(error, "ERROR", () => `${text}\n${errorText(error)}`),
  child: (text) => write(bindings, "INFO", () => `${text} ${JSON.stringify(bindings)}`),
});
