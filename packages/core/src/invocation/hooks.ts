import type { Extension, Invocation } from "./extension.ts";
import { writeError, writeLine } from "./lines.ts";
import { isThenable, settlesWithin } from "./promises.ts";

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
    const pending = extensions
      .map((extension) => settling(() => extension.end?.(invocation), invocation.requestId))
      .filter((end) => end !== undefined);
    return pending.length === 0 ? undefined : atMost("end", pending, invocation.requestId);
  };
}

function composeStop(extensions: readonly Extension[]): Hooks["stop"] {
  return async () => {
    const pending = extensions
      .map((extension) => settling(() => extension.stop?.()))
      .filter((stop) => stop !== undefined);
    await atMost("stop", pending);
  };
}

function settling(moment: () => unknown, requestId?: string): Promise<void> | undefined {
  const log = (error: unknown): void => writeError(error, requestId);
  try {
    const pending = moment();
    return isThenable(pending) ? Promise.resolve(pending).then(() => {}, log) : undefined;
  } catch (error) {
    log(error);
    return undefined;
  }
}

async function atMost(
  moment: "end" | "stop",
  pending: readonly Promise<void>[],
  requestId?: string,
): Promise<void> {
  if (await settlesWithin(longestEnd, Promise.all(pending))) return;
  writeLine(
    "WARN",
    `An extension's ${moment} took over ${longestEnd} ms and was not waited for`,
    requestId,
  );
}
