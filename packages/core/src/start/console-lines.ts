import { currentInvocation } from "../invocation/scope.ts";
import { processState } from "../process-state.ts";
import { noRequestId } from "../protocol/line.ts";
import { functionLogger } from "./function-logger.ts";
import type { LogLevel } from "./function-logger.ts";

/**
 * Makes what a function prints with `console` recommended lines, the five methods that the built-in runtime replaces.
 * Leaves a console that `@fcrt/logger` has captured to it.
 */
export function printConsoleLines(level: LogLevel): void {
  if (capture.captured) return;
  const logger = functionLogger(level, () => currentInvocation()?.requestId ?? noRequestId);
  const { error, warn, info, debug, setLogLevel } = logger;
  Object.assign(console, { error, warn, info, debug, log: info, setLogLevel });
}

const capture = processState("console", (): { readonly captured?: unknown } => ({}));
