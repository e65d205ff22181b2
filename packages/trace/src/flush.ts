import { settlesWithin } from "@fcrt/core/extension";
import type { Invocation } from "@fcrt/core/extension";
import type { Settings } from "./options.ts";

// Less than what core waits for an extension.
const longestFlush = 3000;
const patience = 3;
const shortestPause = 1000;
const longestPause = 30_000;

/**
 * When spans are sent, and how long an invocation waits for it. After three failures in a row no invocation waits
 * until the collector answers in time again: the spans go on being sent behind its back.
 */
export class Flush {
  readonly #send: () => Promise<boolean>;
  readonly #mode: Settings["flush"];
  readonly #timeout: number;
  #failures = 0;
  #failedAt = 0;
  #pause = shortestPause;
  #probe: NodeJS.Timeout | undefined;

  constructor(send: () => Promise<boolean>, { flush, flushTimeout }: Settings) {
    this.#send = send;
    this.#mode = flush;
    this.#timeout = flushTimeout;
  }

  /** What was kept goes with the next invocation. */
  atOpen(): void {
    if (this.#mode === "background") void this.#sendAndNote();
  }

  /**
   * What an invocation waits for at its end, if spans of its own are to be sent: at most `flushTimeout`, and a tenth of
   * the time that it has left.
   */
  atEnd({ kind, context }: Invocation, hasSpans: boolean): Promise<void> | undefined {
    if (kind === "pre-freeze" || kind === "pre-stop") return this.now();
    if (!hasSpans || this.#mode === "lifecycle") return undefined;
    const sending = this.#sendAndNote();
    if (this.#mode === "background" || this.#failures >= patience) return undefined;
    return this.#wait(sending, Math.min(this.#timeout, context.remainingTime() / 10));
  }

  /** The instance is about to freeze or stop. */
  async now(): Promise<void> {
    await settlesWithin(longestFlush, this.#send());
  }

  async #wait(sending: Promise<unknown>, limit: number): Promise<void> {
    const began = performance.now();
    // Of invocations that waited together, one counts.
    if (!(await settlesWithin(limit, sending)) && began >= this.#failedAt) this.#fail();
  }

  async #sendAndNote(): Promise<void> {
    const began = performance.now();
    clearTimeout(this.#probe);
    const delivered = await this.#send();
    if (!delivered && began >= this.#failedAt) this.#fail();
    if (delivered && performance.now() - began <= this.#timeout) this.#failures = 0;
    if (delivered) this.#pause = shortestPause;
    else this.#probeLater();
  }

  // The collector may be back before the next invocation ends.
  #probeLater(): void {
    clearTimeout(this.#probe);
    this.#probe = setTimeout(() => void this.#sendAndNote(), this.#pause).unref();
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }

  #fail(): void {
    this.#failures += 1;
    this.#failedAt = performance.now();
  }
}
