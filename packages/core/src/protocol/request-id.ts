const requestIdPattern = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * Whether a value can stand as a request ID on every line. The platform sends UUIDs and ids such as
 * `1-67a59f35-150c1267-f381ba1c085c`; elsewhere the header is text of a stranger.
 */
export function isRequestId(value: string | undefined): value is string {
  return value !== undefined && requestIdPattern.test(value);
}
