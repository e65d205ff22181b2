import { now } from "../clock.ts";
import { writeStdout } from "../output/stdout.ts";
import { formatLine, noRequestId } from "../protocol/line.ts";
import { redactSecrets } from "../protocol/redact.ts";
import type { Credentials } from "./credentials.ts";
import { errorText } from "./describe-error.ts";

/**
 * Writes an error with its stack and causes as ERROR lines, without the secrets of headers that it quotes and without
 * the credentials of its invocation; `-` stands for the request ID outside of any.
 */
export function writeError(
  error: unknown,
  requestId: string = noRequestId,
  credentials?: Credentials,
): void {
  const text = redactSecrets(errorText(error), "json", "inspection");
  writeLine("ERROR", credentials ? withoutValues(text, credentials) : text, requestId);
}

/** Writes a line of this package's own. */
export function writeLine(
  level: "ERROR" | "INFO" | "WARN",
  message: string,
  requestId: string = noRequestId,
): void {
  writeStdout(formatLine(now(), requestId, level, message));
}

function withoutValues(
  text: string,
  { accessKeyId, accessKeySecret, securityToken }: Credentials,
): string {
  return [accessKeyId, accessKeySecret, securityToken].reduce<string>(
    (told, value) => (value ? told.replaceAll(value, "[redacted]") : told),
    text,
  );
}
