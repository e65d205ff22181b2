import type { RunningInvocation } from "./running-invocation.ts";

const longestTimer = 2 ** 31 - 1;

/**
 * Ends invocations whose deadline passes. One timer for all, set to the earliest: the invocations of a function have
 * the same timeout, so nearly none needs a timer of its own.
 */
export class DeadlineWatch {
  readonly #running: ReadonlySet<RunningInvocation>;
  #timer: NodeJS.Timeout | undefined;
  #next = Infinity;

  constructor(running: ReadonlySet<RunningInvocation>) {
    this.#running = running;
  }

  watch({ context }: RunningInvocation): void {
    const { deadline = Infinity } = context;
    if (deadline >= this.#next) return;
    clearTimeout(this.#timer);
    this.#next = deadline;
    const delay = Math.min(Math.max(deadline - Date.now(), 1), longestTimer);
    this.#timer = setTimeout(() => this.#check(), delay).unref();
  }

  #check(): void {
    this.#next = Infinity;
    const now = Date.now();
    for (const invocation of this.#running) {
      if ((invocation.context.deadline ?? Infinity) <= now) invocation.passDeadline();
      else this.watch(invocation);
    }
  }
}
