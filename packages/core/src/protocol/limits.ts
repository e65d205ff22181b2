/** What the platform lets through, in bytes, and how long it waits, in milliseconds. */
export const limit = {
  /** All request headers together. More is refused. */
  requestHeaders: 8192,
  /** Path and query of a request. */
  requestPath: 4096,
  /** The event or body of a call that waits for its answer. */
  requestBody: 33_554_432,
  /** The event of a call that does not wait. */
  asyncRequestBody: 131_072,
  /** All response headers together. More is a bad gateway. */
  responseHeaders: 8192,
  /** What a caller gets of the log when he asks for its tail. */
  logTail: 4096,
  /** From the start of a program until it accepts a connection. */
  startTime: 120_000,
} as const;

/** How often the platform tries an asynchronous invocation again that has failed. */
export const asyncRetries: number = 3;
