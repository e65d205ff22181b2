import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "../invocation/context.ts";
import { invalid, refuseUnknown } from "../option-errors.ts";
import type { Event } from "./event.ts";

/** What a function does, by the kind of invocation. At least one is given, and not both `http` and `fetch`. */
export interface Handlers {
  /** `POST /initialize`: runs until it succeeds once. Absent, the call succeeds. */
  initialize?(context: Context): unknown;
  /** `POST /invoke`: an event invocation. Returns text, bytes, nothing, or anything JSON can hold. */
  invoke?(event: Event, context: Context): unknown;
  /** HTTP invocations, as a Node listener: an Express app, `koa.callback()`, `fastify.routing`, a function. */
  http?(request: IncomingMessage, response: ServerResponse, context: Context): unknown;
  /** HTTP invocations, Fetch style: `app.fetch` of Hono, h3, a function. */
  fetch?(request: Request, context: Context): Response | Promise<Response>;
  /** `GET /pre-freeze`: before the instance freezes (FC 2.0). */
  preFreeze?(context: Context): unknown;
  /** `GET /pre-stop`: before the instance is gone; on a signal the runtime calls it itself. */
  preStop?(context: Context): unknown;
}

const handlerNames = ["initialize", "invoke", "http", "fetch", "preFreeze", "preStop"] as const;

/** @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID */
export function checkHandlers(handlers: Handlers): void {
  if (typeof handlers !== "object" || handlers === null)
    throw invalid("handlers", "an object of handlers", handlers);
  refuseUnknown("handler", handlers, handlerNames);
  for (const name of handlerNames) {
    const handler: unknown = handlers[name];
    if (handler !== undefined && typeof handler !== "function")
      throw invalid(name, "a function", handler);
  }
  const given = handlerNames.filter((name) => handlers[name]);
  if (given.length === 0)
    throw invalid("handlers", `one of ${handlerNames.join(", ")} at least`, handlers);
  if (handlers.http && handlers.fetch)
    throw invalid("fetch", "absent when `http` is given", handlers.fetch);
}
