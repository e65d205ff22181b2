// User code, or a library that fakes time for it, may replace what stands here: taken when this is loaded.

/** Epoch milliseconds by the clock of the system. */
export const now: () => number = Date.now;

/** Milliseconds by a clock that nobody sets. */
export const uptime: () => number = performance.now.bind(performance);
