import type { Extension, Invocation } from "./extension.ts";
import { writeError, writeLine } from "./lines.ts";
import { isThenable } from "./promises.ts";

/** All extensions as one; an absent function means that no extension has it, and costs nothing. */
export interface Hooks {
  readonly open: ((invocation: Invocation) => void) | undefined;
  /** Runs the handler inside every extension's `around` and hands on what it returns or throws. */
  readonly around:
    | ((invocation: Invocation, handler: () => unknown) => Promise<unknown>)
    | undefined;
  readonly verdict: ((invocation: Invocation) => void) | undefined;
  /** Never rejects, and settles within `longestEnd`; `undefined` when there is nothing to wait for. */
  readonly end: ((invocation: Invocation) => Promise<void> | undefined) | undefined;
  /** Never rejects, and settles within `longestEnd`. */
  readonly stop: () => Promise<void>;
}

/** Composes extensions, the first one outermost. */
export function composeHooks(extensions: readonly Extension[]): Hooks {
  return {
    open: composeEach("open", extensions),
    around: composeAround(extensions.filter((extension) => extension.around)),
    verdict: composeEach("verdict", extensions),
    end: composeEnd(extensions.filter((extension) => extension.end)),
    stop: composeStop(extensions),
  };
}

const longestEnd = 5000;

function composeAround(extensions: readonly Extension[]): Hooks["around"] {
  if (extensions.length === 0) return undefined;
  return async (invocation, handler) => {
    let result: { value: unknown } | { error: unknown } | undefined;
    let next = async (): Promise<void> => {
      try {
        result = { value: await handler() };
      } catch (error) {
        result = { error };
        throw error;
      }
    };
    for (const extension of extensions.toReversed()) {
      const inner = next;
      next = async () => extension.around?.(invocation, inner);
    }
    await next();
    // An extension that swallows the handler's error does not turn the failure into a success.
    if (result && "error" in result) throw result.error;
    return result?.value;
  };
}

function composeEach(
  moment: "open" | "verdict",
  extensions: readonly Extension[],
): ((invocation: Invocation) => void) | undefined {
  const concerned = extensions.filter((extension) => extension[moment]);
  if (concerned.length === 0) return undefined;
  return (invocation) => {
    for (const extension of concerned) {
      try {
        extension[moment]?.(invocation);
      } catch (error) {
        writeError(error, invocation.requestId);
      }
    }
  };
}

function composeEnd(extensions: readonly Extension[]): Hooks["end"] {
  if (extensions.length === 0) return undefined;
  return (invocation) => {
    const { requestId } = invocation;
    const pending = extensions.map((extension) =>
      started(() => extension.end?.(invocation), requestId),
    );
    return allSettled("end", pending.filter(isThenable), requestId);
  };
}

function composeStop(extensions: readonly Extension[]): Hooks["stop"] {
  return async () => {
    const pending = extensions.map((extension) => started(() => extension.stop?.()));
    await allSettled("stop", pending.filter(isThenable));
  };
}

function started(moment: () => unknown, requestId?: string): unknown {
  try {
    return moment();
  } catch (error) {
    writeError(error, requestId);
    return undefined;
  }
}

// By hand: with `Promise.all` and a race it would be nine promises more for each invocation that waits.
function allSettled(
  moment: "end" | "stop",
  pending: readonly PromiseLike<unknown>[],
  requestId?: string,
): Promise<void> | undefined {
  if (pending.length === 0) return undefined;
  return new Promise((resolve) => {
    let left = pending.length;
    const timer = setTimeout(() => {
      const message = `An extension's ${moment} took over ${longestEnd} ms and was not waited for`;
      writeLine("WARN", message, requestId);
      resolve();
    }, longestEnd);
    const settled = (): void => {
      left -= 1;
      if (left > 0) return;
      clearTimeout(timer);
      resolve();
    };
    const failed = (error: unknown): void => {
      writeError(error, requestId);
      settled();
    };
    for (const thenable of pending) Promise.resolve(thenable).then(settled, failed);
  });
}
