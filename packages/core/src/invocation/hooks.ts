import type { Extension, Invocation } from "./extension.ts";
import { writeError, writeLine } from "./lines.ts";
import { isThenable, settlesWithin } from "./promises.ts";

/** All extensions as one; an absent function means that no extension has it, and costs nothing. */
export interface Hooks {
  /** Runs the handler inside every extension's `around` and hands on what it returns or throws. */
  readonly around:
    | ((invocation: Invocation, handler: () => unknown) => Promise<unknown>)
    | undefined;
  readonly verdict: ((invocation: Invocation) => void) | undefined;
  /** Never rejects, and settles within `longestEnd`; `undefined` when there is nothing to wait for. */
  readonly end: ((invocation: Invocation) => Promise<void> | undefined) | undefined;
}

/** Composes extensions, the first one outermost. */
export function composeHooks(extensions: readonly Extension[]): Hooks {
  return {
    around: composeAround(extensions.filter((extension) => extension.around)),
    verdict: composeVerdict(extensions.filter((extension) => extension.verdict)),
    end: composeEnd(extensions.filter((extension) => extension.end)),
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

function composeVerdict(extensions: readonly Extension[]): Hooks["verdict"] {
  if (extensions.length === 0) return undefined;
  return (invocation) => {
    for (const extension of extensions) {
      try {
        extension.verdict?.(invocation);
      } catch (error) {
        writeError(error, invocation.requestId);
      }
    }
  };
}

function composeEnd(extensions: readonly Extension[]): Hooks["end"] {
  if (extensions.length === 0) return undefined;
  return (invocation) => {
    const pending = extensions
      .map((extension) => endOf(extension, invocation))
      .filter((end) => end !== undefined);
    return pending.length === 0
      ? undefined
      : atMost(longestEnd, Promise.all(pending), invocation.requestId);
  };
}

function endOf(extension: Extension, invocation: Invocation): Promise<void> | undefined {
  const log = (error: unknown): void => writeError(error, invocation.requestId);
  try {
    const ending: unknown = extension.end?.(invocation);
    return isThenable(ending) ? Promise.resolve(ending).then(() => {}, log) : undefined;
  } catch (error) {
    log(error);
    return undefined;
  }
}

async function atMost(
  milliseconds: number,
  pending: Promise<unknown>,
  requestId: string,
): Promise<void> {
  if (await settlesWithin(milliseconds, pending)) return;
  writeLine(
    "WARN",
    `An extension's end took over ${milliseconds} ms and was not waited for`,
    requestId,
  );
}
