import { describeError, errorText, redactSecrets } from "@fcrt/core/extension";
import type { Invocation } from "@fcrt/core/extension";
import { SpanStatusCode } from "@opentelemetry/api";
import type { Span } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { isReadable } from "./readable-span.ts";

/** Root span to invocation: an ERROR status makes the invocation fail, unless it has failed already. */
export function mirrorStatus(root: Span, invocation: Invocation): void {
  if (!hasFailed(root) || invocation.outcome.status === "failure") return;
  invocation.fail(root.status.message || "The status of the root span is ERROR");
}

/** Invocation to root span: a failure sets the status ERROR, with the error's type, stack and causes. */
export function markFailure(root: Span, { outcome }: Invocation): void {
  if (outcome.status !== "failure") return;
  const { type, message } = describeError(outcome.reason);
  const told = redacted(message);
  if (!hasFailed(root)) root.setStatus({ code: SpanStatusCode.ERROR, message: told });
  root.setAttribute("error.type", type);
  root.addEvent("exception", {
    "exception.type": type,
    "exception.message": told,
    "exception.stacktrace": redacted(errorText(outcome.reason)),
  });
}

function hasFailed(span: Span): span is Span & ReadableSpan {
  return isReadable(span) && span.status.code === SpanStatusCode.ERROR;
}

function redacted(text: string): string {
  return redactSecrets(text, "inspection");
}
