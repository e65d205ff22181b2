import { now } from "../clock.ts";
import { writeStdout } from "../output/stdout.ts";
import { formatLine, noRequestId } from "../protocol/line.ts";
import { errorText } from "./describe-error.ts";

/** Writes an error with its stack and causes as ERROR lines; `-` stands for the request ID outside an invocation. */
export function writeError(error: unknown, requestId: string = noRequestId): void {
  writeLine("ERROR", errorText(error), requestId);
}

/** Writes a line of this package's own. */
export function writeLine(
  level: "ERROR" | "INFO" | "WARN",
  message: string,
  requestId: string = noRequestId,
): void {
  writeStdout(formatLine(now(), requestId, level, message));
}
