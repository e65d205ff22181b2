import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { adopt } from "@fcrt/core";
import type { AdoptOptions } from "@fcrt/core";
import { onTestFinished } from "vitest";

/** A listener that may be async, as frameworks make them. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves an adopted listener until the test is over, and tells its port. */
export async function serveAdopted(
  listener: Listener,
  options: AdoptOptions = {},
): Promise<number> {
  return serveBare(adopt(listener, options));
}

/** Serves a listener as it is until the test is over, and tells its port. */
export async function serveBare(listener: Listener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
