import type { Credentials } from "@fcrt/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";

/** What an export needs to know of the invocation that a span belongs to. */
export interface Origin {
  readonly requestId: string;
  readonly credentials: Credentials;
  /** Where the platform wants the spans of this function to go, if it says. */
  readonly endpoint: string | undefined;
}

/** A span that has ended, on its way out. */
export interface EndedSpan {
  readonly span: ReadableSpan;
  /** `undefined` for a span outside of any invocation. */
  readonly origin: Origin | undefined;
}

/** Where spans go. */
export type Exporter = LocalExporter | RemoteExporter;

/** One that is done when its call returns. */
export interface LocalExporter {
  write(batch: readonly EndedSpan[]): void;
}

/** One that has to be waited for. */
export interface RemoteExporter {
  /**
   * Settles when the collector has answered for the batch.
   *
   * @throws ExportError
   */
  export(batch: readonly EndedSpan[]): Promise<void>;
  /** The runtime stops; the process may go on, and with it the exporter. */
  finish?(): Promise<void>;
}

/** Why a batch did not arrive. The message holds no credential. */
export class ExportError extends Error {
  /** Whether the batch is worth another attempt. */
  readonly keep: boolean;
  /** How many milliseconds the collector wants to be left alone; 0 when it did not say. */
  readonly retryAfter: number;

  constructor(message: string, { keep, retryAfter = 0 }: { keep: boolean; retryAfter?: number }) {
    super(message);
    this.keep = keep;
    this.retryAfter = retryAfter;
  }
}
