import type { RequestListener, Server } from "node:http";
import { scope } from "../invocation/scope.ts";
import { adoptOptionNames, settingsOf } from "../options.ts";
import type { AdoptOptions } from "../options.ts";
import { processState } from "../process-state.ts";
import { kindOf } from "../protocol/kinds.ts";
import { controlPathOf, runListener } from "./dispatch.ts";
import { Host } from "./host.ts";
import { hosts } from "./hosts.ts";
import { handleProcessEvents } from "./process-events.ts";
import { replyStopping } from "./reply.ts";

/**
 * Gives an existing HTTP application the contract: `createServer(adopt(app))`. The application keeps answering every
 * request itself, whatever its kind; markers, context, scope, `x-fc-status` and crash attribution come around it.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID
 */
export function adopt(listener: RequestListener, options: AdoptOptions = {}): RequestListener {
  handleProcessEvents();
  const host = new Host(settingsOf(options, adoptOptionNames), false);
  hosts.add(host);
  host.announce();
  const adopted = adoptInto(host, listener);
  adoptedListeners.add(adopted);
  return adopted;
}

const adoptedListeners: WeakSet<Function> = processState("adopted-listeners", () => new WeakSet());

/** Whether an application has adopted itself: its own options count. */
export function hasAdoptedListener(server: Server, event: string | symbol): boolean {
  return server.listeners(event).some((listener) => adoptedListeners.has(listener));
}

/** The adopted form of a listener, on a host that others can share. */
export function adoptInto(host: Host, listener: RequestListener): RequestListener {
  return (request, response) => {
    // An adopted application inside an adopted server: the outer one has opened the invocation.
    if (scope.getStore()?.request === request) return listener(request, response);
    host.attachServerOf(request);
    if (host.stopping) return replyStopping(response);
    // A value that the contract does not know is the application's own business.
    const kind =
      kindOf(request.method ?? "", request.url ?? "", controlPathOf(request)) ?? "http-invoke";
    const invocation = host.invocations.open(kind, request, response);
    // Two arguments: an Express application would take a third for its `next`.
    runListener(invocation, request, response, () => listener(request, response), host.settings);
  };
}
