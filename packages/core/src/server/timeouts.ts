import type { Server } from "node:http";

/**
 * Keeps a server from closing a connection by itself: the platform reuses idle ones for as long as a function may
 * run, and answers 502 when a POST meets a closed one.
 */
export function disableTimeouts(server: Server): void {
  server.timeout = 0;
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
}
