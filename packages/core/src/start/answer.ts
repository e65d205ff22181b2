import { format } from "node:util";
import type { Context } from "../invocation/context.ts";
import { writeError } from "../invocation/lines.ts";
import { isThenable } from "../invocation/promises.ts";

/** A function that the built-in runtime can call. */
export type BuiltInFunction = (...values: unknown[]) => unknown;

/**
 * Calls a function with these values and a callback, and settles with whatever answers first: the callback, what it
 * returns, what it throws. An error given to the callback is a handled failure, as it is under the built-in runtime.
 */
export async function answerOf(
  called: BuiltInFunction,
  values: readonly unknown[],
  context: Context,
): Promise<unknown> {
  const declaresCallback = called.length > values.length;
  return new Promise((resolve, reject) => {
    let answered = false;
    const callback = (error?: unknown, data?: unknown): void => {
      if (answered) return;
      answered = true;
      if (isNothing(error)) resolve(isNothing(data) ? undefined : data);
      else reject(failedWith(error, context));
    };
    const returned = (value: unknown, callbackMayCome: boolean): void => {
      if (value !== undefined || !callbackMayCome) callback(null, value);
    };
    const threw = (error: unknown): void => {
      // The caller has his answer; who reads the log wants to know all the same.
      if (answered) writeError(error, context.requestId);
      answered = true;
      reject(error);
    };
    try {
      const value = called(...values, callback);
      if (isThenable(value)) value.then((result) => returned(result, declaresCallback), threw);
      // A function without a parameter can be a wrapper that hands all of them on.
      else returned(value, declaresCallback || called.length === 0);
    } catch (error) {
      threw(error);
    }
  });
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

// Said, then thrown: what core takes for handled, and answers as a failure.
function failedWith(error: unknown, context: Context): unknown {
  const reason = error instanceof Error ? error : handledError(textOf(error));
  context.fail(reason);
  return reason;
}

// What the built-in runtime makes of a text, or of anything else that is no error.
function handledError(message: string): Error {
  return Object.assign(new Error(message), { name: "FunctionHandledError", stack: "" });
}

function textOf(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString();
  try {
    if (typeof value === "object") return JSON.stringify(value);
  } catch {
    // A cycle: Node's own formatting shows it.
  }
  return format("%s", value);
}
