import { formatLine, noRequestId, now, writeStdout } from "@fcrt/core/extension";

const minute = 60_000;

/** Says on stdout what goes wrong with the export: each kind of complaint at most once a minute. */
export class Complaints {
  #failedAt = -Infinity;
  #droppedAt = -Infinity;
  #dropped = 0;
  #reason = "";

  /** An export failed, and its spans are kept. */
  failed(reason: string): void {
    if (performance.now() - this.#failedAt < minute) return;
    this.#failedAt = performance.now();
    warn(`Spans could not be exported and are kept: ${reason}`);
  }

  /** Spans are lost. */
  dropped(count: number, reason: string): void {
    this.#dropped += count;
    this.#reason = reason;
    if (performance.now() - this.#droppedAt < minute) return;
    this.#droppedAt = performance.now();
    this.close();
  }

  /** The runtime stops with spans that have not arrived. */
  left(count: number): void {
    warn(`${count} spans were not exported before the stop`);
  }

  /** Says what was counted and not yet said. */
  close(): void {
    if (this.#dropped === 0) return;
    warn(`Dropped ${this.#dropped} spans: ${this.#reason}`);
    this.#dropped = 0;
  }
}

/** Writes a WARN line of this package's own. */
export function warn(message: string): void {
  writeStdout(formatLine(now(), noRequestId, "WARN", message));
}
