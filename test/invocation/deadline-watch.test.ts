import { afterEach, describe, expect, test, vi } from "vitest";
import { uptime } from "../../packages/core/src/clock.ts";
import { DeadlineWatch } from "../../packages/core/src/invocation/deadline-watch.ts";
import type { RunningInvocation } from "../../packages/core/src/invocation/running-invocation.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("A deadline", () => {
  interface Watched {
    due: number;
    passed: Promise<void>;
    passDeadline(): void;
  }

  function watched(due: number): Watched {
    let passDeadline = (): void => {};
    const passed = new Promise<void>((resolve) => {
      passDeadline = resolve;
    });
    return { due, passed, passDeadline: () => passDeadline() };
  }

  function watchOf(...invocations: Watched[]): DeadlineWatch {
    return new DeadlineWatch(new Set(invocations) as unknown as ReadonlySet<RunningInvocation>);
  }

  function watch(deadlines: DeadlineWatch, invocation: Watched): void {
    deadlines.watch(invocation as unknown as RunningInvocation);
  }

  test("ends each invocation at its own time, the earlier one first, however they came", async () => {
    const late = watched(uptime() + 40);
    const early = watched(uptime() + 5);
    const order: string[] = [];
    void late.passed.then(() => order.push("late"));
    void early.passed.then(() => order.push("early"));
    const deadlines = watchOf(early, late);
    watch(deadlines, late);
    watch(deadlines, early);
    await Promise.all([late.passed, early.passed]);
    expect(order).toEqual(["early", "late"]);
    expect(uptime()).toBeGreaterThanOrEqual(late.due - 1);
  });

  test("that has passed is noticed too", async () => {
    const invocation = watched(uptime() - 100);
    watch(watchOf(invocation), invocation);
    await expect(invocation.passed).resolves.toBeUndefined();
  });

  test("asks for one timer, which keeps no process running, and for none where there is none", () => {
    vi.useFakeTimers();
    const deadlines = watchOf();
    watch(deadlines, watched(Infinity));
    expect(vi.getTimerCount()).toBe(0);
    for (const due of [3000, 2000, 4000, 2000]) watch(deadlines, watched(uptime() + due));
    expect(vi.getTimerCount()).toBe(1);
  });

  test("that is further away than a timer reaches is waited for all the same", () => {
    const delays: unknown[] = [];
    const unref = vi.fn<() => void>();
    vi.stubGlobal("setTimeout", (_check: unknown, delay: unknown) => {
      delays.push(delay);
      return { unref };
    });
    try {
      const year = 365 * 24 * 3600 * 1000;
      watch(watchOf(), watched(uptime() + year));
    } finally {
      vi.unstubAllGlobals();
    }
    expect(delays).toEqual([2 ** 31 - 1]);
    expect(unref).toHaveBeenCalledOnce();
  });
});
