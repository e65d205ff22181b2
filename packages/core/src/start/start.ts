import type { Context } from "../invocation/context.ts";
import { readLogLevel, serveOptionNames, settingsOf } from "../options.ts";
import type { Handlers } from "../server/handlers.ts";
import { handleProcessEvents } from "../server/process-events.ts";
import { serve } from "../server/serve.ts";
import type { Runtime } from "../server/serve.ts";
import { answerOf } from "./answer.ts";
import { printConsoleLines } from "./console-lines.ts";
import { functionContextOf } from "./function-context.ts";
import type { FunctionContext } from "./function-context.ts";
import { logLevelOf } from "./function-logger.ts";
import { eventListener } from "./http-event.ts";
import { httpListener } from "./http-form.ts";
import { loadFunction } from "./load-function.ts";
import { checkStartOptions, servedOptionsOf } from "./start-options.ts";
import type { StartOptions } from "./start-options.ts";

/**
 * Runs a handler that was written for the platform's built-in Node runtime, unchanged, in a custom runtime:
 * `start({ handler: "index.handler" })`. Resolves when the platform can connect.
 *
 * An event invocation calls `(event, context, callback)`, the event being a Buffer. A custom runtime gets an HTTP
 * invocation as a plain HTTP request, so `form` says what the handler sees of it: with `"event"` (the default) the
 * JSON event of FC 3.0, its answer `{ statusCode, headers, body, isBase64Encoded }` being the response; with `"http"`
 * the `(request, response, context)` of an HTTP function of FC 2.0. It is an option because both have three parameters.
 *
 * What answers is the first call of the callback, or else what the handler returns or its promise resolves to.
 * `undefined` is no answer while a callback can still come: from a promise where the handler declares a callback, else
 * where it declares one or no parameter at all.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID, FCRT_HANDLER_NOT_FOUND, FCRT_HANDLER_NOT_LOADED,
 * FCRT_LISTEN_FAILED
 */
export async function start(options: StartOptions): Promise<Runtime> {
  handleProcessEvents();
  checkStartOptions(options);
  const served = servedOptionsOf(options);
  const { bodyLimit } = settingsOf(served, serveOptionNames);
  const level = logLevelOf(readLogLevel());
  printConsoleLines(level);
  const contextOf: ContextOf = (context) => functionContextOf(context, options, level);
  const hooks = await hooksOf(options, contextOf);
  const handler = await handlerOf(options, contextOf, bodyLimit);
  return serve({ ...hooks, ...handler }, served);
}

type ContextOf = (context: Context) => FunctionContext;

async function hooksOf(
  { initializer, preStop, preFreeze, root }: StartOptions,
  contextOf: ContextOf,
): Promise<Handlers> {
  const hookOf = async (name: string) => {
    const hook = await loadFunction(name, root);
    return async (context: Context) => void (await answerOf(hook, [contextOf(context)], context));
  };
  return {
    ...(initializer && { initialize: await hookOf(initializer) }),
    ...(preStop && { preStop: await hookOf(preStop) }),
    ...(preFreeze && { preFreeze: await hookOf(preFreeze) }),
  };
}

async function handlerOf(
  { handler: name, root, form }: StartOptions,
  contextOf: ContextOf,
  bodyLimit: number,
): Promise<Handlers> {
  const handler = await loadFunction(name, root);
  if (form === "http") return { http: httpListener(handler, contextOf, bodyLimit) };
  return {
    invoke: async (event, context) => answerOf(handler, [event.bytes, contextOf(context)], context),
    http: eventListener(handler, contextOf, bodyLimit),
  };
}
