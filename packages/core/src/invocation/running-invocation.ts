import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { now, uptime } from "../clock.ts";
import { FcrtError, isInputError } from "../errors.ts";
import { writeStdout } from "../output/stdout.ts";
import type { Environment } from "../protocol/environment.ts";
import type { Kind } from "../protocol/kinds.ts";
import { endMarker, startMarker } from "../protocol/markers.ts";
import { success } from "../protocol/outcome.ts";
import type { FailureKind, Outcome } from "../protocol/outcome.ts";
import { Context } from "./context.ts";
import type { SentCredentials } from "./credential-headers.ts";
import type { Invocation } from "./extension.ts";
import type { Hooks } from "./hooks.ts";
import { writeError, writeLine } from "./lines.ts";
import { isThenable } from "./promises.ts";
import { scope } from "./scope.ts";

/** What an invocation shares with the others of its runtime. */
export interface InvocationHost {
  readonly hooks: Hooks;
  readonly markers: boolean;
  readonly environment: Environment;
  /** Answers an invocation that has failed, as far as its response still can, and ends it. */
  answerFailure(invocation: RunningInvocation): void;
  /** Called once, after the End marker. */
  closed(invocation: RunningInvocation): void;
}

/** What the request says of an invocation before it is one. */
export interface Opening {
  readonly kind: Kind;
  readonly requestId: string;
  readonly coldStart: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly credentials: SentCredentials;
  readonly request: IncomingMessage | undefined;
  readonly response: ServerResponse | undefined;
}

type Moment = "run" | "verdict" | "end" | "closed";

/** One invocation on its way: open (the constructor), run, verdict, end. Each moment passes once. */
export class RunningInvocation implements Invocation {
  readonly kind: Kind;
  readonly requestId: string;
  readonly coldStart: boolean;
  readonly openedAt: number = now();
  readonly due: number;
  readonly context: Context;
  readonly request: IncomingMessage | undefined;
  readonly response: ServerResponse | undefined;
  /** Where it stands among those that run. */
  place = 0;
  /** Called once, after the End marker: a process that exits leaves no time for a promise. */
  onClosed: (() => void) | undefined;

  readonly #host: InvocationHost;
  #moment: Moment = "run";
  #outcome: Outcome = success;
  #controller: AbortController | undefined;
  #abortReason: unknown;

  constructor(host: InvocationHost, opening: Opening) {
    this.#host = host;
    this.kind = opening.kind;
    this.requestId = opening.requestId;
    this.coldStart = opening.coldStart;
    this.request = opening.request;
    this.response = opening.response;
    this.context = new Context(this, opening.headers, opening.credentials, host.environment);
    this.due = uptime() + (this.context.deadline ?? Infinity) - this.openedAt;
    if (host.markers) writeStdout(`${startMarker(this.kind, this.requestId)}\n`);
  }

  get outcome(): Outcome {
    return this.#outcome;
  }

  get ended(): boolean {
    return this.#moment === "closed";
  }

  /** Whether the outcome is told, or about to be told: the response has its status. */
  get decided(): boolean {
    return this.#moment !== "run";
  }

  /** Whether it was ended from outside, so that its handler may still run. */
  get aborted(): boolean {
    return this.#abortReason !== undefined;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    return this.#controller.signal;
  }

  fail(reason: unknown): void {
    this.#record("handled", reason);
  }

  /** Runs the handler in the scope and hands its value on; what it throws or rejects with ends the invocation. */
  run(handler: () => unknown, answer: (value: unknown) => void): void {
    const { around } = this.#host.hooks;
    scope.run(this, () => {
      try {
        const value = around ? around(this, handler) : handler();
        if (isThenable(value)) value.then(answer, (error: unknown) => this.threw(error));
        else answer(value);
      } catch (error) {
        this.threw(error);
      }
    });
  }

  /** The handler threw, or what it gave cannot be answered with. */
  threw(error: unknown): void {
    this.#record(isInputError(error) ? "handled" : "unhandled", error);
    this.#answerFailure();
  }

  /** Ends in failure now, whatever the handler still does: a crash, a deadline, a drain that took too long. */
  abort(reason: unknown): void {
    this.#record("unhandled", reason);
    scope.run(this, () => {
      this.#abortSignal(reason);
      this.#answerFailure();
    });
  }

  /** The deadline is here and the answer is not. */
  passDeadline(): void {
    const allowed = (this.context.deadline ?? Infinity) - this.openedAt;
    this.abort(
      new FcrtError("FCRT_DEADLINE_PASSED", `Expected an answer within ${allowed} ms, got none`),
    );
  }

  /** The connection is gone. Before the verdict nobody learns the outcome: a failure; after it the verdict stands. */
  disconnected(): void {
    if (this.#moment === "end" || this.#moment === "closed") return;
    const reason = new FcrtError(
      "FCRT_CLIENT_DISCONNECTED",
      "The client disconnected before the response was complete",
    );
    if (this.decided) {
      writeLine("WARN", reason.message, this.requestId);
      scope.run(this, () => this.#abortSignal(reason));
      void this.end();
    } else {
      this.abort(reason);
    }
  }

  /** The verdict: the outcome that StatusCode and `x-fc-status` tell. Decided at the first call. */
  decide(): Outcome {
    if (this.#moment === "run") {
      this.#host.hooks.verdict?.(this);
      this.#moment = "verdict";
    }
    return this.#outcome;
  }

  /** Takes a verdict back that could not be sent. */
  reopen(outcome: Outcome): void {
    if (this.#moment !== "verdict") return;
    this.#moment = "run";
    this.#outcome = outcome;
  }

  /**
   * The end: extensions, error lines, End marker. A promise only when an extension makes it wait, or what is to come
   * before it.
   */
  end(before?: Promise<void>): Promise<void> | undefined {
    if (this.#moment === "end" || this.#moment === "closed") return undefined;
    this.decide();
    this.#moment = "end";
    const { hooks } = this.#host;
    const pending = before ? before.then(() => hooks.end?.(this)) : hooks.end?.(this);
    if (pending) return pending.then(() => this.close());
    this.close();
    return undefined;
  }

  /** Writes the last lines without waiting for anything. */
  close(): void {
    if (this.#moment === "closed") return;
    this.#moment = "closed";
    const outcome = this.#outcome;
    const failure = outcome.status === "failure" ? outcome : undefined;
    if (failure) this.#tell(failure.reason);
    if (this.#host.markers) writeStdout(`${endMarker(this.kind, this.requestId, failure?.kind)}\n`);
    this.#host.closed(this);
    this.onClosed?.();
  }

  // The first failure gives the reason, unless a handled one is followed by an unhandled one. The others are told too,
  // but what the code said and then throws is the one that it handled.
  #record(kind: FailureKind, reason: unknown): void {
    const earlier = this.#outcome;
    if (this.ended) this.#tell(reason);
    else if (earlier.status === "success") this.#outcome = { status: "failure", kind, reason };
    else if (reason === earlier.reason) return;
    else if (earlier.kind === "handled" && kind === "unhandled") {
      this.#tell(earlier.reason);
      this.#outcome = { status: "failure", kind, reason };
    } else this.#tell(reason);
  }

  #tell(reason: unknown): void {
    writeError(reason, this.requestId, this.context.credentials);
  }

  // Once the end has begun the response is on its way: there is nothing left to answer.
  #answerFailure(): void {
    if (this.#moment === "run" || this.#moment === "verdict") this.#host.answerFailure(this);
  }

  #abortSignal(reason: unknown): void {
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }
}
