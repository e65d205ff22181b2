/** Waits for a promise at most so long, and tells whether it was fulfilled in time. */
export function settlesWithin(
  milliseconds: number,
  promise: PromiseLike<unknown>,
): Promise<boolean> {
  // By hand: `Promise.race` would make four promises more.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds, false);
    const settle = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settle, (error: unknown) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** Whether a value is to be waited for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

/** Resolves in the next turn of the event loop. `node:timers/promises` does it too, and has to be loaded. */
export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
