import { AsyncLocalStorage } from "node:async_hooks";
import { processState } from "../process-state.ts";
import type { Invocation } from "./extension.ts";
import type { RunningInvocation } from "./running-invocation.ts";

/** The extent of one invocation: everything that runs because of it. Entered with `run` only. */
export const scope: AsyncLocalStorage<RunningInvocation> = processState(
  "scope",
  () => new AsyncLocalStorage(),
);

/** The invocation that this code runs for; `undefined` outside of any. */
export function currentInvocation(): Invocation | undefined {
  return scope.getStore();
}

// Who threw last out of the scope: Node tells of such an exception when the scope is left already.
const lastThrow = processState(
  "last-throw",
  (): { error?: unknown; culprit?: RunningInvocation } => ({}),
);

/** Notes that an exception leaves the scope of an invocation. */
export function blame(error: unknown, culprit: RunningInvocation): void {
  lastThrow.error = error;
  lastThrow.culprit = culprit;
}

/** The invocation that an uncaught exception or rejection belongs to. */
export function culpritOf(error: unknown): RunningInvocation | undefined {
  return scope.getStore() ?? (lastThrow.error === error ? lastThrow.culprit : undefined);
}
