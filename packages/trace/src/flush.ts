import { settlesWithin } from "@fcrt/core/extension";
import type { Invocation } from "@fcrt/core/extension";
import type { Settings } from "./options.ts";

/** Sends what is held: whether it arrived, or `undefined` when there was nothing. */
export type Send = () => Promise<boolean | undefined>;

// Less than what core waits for an extension.
const longestFlush = 3000;
const patience = 3;
const shortestPause = 1000;
const longestPause = 30_000;

/**
 * When spans are sent, and how long an invocation waits for it. After three failures in a row, late answers included,
 * no invocation waits until the collector answers in time. After three that it did not take, none sends either: a
 * probe does, again and again.
 */
export class Flush {
  readonly #send: Send;
  readonly #mode: Settings["flush"];
  readonly #timeout: number;
  #sending: ReturnType<Send> | undefined;
  #noted: Promise<void> = Promise.resolve();
  #late = 0;
  #failed = 0;
  #failedAt = 0;
  #pause = shortestPause;
  #probe: NodeJS.Timeout | undefined;
  #probeAt = 0;

  constructor(send: Send, { flush, flushTimeout }: Settings) {
    this.#send = send;
    this.#mode = flush;
    this.#timeout = flushTimeout;
  }

  /** What was kept goes with the next invocation. */
  atOpen(): void {
    if (this.#mode === "background") void this.#sendUnlessFailing();
  }

  /**
   * What an invocation waits for at its end, if spans of its own are to be sent: at most `flushTimeout`, and a tenth of
   * the time that it has left.
   */
  atEnd({ kind, context }: Invocation, hasSpans: boolean): Promise<void> | undefined {
    if (kind === "pre-freeze" || kind === "pre-stop") return this.now();
    if (!hasSpans || this.#mode === "lifecycle") return undefined;
    const sending = this.#sendUnlessFailing();
    if (!sending || this.#mode === "background" || !this.#isPatient()) return undefined;
    return this.#wait(sending, Math.min(this.#timeout, context.remainingTime() / 10));
  }

  /** The instance is about to freeze or stop. */
  async now(): Promise<void> {
    const sending = this.#sendAndNote();
    const limit = this.#isPatient() ? longestFlush : this.#timeout;
    // A stop comes here twice when the runtime has a hook of its own before it.
    if (!(await settlesWithin(limit, sending))) this.#late = patience;
  }

  async #wait(sending: Promise<unknown>, limit: number): Promise<void> {
    const began = performance.now();
    const isInTime = await settlesWithin(limit, sending);
    if (!isInTime && this.#counts(began)) this.#late += 1;
  }

  #sendUnlessFailing(): Promise<void> | undefined {
    // Timers do not run while an instance is frozen, so a probe can be due without having been sent.
    const isProbed = this.#failed >= patience && performance.now() < this.#probeAt;
    return isProbed ? undefined : this.#sendAndNote();
  }

  // One note for all that wait for the same export.
  #sendAndNote(): Promise<void> {
    const sending = this.#send();
    if (sending !== this.#sending) {
      this.#sending = sending;
      this.#noted = this.#note(sending);
    }
    return this.#noted;
  }

  async #note(sending: ReturnType<Send>): Promise<void> {
    const began = performance.now();
    const delivered = await sending;
    if (delivered === false && this.#counts(began)) {
      this.#failed += 1;
      this.#probeLater();
    }
    if (delivered) this.#answered(performance.now() - began);
  }

  #answered(after: number): void {
    this.#failed = 0;
    this.#pause = shortestPause;
    clearTimeout(this.#probe);
    if (after <= this.#timeout) this.#late = 0;
  }

  // Of those that failed together, one counts.
  #counts(began: number): boolean {
    if (began < this.#failedAt) return false;
    this.#failedAt = performance.now();
    return true;
  }

  #probeLater(): void {
    this.#probeAt = performance.now() + this.#pause;
    clearTimeout(this.#probe);
    this.#probe = setTimeout(() => void this.#sendAndNote(), this.#pause).unref();
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }

  #isPatient(): boolean {
    return this.#late + this.#failed < patience;
  }
}
