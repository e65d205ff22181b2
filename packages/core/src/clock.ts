// User code, or a library that fakes time for it, may replace what stands here: taken when this is loaded.

/** Epoch milliseconds by the clock of the system. */
export const now: () => number = Date.now;

const { hrtime } = process;

/** Milliseconds by a clock that nobody sets. Not `performance`: the first look at it loads ten modules on Node 20. */
export function uptime(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
