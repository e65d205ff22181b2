import type { IncomingMessage, ServerResponse } from "node:http";
import { FcrtError } from "../errors.ts";
import type { Environment } from "../protocol/environment.ts";
import { header } from "../protocol/headers.ts";
import type { Kind } from "../protocol/kinds.ts";
import { isRequestId } from "../protocol/request-id.ts";
import { textOf } from "./context.ts";
import { readCredentials, takeCredentials } from "./credential-headers.ts";
import type { SentCredentials } from "./credential-headers.ts";
import { DeadlineWatch } from "./deadline-watch.ts";
import type { Extension } from "./extension.ts";
import { composeHooks } from "./hooks.ts";
import type { Hooks } from "./hooks.ts";
import { onceClosed } from "./once-closed.ts";
import { PlatformRequest } from "./platform-request.ts";
import { settlesWithin } from "./promises.ts";
import { registry } from "./registry.ts";
import { RunningInvocation } from "./running-invocation.ts";
import type { InvocationHost } from "./running-invocation.ts";
import { RunningSet } from "./running-set.ts";
import { scope } from "./scope.ts";

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
  readonly markers: boolean;
  readonly environment: Environment;
  readonly answerFailure: (invocation: RunningInvocation) => void;

  readonly #keepCredentialHeaders: boolean;
  readonly #own: readonly Extension[];
  #shared: readonly Extension[] | undefined;
  #hooks: Hooks = composeHooks([]);
  readonly #running = new RunningSet<RunningInvocation>();
  readonly #deadlines = new DeadlineWatch(this.#running);
  readonly #idleListeners: (() => void)[] = [];
  #openResponses = 0;
  #cold = true;

  constructor(options: InvocationsOptions) {
    this.#own = options.extensions;
    this.markers = options.markers;
    this.environment = options.environment;
    this.answerFailure = options.answerFailure;
    this.#keepCredentialHeaders = options.keepCredentialHeaders;
  }

  /** All extensions as one: those of the process around those of this runtime. */
  get hooks(): Hooks {
    if (this.#shared !== registry.extensions) {
      this.#shared = registry.extensions;
      this.#hooks = composeHooks([...this.#shared, ...this.#own]);
    }
    return this.#hooks;
  }

  /** Opens the invocation that a request asks for: reads its context, takes the credentials off, writes its Start. */
  open(kind: Kind, request: IncomingMessage, response: ServerResponse): RunningInvocation {
    const credentials = this.#credentialsOf(request);
    const { headers } = request;
    const sent = textOf(headers[header.requestId]);
    const requestId = isRequestId(sent) ? sent : crypto.randomUUID();
    const coldStart = this.#isColdStart(kind);
    const opening = { kind, requestId, coldStart, headers, credentials, request, response };
    const invocation = this.#add(new RunningInvocation(this, opening));
    this.#deadlines.watch(invocation);
    this.#openResponses += 1;
    onceClosed(request, response, () => {
      this.#openResponses -= 1;
      invocation.disconnected();
      this.#tellWhenIdle();
    });
    return invocation;
  }

  /** Opens an invocation that no request asks for: the runtime calls a hook itself. */
  openOwn(kind: Kind): RunningInvocation {
    const requestId = crypto.randomUUID();
    const nothing = { headers: {}, credentials: {}, request: undefined, response: undefined };
    return this.#add(
      new RunningInvocation(this, { kind, requestId, coldStart: false, ...nothing }),
    );
  }

  closed(invocation: RunningInvocation): void {
    this.#running.delete(invocation);
    this.#tellWhenIdle();
  }

  /**
   * Waits until every invocation has ended and its response has left; those that still run after `limit` milliseconds
   * end in failure, and have a second to say so.
   */
  async drain(limit: number): Promise<void> {
    if (this.#isIdle()) return;
    const idle = new Promise<void>((resolve) => {
      this.#idleListeners.push(resolve);
    });
    if (await settlesWithin(limit, idle)) return;
    const message = `Expected an answer within ${limit} ms of the stop, got none`;
    for (const invocation of this.#running)
      invocation.abort(new FcrtError("FCRT_DRAIN_TIMED_OUT", message));
    await settlesWithin(1000, idle);
  }

  /** Whether a response is ended and not sent whole. */
  isSending(): boolean {
    return this.#openResponses > this.#running.size;
  }

  /** Makes each running invocation the last one on its connection. */
  lastOnTheirConnections(): void {
    for (const { response } of this.#running) if (response) response.shouldKeepAlive = false;
  }

  /** Writes the last lines of all that run, because the process is about to be gone. */
  abandon(exitCode: number): void {
    const message = `The process exited with code ${exitCode} before the invocation ended`;
    for (const invocation of this.#running) {
      invocation.abort(new FcrtError("FCRT_PROCESS_EXITED", message));
      invocation.close();
    }
  }

  #credentialsOf(request: IncomingMessage): SentCredentials {
    if (request instanceof PlatformRequest) return request.credentials;
    return this.#keepCredentialHeaders ? readCredentials(request) : takeCredentials(request);
  }

  #add(invocation: RunningInvocation): RunningInvocation {
    this.#running.add(invocation);
    const { open } = this.hooks;
    if (open) scope.run(invocation, open, invocation);
    return invocation;
  }

  #isIdle(): boolean {
    return this.#running.size === 0 && this.#openResponses === 0;
  }

  #tellWhenIdle(): void {
    if (this.#isIdle()) for (const listener of this.#idleListeners.splice(0)) listener();
  }

  #isColdStart(kind: Kind): boolean {
    if (kind === "pre-freeze" || kind === "pre-stop") return false;
    const cold = this.#cold;
    if (kind !== "initialize") this.#cold = false;
    return cold;
  }
}
