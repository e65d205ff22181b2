import type { ServerResponse } from "node:http";
import { describeError } from "../invocation/describe-error.ts";
import type { RunningInvocation } from "../invocation/running-invocation.ts";
import { header } from "../protocol/headers.ts";
import { statusOf } from "../protocol/outcome.ts";
import { takeOver } from "./guard.ts";
import { bodyOf } from "./result.ts";
import type { Body } from "./result.ts";

/** How a failure is told to the client of an HTTP invocation. */
export interface FailureStyle {
  readonly httpErrorStatus: number;
  readonly exposeErrors: boolean;
}

/** Answers an event, initialize or hook call with what its handler returned. */
export function replyResult(
  invocation: RunningInvocation,
  result: unknown,
  style: FailureStyle,
): void {
  if (invocation.decided) return;
  let body: Body;
  try {
    body = bodyOf(result);
  } catch (error) {
    invocation.threw(error);
    return;
  }
  const outcome = invocation.decide();
  if (outcome.status === "failure") body = failureBodyOf(invocation, style);
  const { response } = invocation;
  finish(invocation, () => {
    // Without a response the runtime itself called the hook.
    if (!response) return;
    const status = statusOf(outcome);
    response.writeHead(status, headersOf(status, body));
    response.end(body.content);
  });
}

/** Answers a failed invocation as far as its response still can: whole, else by breaking the connection. */
export function replyFailure(invocation: RunningInvocation, style: FailureStyle): void {
  const { response } = invocation;
  const outcome = invocation.decide();
  if (!response || response.destroyed) {
    finish(invocation, () => {});
    return;
  }
  // A handler that still runs can break the connection that it was given: no other invocation may come over it.
  if (invocation.aborted) response.shouldKeepAlive = false;
  const wire = takeOver(response);
  const status = invocation.kind === "http-invoke" ? style.httpErrorStatus : statusOf(outcome);
  // Extensions read it at the end, which comes before the head.
  if (!wire.headersSent) response.statusCode = status;
  finish(invocation, () => {
    if (wire.headersSent) {
      wire.destroy();
      return;
    }
    const body = failureBodyOf(invocation, style);
    wire.head(status, headersOf(statusOf(outcome), body));
    wire.end(body.content);
  });
}

/** Answers a request that is no invocation, such as a probe. */
export function replyEmpty(response: ServerResponse): void {
  response.writeHead(200, { [header.status]: "200", "content-length": "0" });
  response.end();
}

/** Answers a request that comes on an open connection while the runtime stops: nothing of it was started. */
export function replyStopping(response: ServerResponse): void {
  response.writeHead(503, { [header.status]: "404", connection: "close", "content-length": "0" });
  response.end();
}

// The last byte leaves after the End marker.
function finish(invocation: RunningInvocation, send: () => void): void {
  const pending = invocation.end();
  if (pending) void pending.then(send);
  else send();
}

function headersOf(status: number, { content, contentType }: Body): string[] {
  const length = Buffer.byteLength(content);
  return [
    header.status,
    String(status),
    "content-type",
    contentType,
    "content-length",
    String(length),
  ];
}

// What the built-in runtimes answer; the client of an HTTP trigger is a stranger and learns nothing.
function failureBodyOf(invocation: RunningInvocation, style: FailureStyle): Body {
  const { outcome, kind, requestId } = invocation;
  const { type, message, stack } = describeError(
    outcome.status === "failure" ? outcome.reason : undefined,
  );
  const told =
    style.exposeErrors || kind !== "http-invoke"
      ? { errorMessage: message, errorType: type, stackTrace: stack }
      : { errorMessage: "The function failed", errorType: "FunctionError", requestId };
  return { content: JSON.stringify(told), contentType: "application/json" };
}
