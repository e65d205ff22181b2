import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import type { Context, ContextManager } from "@opentelemetry/api";

const isBound = Symbol("fcrt bound");

/**
 * OpenTelemetry's context over AsyncLocalStorage, with one thing more than its own package has: where no context was
 * entered, that of the running invocation is active. So the root span is active wherever the scope holds, event
 * listeners included. Entered with `run` only.
 */
export function invocationContextManager(
  contextOfInvocation: () => Context | undefined,
): ContextManager {
  const entered = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => entered.getStore() ?? contextOfInvocation() ?? ROOT_CONTEXT,
    with: (context, work, thisArgument, ...values) =>
      entered.run(context, () => Reflect.apply(work, thisArgument, values)),
    bind(context, target) {
      if (target instanceof EventEmitter) bindEmitter(target, entered, context);
      return typeof target === "function" ? bound(target, entered, context) : target;
    },
    enable: () => manager,
    disable() {
      entered.disable();
      return manager;
    },
  };
  return manager;
}

function bound<Target extends Function>(
  target: Target,
  entered: AsyncLocalStorage<Context>,
  context: Context,
): Target {
  return new Proxy(target, {
    apply: (work, thisArgument, values) =>
      entered.run(context, () => Reflect.apply(work, thisArgument, values)),
  });
}

// The first context that an emitter is bound to stays.
function bindEmitter(
  emitter: EventEmitter,
  entered: AsyncLocalStorage<Context>,
  context: Context,
): void {
  if (Reflect.has(emitter, isBound)) return;
  const { emit } = emitter;
  Object.assign(emitter, {
    [isBound]: true,
    emit: (...event: unknown[]) => entered.run(context, () => Reflect.apply(emit, emitter, event)),
  });
}
