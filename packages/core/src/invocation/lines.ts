import { now } from "../clock.ts";
import { writeStdout } from "../output/stdout.ts";
import { formatLine, noRequestId } from "../protocol/line.ts";
import { redactSecrets } from "../protocol/redact.ts";
import { errorText } from "./describe-error.ts";

/**
 * Writes an error with its stack and causes as ERROR lines, without the secrets of headers that it quotes; `-` stands
 * for the request ID outside an invocation.
 */
export function writeError(error: unknown, requestId: string = noRequestId): void {
  writeLine("ERROR", redactSecrets(errorText(error), "json", "inspection"), requestId);
}

/** Writes a line of this package's own. */
export function writeLine(
  level: "ERROR" | "INFO" | "WARN",
  message: string,
  requestId: string = noRequestId,
): void {
  writeStdout(formatLine(now(), requestId, level, message));
}
