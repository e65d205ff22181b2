import { createServer, IncomingMessage } from "node:http";
import type { Server } from "node:http";
import { FcrtError } from "../errors.ts";
import type { Context } from "../invocation/context.ts";
import { PlatformRequest } from "../invocation/platform-request.ts";
import { serveOptionNames, settingsOf } from "../options.ts";
import type { ServeOptions, Settings } from "../options.ts";
import { dispatcher } from "./dispatch.ts";
import type { HttpListener } from "./dispatch.ts";
import { fetchListener } from "./fetch-listener.ts";
import { checkHandlers } from "./handlers.ts";
import type { Handlers } from "./handlers.ts";
import { Host } from "./host.ts";
import { hosts } from "./hosts.ts";
import { handleProcessEvents } from "./process-events.ts";

/** A runtime that listens. */
export interface Runtime {
  readonly port: number;
  /** Where to reach it from this machine, such as `http://127.0.0.1:9000`. */
  readonly url: string;
  /** Node's server underneath, for what this package does not do, such as WebSocket upgrades. */
  readonly server: Server;
  /** Accepts nothing more, waits for running invocations at most `drainTimeout`, and closes every connection. */
  close(): Promise<void>;
}

/**
 * Serves a function: a custom runtime that follows the contract. Resolves when the platform can connect.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID, FCRT_LISTEN_FAILED
 */
export async function serve(handlers: Handlers, options: ServeOptions = {}): Promise<Runtime> {
  handleProcessEvents();
  checkHandlers(handlers);
  const settings = settingsOf(options, serveOptionNames);
  const preStop = handlers.preStop && ((context: Context) => handlers.preStop?.(context));
  const host = new Host(settings, true, preStop);
  const requests = settings.keepCredentialHeaders ? IncomingMessage : PlatformRequest;
  const server = createServer({ requireHostHeader: false, IncomingMessage: requests });
  const dispatch = dispatcher(host, handlers, httpListenerOf(handlers));
  server.on("request", dispatch).on("checkExpectation", dispatch);
  host.attach(server);
  const port = await listen(server, settings);
  hosts.add(host);
  host.announce();
  const close = async (): Promise<void> => {
    await host.stop();
    hosts.delete(host);
  };
  return { port, url: `http://127.0.0.1:${port}`, server, close };
}

function httpListenerOf({ fetch, http }: Handlers): HttpListener | undefined {
  if (fetch) return fetchListener(fetch);
  // An Express or Connect application would take the context for its `next`.
  if (http && ("handle" in http || "use" in http))
    return (request, response) => Reflect.apply(http, undefined, [request, response]);
  return http;
}

async function listen(server: Server, { port, host }: Settings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === "EADDRINUSE" ? "it is in use" : cause.message;
      reject(
        new FcrtError(
          "FCRT_LISTEN_FAILED",
          `Expected to listen on port ${port} of ${host}, but ${reason}`,
          { cause },
        ),
      );
    });
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}
