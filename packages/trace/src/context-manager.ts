import { createContextKey, ROOT_CONTEXT } from "@opentelemetry/api";
import type { Context, ContextManager } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";

/**
 * OpenTelemetry's own context manager, with one thing more: where no context was entered, that of the running
 * invocation is active. So the root span is active wherever the scope holds, event listeners included.
 */
export function invocationContextManager(
  contextOfInvocation: () => Context | undefined,
): ContextManager {
  const entered = new AsyncLocalStorageContextManager();
  // The root context entered by hand stays what it is, and is told from none at all.
  const root = ROOT_CONTEXT.setValue(createContextKey("fcrt root context"), true);
  const told = (context: Context): Context => (context === ROOT_CONTEXT ? root : context);

  const manager: ContextManager = {
    active() {
      const context = entered.active();
      return context === ROOT_CONTEXT ? (contextOfInvocation() ?? context) : context;
    },
    with: (context, work, thisArgument, ...values) =>
      entered.with(told(context), work, thisArgument, ...values),
    bind: (context, target) => entered.bind(told(context), target),
    enable: () => manager,
    disable() {
      entered.disable();
      return manager;
    },
  };
  return manager;
}
