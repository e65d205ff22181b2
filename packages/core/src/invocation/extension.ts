import type { IncomingMessage, ServerResponse } from "node:http";
import type { Kind } from "../protocol/kinds.ts";
import type { Outcome } from "../protocol/outcome.ts";
import type { Context } from "./context.ts";

/** One request of the platform, from its Start marker to its End marker. */
export interface Invocation {
  readonly kind: Kind;
  readonly requestId: string;
  readonly context: Context;
  /** When the request arrived, in epoch milliseconds. */
  readonly openedAt: number;
  /** How the invocation ended, or would end now. */
  readonly outcome: Outcome;
  /** Whether the End marker is written. */
  readonly ended: boolean;
  /** The request and its response; absent when the runtime runs `preStop` itself on a signal. */
  readonly request: IncomingMessage | undefined;
  readonly response: ServerResponse | undefined;

  /** Makes this invocation a handled failure, with an error or a sentence as its reason; the code goes on. */
  fail(reason: unknown): void;
}

/** What a package adds to each invocation, at the moments of its way. */
export interface Extension {
  /** Right after the Start marker, inside the scope. */
  open?(invocation: Invocation): void;

  /** Runs the handler inside the extension's own context: calls `next` once and hands on what it rejects with. */
  around?(invocation: Invocation, next: () => Promise<void>): Promise<void>;

  /** Just before the first byte of the response: the last chance to call `invocation.fail(reason)`. */
  verdict?(invocation: Invocation): void;

  /** Just before the last byte: waited for, at most five seconds. What it throws is logged, and harms nothing. */
  end?(invocation: Invocation): void | Promise<void>;

  /** The runtime stops: what is held leaves now. Waited for, at most five seconds. */
  stop?(): void | Promise<void>;
}
