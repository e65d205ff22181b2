/** `handled`: the code said so. `unhandled`: something was thrown, rejected, crashed or ran out of time. */
export type FailureKind = "handled" | "unhandled";

/** How an invocation ended, or would end now. */
export type Outcome =
  | { readonly status: "success" }
  | { readonly status: "failure"; readonly kind: FailureKind; readonly reason: unknown };

/** The outcome of an invocation that nothing went wrong in. */
export const success: Outcome = Object.freeze({ status: "success" });

/** The value of StatusCode and of `x-fc-status` for an outcome: 200 or 404, the only two that the contract knows. */
export function statusOf(outcome: Outcome): 200 | 404 {
  return outcome.status === "success" ? 200 : 404;
}
