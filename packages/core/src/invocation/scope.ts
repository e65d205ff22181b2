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
