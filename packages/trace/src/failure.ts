import { describeError, errorText, redactSecrets } from "@fcrt/core/extension";
import type { Invocation } from "@fcrt/core/extension";
import { SpanStatusCode } from "@opentelemetry/api";
import type { Span } from "@opentelemetry/api";
import { isReadable, statusOf } from "./readable-span.ts";
import { UnsampledSpan } from "./unsampled-span.ts";

/** Root span to invocation: an ERROR status makes the invocation fail, unless it has failed already. */
export function mirrorStatus(root: Span, invocation: Invocation): void {
  if (!hasFailed(root) || invocation.outcome.status === "failure") return;
  invocation.fail(statusOf(root)?.message || "The status of the root span is ERROR");
}

/** Invocation to root span: a failure sets the status ERROR, with the error's type, stack and causes. */
export function markFailure(root: Span, { outcome, context }: Invocation): void {
  if (outcome.status !== "failure") return;
  if (root instanceof UnsampledSpan) return;
  const { reason } = outcome;
  const description = describeError(reason);
  const redacted = redactor(context.credentials);
  const type = redacted(description.type);
  const message = redacted(description.message);
  root.setAttribute("error.type", type);
  // What the application has said itself is not said again.
  if (hasFailed(root) && (typeof reason === "string" || hasRecorded(root, message))) return;
  if (!hasFailed(root)) root.setStatus({ code: SpanStatusCode.ERROR, message });
  root.addEvent("exception", {
    "exception.type": type,
    "exception.message": message,
    "exception.stacktrace": redacted(errorText(reason)),
  });
}

function hasRecorded(root: Span, message: string): boolean {
  return (
    isReadable(root) &&
    root.events.some(({ attributes }) => attributes?.["exception.message"] === message)
  );
}

function hasFailed(span: Span): boolean {
  return statusOf(span)?.code === SpanStatusCode.ERROR;
}

// By the names of secrets, and by the values that this invocation was given.
function redactor({
  accessKeyId,
  accessKeySecret,
  securityToken,
}: Invocation["context"]["credentials"]): (text: string) => string {
  const values = [accessKeyId, accessKeySecret, securityToken].filter(
    (value) => value !== undefined,
  );
  return (text) =>
    values.reduce(
      (told, value) => told.replaceAll(value, "[redacted]"),
      redactSecrets(text, "inspection"),
    );
}
