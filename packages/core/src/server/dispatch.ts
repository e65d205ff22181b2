import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { FcrtError } from "../errors.ts";
import type { Context } from "../invocation/context.ts";
import { PlatformRequest } from "../invocation/platform-request.ts";
import type { RunningInvocation } from "../invocation/running-invocation.ts";
import type { Settings } from "../options.ts";
import { header, platformHeaderPrefix } from "../protocol/headers.ts";
import { kindOf } from "../protocol/kinds.ts";
import type { Kind } from "../protocol/kinds.ts";
import type { Outcome } from "../protocol/outcome.ts";
import { Event, readBody } from "./event.ts";
import { bindEmitters, guardResponse } from "./guard.ts";
import type { Handlers } from "./handlers.ts";
import type { Host } from "./host.ts";
import { replyEmpty, replyResult, replyStopping } from "./reply.ts";

/** A Node listener that is told which invocation it answers. */
export type HttpListener = (
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
) => unknown;

/** Takes each request to the handler of its kind. */
export function dispatcher(
  host: Host,
  handlers: Handlers,
  http: HttpListener | undefined,
): RequestListener {
  const { invocations, settings } = host;
  const initialize = once((context) => handlers.initialize?.(context));

  const answerOf: {
    readonly [K in Kind]: (invocation: RunningInvocation, request: IncomingMessage) => void;
  } = {
    invoke(invocation, request) {
      if (!handlers.invoke) {
        invocation.threw(missing("invoke", "an event invocation"));
        return;
      }
      const run = (bytes: Buffer): void => {
        if (!invocation.decided)
          call(invocation, () => handlers.invoke?.(new Event(bytes), invocation.context));
      };
      readBody(request, settings.bodyLimit, run, (error) => invocation.threw(error));
    },
    initialize: (invocation) => call(invocation, () => initialize(invocation)),
    "pre-freeze": (invocation) => call(invocation, () => handlers.preFreeze?.(invocation.context)),
    "pre-stop": (invocation) => call(invocation, () => host.preStop(invocation.context)),
    "http-invoke"(invocation, request) {
      if (request instanceof PlatformRequest) request.handOver();
      if (http && invocation.response)
        runListener(invocation, request, invocation.response, http, settings);
      else invocation.threw(missing("http` or `fetch", "an HTTP invocation"));
    },
  };

  const call = (invocation: RunningInvocation, handler: () => unknown): void => {
    invocation.run(handler, (result) => replyResult(invocation, result, settings));
  };

  return (request, response) => {
    const sent = controlPathOf(request);
    const kind = kindOf(request.method ?? "", request.url ?? "", sent);
    if (host.stopping) {
      replyStopping(response);
    } else if (kind === undefined) {
      invocations.open("invoke", request, response).threw(unknownControlPath(sent));
    } else if (kind === "http-invoke" && !http && isProbe(request)) {
      replyEmpty(response);
    } else {
      answerOf[kind](invocations.open(kind, request, response), request);
    }
  };
}

/** Lets a Node listener answer an invocation, its response being watched. */
export function runListener(
  invocation: RunningInvocation,
  request: IncomingMessage,
  response: ServerResponse,
  listener: HttpListener,
  { failOn }: Pick<Settings, "failOn">,
): void {
  guardResponse(invocation, response, failOn);
  const handler = (): unknown => {
    bindEmitters(invocation, request, response);
    return listener(request, response, invocation.context);
  };
  // The listener answers through the response; what it returns says nothing.
  invocation.run(handler, () => {});
}

/** The control path header as text; Node joins several into one that is none. */
export function controlPathOf(request: IncomingMessage): string | undefined {
  const value = request.headers[header.controlPath];
  return typeof value === "string" ? value : undefined;
}

// Runs until it succeeds once. A call that comes while it runs shares its outcome.
function once(
  initialize: (context: Context) => unknown,
): (invocation: RunningInvocation) => unknown {
  let first: RunningInvocation | undefined;
  let result: unknown;
  return async (invocation) => {
    if (first?.outcome.status !== "success") {
      first = invocation;
      result = initialize(invocation.context);
    }
    const shared = first;
    await result;
    if (shared !== invocation) shareFailure(shared.outcome, invocation);
  };
}

function shareFailure(outcome: Outcome, invocation: RunningInvocation): void {
  if (outcome.status === "failure") invocation.fail(outcome.reason);
}

// A readiness probe or a browser on a developer's machine: nothing of it comes from the platform.
function isProbe({ method, headers }: IncomingMessage): boolean {
  const safe = method === "GET" || method === "HEAD";
  return safe && !Object.keys(headers).some((name) => name.startsWith(platformHeaderPrefix));
}

function missing(handler: string, what: string): FcrtError {
  return new FcrtError(
    "FCRT_HANDLER_MISSING",
    `Expected a handler \`${handler}\` for ${what}, got none`,
  );
}

function unknownControlPath(value: string | undefined): FcrtError {
  const message = `Expected \`${header.controlPath}\` to be a path of the contract, got \`${value?.slice(0, 200)}\``;
  return new FcrtError("FCRT_CONTROL_PATH_UNKNOWN", message);
}
