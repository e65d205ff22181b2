import type { IncomingMessage, ServerResponse } from "node:http";
import { FcrtError } from "../errors.ts";
import type { Environment } from "../protocol/environment.ts";
import { header } from "../protocol/headers.ts";
import type { Kind } from "../protocol/kinds.ts";
import { isRequestId } from "../protocol/request-id.ts";
import { textOf } from "./context.ts";
import type { Extension } from "./extension.ts";
import { composeHooks } from "./hooks.ts";
import type { Hooks } from "./hooks.ts";
import { RunningInvocation } from "./running-invocation.ts";
import type { InvocationHost } from "./running-invocation.ts";
import { readCredentials, takeCredentials } from "./take-credentials.ts";

/** How the invocations of one runtime are opened. */
export interface InvocationsOptions {
  readonly extensions: readonly Extension[];
  readonly markers: boolean;
  readonly environment: Environment;
  readonly keepCredentialHeaders: boolean;
  readonly answerFailure: (invocation: RunningInvocation) => void;
}

/** The invocations of one runtime: opens them, knows the running ones, tells when none is left. */
export class Invocations implements InvocationHost {
  readonly hooks: Hooks;
  readonly markers: boolean;
  readonly environment: Environment;
  readonly answerFailure: (invocation: RunningInvocation) => void;

  readonly #keepCredentialHeaders: boolean;
  readonly #running = new Set<RunningInvocation>();
  readonly #idleListeners: (() => void)[] = [];
  #cold = true;

  constructor(options: InvocationsOptions) {
    this.hooks = composeHooks(options.extensions);
    this.markers = options.markers;
    this.environment = options.environment;
    this.answerFailure = options.answerFailure;
    this.#keepCredentialHeaders = options.keepCredentialHeaders;
  }

  /** Opens the invocation that a request asks for: reads its context, takes the credentials off, writes its Start. */
  open(kind: Kind, request: IncomingMessage, response: ServerResponse): RunningInvocation {
    const credentials = this.#keepCredentialHeaders
      ? readCredentials(request)
      : takeCredentials(request);
    const { headers } = request;
    const sent = textOf(headers[header.requestId]);
    const requestId = isRequestId(sent) ? sent : crypto.randomUUID();
    const coldStart = this.#isColdStart(kind);
    const opening = { kind, requestId, coldStart, headers, credentials, request, response };
    const invocation = new RunningInvocation(this, opening);
    this.#running.add(invocation);
    response.once("close", () => invocation.disconnected());
    return invocation;
  }

  /** Opens an invocation that no request asks for: the runtime calls a hook itself. */
  openOwn(kind: Kind): RunningInvocation {
    const requestId = crypto.randomUUID();
    const nothing = {
      coldStart: false,
      headers: {},
      credentials: {},
      request: undefined,
      response: undefined,
    };
    const invocation = new RunningInvocation(this, { kind, requestId, ...nothing });
    this.#running.add(invocation);
    return invocation;
  }

  closed(invocation: RunningInvocation): void {
    this.#running.delete(invocation);
    if (this.#running.size === 0) for (const listener of this.#idleListeners.splice(0)) listener();
  }

  /** Waits until no invocation runs; those that still do after `limit` milliseconds end in failure. */
  async drain(limit: number): Promise<void> {
    if (this.#running.size === 0) return;
    const timer = setTimeout(() => this.#abortAll(limit), limit);
    await new Promise<void>((resolve) => this.#idleListeners.push(resolve));
    clearTimeout(timer);
  }

  /** Makes each running invocation the last one on its connection. */
  lastOnTheirConnections(): void {
    for (const { response } of this.#running) if (response) response.shouldKeepAlive = false;
  }

  /** Writes the last lines of all that run, because the process is about to be gone. */
  abandon(exitCode: number | string | undefined): void {
    for (const invocation of this.#running) {
      invocation.abort(
        new FcrtError(
          "FCRT_PROCESS_EXITED",
          `The process exited with code ${exitCode} before the end`,
        ),
      );
      invocation.close();
    }
  }

  #abortAll(limit: number): void {
    for (const invocation of this.#running) {
      invocation.abort(
        new FcrtError(
          "FCRT_DRAIN_TIMED_OUT",
          `Expected an answer within ${limit} ms of the stop, got none`,
        ),
      );
    }
  }

  #isColdStart(kind: Kind): boolean {
    if (kind === "pre-freeze" || kind === "pre-stop") return false;
    const cold = this.#cold;
    if (kind !== "initialize") this.#cold = false;
    return cold;
  }
}
