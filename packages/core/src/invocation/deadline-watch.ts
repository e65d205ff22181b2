import { uptime } from "../clock.ts";
import type { RunningInvocation } from "./running-invocation.ts";

const longestTimer = 2 ** 31 - 1;

/**
 * Ends invocations whose deadline passes. One timer for all, set to the earliest: the invocations of a function have
 * the same timeout, so nearly none needs a timer of its own.
 */
export class DeadlineWatch {
  readonly #running: Iterable<RunningInvocation>;
  #timer: NodeJS.Timeout | undefined;
  #next = Infinity;

  constructor(running: Iterable<RunningInvocation>) {
    this.#running = running;
  }

  watch({ due }: RunningInvocation): void {
    if (due >= this.#next) return;
    clearTimeout(this.#timer);
    this.#next = due;
    const delay = Math.min(Math.max(due - uptime(), 1), longestTimer);
    this.#timer = setTimeout(() => this.#check(), delay).unref();
  }

  #check(): void {
    this.#next = Infinity;
    const reached = uptime();
    for (const invocation of this.#running) {
      if (invocation.due <= reached) invocation.passDeadline();
      else this.watch(invocation);
    }
  }
}
