import { endMarker, header } from "@fcrt/core/protocol";
import type { Kind } from "@fcrt/core/protocol";
import type { RuntimeRequest, RuntimeResponse } from "./connections.ts";
import { brokenLimitOf } from "./limits.ts";
import type { LogLine } from "./log.ts";

/** What the platform calls a failure towards the caller. */
type ErrorType =
  | "HandledInvocationError"
  | "UnhandledInvocationError"
  | "InitializationError"
  | "InvalidArgument"
  | "BadResponse";

/** How the platform records an invocation. */
export type InvocationOutcome =
  | { readonly status: "success" }
  | { readonly status: "failure"; readonly errorType: ErrorType; readonly reason: string };

/** One request of the platform to a runtime, and what came of it. */
export interface Invocation {
  readonly kind: Kind;
  readonly requestId: string;
  /** As it was sent; of one that did not reach the runtime as it would have been. */
  readonly request: RuntimeRequest;
  /** Absent when none came, or not a whole one. */
  readonly response: RuntimeResponse | undefined;
  readonly outcome: InvocationOutcome;
  /** In milliseconds, from the request until the response had ended. */
  readonly duration: number;
  /** Whether it was the first on its instance. */
  readonly coldStart: boolean;
  /** What was written until the response had ended; what is late is in the gateway's log. */
  readonly log: readonly LogLine[];
}

/** What the platform calls a failure, with the reason. */
export function failure(errorType: ErrorType, reason: string): InvocationOutcome {
  return { status: "failure", errorType, reason };
}

/** A response without the status header is a success: what is not reported did not happen. */
export function outcomeOf(
  kind: Kind,
  requestId: string,
  response: RuntimeResponse,
  log: readonly LogLine[],
): InvocationOutcome {
  const broken = brokenLimitOf(response);
  if (broken) return failure("BadResponse", broken);
  const { headers } = response;
  const status = headers.find(([name]) => name.toLowerCase() === header.status)?.[1];
  if (status === undefined || status === "200") return { status: "success" };
  const handled = endMarker(kind, requestId, "handled");
  const type = log.some(({ text }) => text === handled)
    ? "HandledInvocationError"
    : "UnhandledInvocationError";
  return failure(type, `the runtime answered ${header.status}: ${status}`);
}

/** Why a hook counts as failed: by what it reports or, unlike a call, by its StatusCode; `undefined` when it succeeded. */
export function reasonOfHook({ outcome, response }: Invocation): string | undefined {
  if (outcome.status === "failure") return outcome.reason;
  const status = response?.status ?? 0;
  return status < 300 ? undefined : `it answered StatusCode ${status}`;
}

/**
 * Whether a function has no such hook: an application answers with its own page for unknown paths, not with what went
 * wrong.
 */
export function lacksHook({ response }: Invocation): boolean {
  return response?.status === 404 && !response.body.includes(errorMember);
}

// In the error body of all runtimes.
const errorMember = '"errorMessage"';
