import { settlesWithin } from "@fcrt/core/extension";
import type { Extension, Invocation } from "@fcrt/core/extension";
import { afterEach, describe, expect, test, vi } from "vitest";
import { composeHooks } from "../../packages/core/src/invocation/hooks.ts";
import { isThenable } from "../../packages/core/src/invocation/promises.ts";
import { captureStdout } from "../support/captured-stdout.ts";

const captured = captureStdout();
const invocation = { requestId: "id-1" } as Invocation;

afterEach(() => {
  vi.useRealTimers();
});

function told(): string[] {
  return captured.lines
    .map((line) => line.slice("2026-01-02T03:04:05.006 ".length))
    .filter((line) => !line.includes("    at "));
}

function recorded(): { said: string[]; extension: (name: string) => Extension } {
  const said: string[] = [];
  const extension = (name: string): Extension => ({
    open: () => void said.push(`open ${name}`),
    around: async (_invocation, next) => {
      said.push(`in ${name}`);
      await next();
      said.push(`out ${name}`);
    },
    verdict: () => void said.push(`verdict ${name}`),
    end: () => void said.push(`end ${name}`),
    stop: () => void said.push(`stop ${name}`),
  });
  return { said, extension };
}

describe("The extensions of a runtime as one", () => {
  test("have no moment that none of them has", () => {
    const { stop: _stop, ...others } = composeHooks([{}, { stop: () => {} }]);
    expect(others).toEqual({
      open: undefined,
      around: undefined,
      verdict: undefined,
      end: undefined,
    });
  });

  test("come one after the other, the first one outermost", async () => {
    const { said, extension } = recorded();
    const { open, around, verdict, end, stop } = composeHooks([extension("a"), {}, extension("b")]);
    open?.(invocation);
    expect(await around?.(invocation, () => said.push("run"))).toBe(5);
    verdict?.(invocation);
    expect(end?.(invocation)).toBeUndefined();
    expect(await stop()).toBeUndefined();
    expect(said.join()).toBe(
      "open a,open b,in a,in b,run,out b,out a,verdict a,verdict b,end a,end b,stop a,stop b",
    );
    expect(told()).toEqual([]);
  });

  test("are called as methods of theirs, with the invocation", async () => {
    const said: unknown[] = [];
    class Own implements Extension {
      readonly name = "own";
      open(given: Invocation): void {
        said.push(this.name, given);
      }
      async around(given: Invocation, next: () => Promise<void>): Promise<void> {
        said.push(this.name, given);
        await next();
      }
      verdict(given: Invocation): void {
        said.push(this.name, given);
      }
      end(given: Invocation): void {
        said.push(this.name, given);
      }
      stop(): void {
        said.push(this.name);
      }
    }
    const { open, around, verdict, end, stop } = composeHooks([new Own()]);
    open?.(invocation);
    await around?.(invocation, () => {});
    verdict?.(invocation);
    void end?.(invocation);
    await stop();
    expect(said).toEqual([
      ...["open", "around", "verdict", "end"].flatMap(() => ["own", invocation]),
      "own",
    ]);
  });

  test("throw nothing outward: it is told, and the next one is asked", async () => {
    const fail = (): never => {
      throw "broken";
    };
    const { said, extension } = recorded();
    const hooks = composeHooks([
      { open: fail, verdict: fail, end: fail, stop: fail },
      extension("b"),
    ]);
    hooks.open?.(invocation);
    hooks.verdict?.(invocation);
    expect(hooks.end?.(invocation)).toBeUndefined();
    await hooks.stop();

    expect(said).toEqual(["open b", "verdict b", "end b", "stop b"]);
    expect(told()).toEqual([
      "id-1 [ERROR] broken",
      "id-1 [ERROR] broken",
      "id-1 [ERROR] broken",
      "- [ERROR] broken",
    ]);
  });
});

describe("An around", () => {
  const through: Extension = { around: async (_invocation, next) => next() };

  test("hands on what the handler gives, at once or later", async () => {
    const { around } = composeHooks([through]);
    expect(await around?.(invocation, () => 7)).toBe(7);
    expect(await around?.(invocation, async () => 8)).toBe(8);
  });

  test("that swallows what the handler throws does not make it a success", async () => {
    const swallow: Extension = { around: async (_invocation, next) => next().catch(() => {}) };
    const { around } = composeHooks([through, swallow]);
    await expect(
      around?.(invocation, () => {
        throw new Error("broken");
      }),
    ).rejects.toThrow("broken");
    await expect(
      around?.(invocation, async () => {
        throw undefined;
      }),
    ).rejects.toBeUndefined();
  });

  test("sees what the handler throws", async () => {
    const seen: unknown[] = [];
    const { around } = composeHooks([
      {
        around: async (_invocation, next) =>
          next().catch((error: unknown) => void seen.push(error)),
      },
    ]);
    await expect(
      around?.(invocation, async () => {
        throw "broken";
      }),
    ).rejects.toBe("broken");
    expect(seen).toEqual(["broken"]);
  });

  test("that does not call the handler gives nothing", async () => {
    const { around } = composeHooks([{ around: async () => {} }]);
    expect(await around?.(invocation, () => 7)).toBeUndefined();
  });

  test("that throws of its own fails the invocation", async () => {
    const { around } = composeHooks([
      {
        around: async () => {
          throw "own";
        },
      },
    ]);
    await expect(around?.(invocation, () => 7)).rejects.toBe("own");
  });

  test("that gives no promise is waited for as it is", async () => {
    const { around } = composeHooks([{ around: () => undefined as unknown as Promise<void> }]);
    expect(await around?.(invocation, () => 7)).toBeUndefined();
  });
});

describe.each(["end", "stop"] as const)("What %s waits for", (moment) => {
  const id = moment === "end" ? "id-1" : "-";

  async function settled(...promises: (PromiseLike<void> | undefined)[]): Promise<boolean> {
    const hooks = composeHooks(
      promises.map((promise): Extension => ({ [moment]: () => promise as Promise<void> })),
    );
    let isSettled = false;
    void (moment === "end" ? hooks.end?.(invocation) : hooks.stop())?.then((value) => {
      expect(value).toBeUndefined();
      isSettled = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    return new Promise((resolve) => {
      check = () => isSettled;
      resolve(isSettled);
    });
  }
  let check = (): boolean => false;

  test("are all of its promises", async () => {
    vi.useFakeTimers();
    const first = deferred();
    const second = deferred();
    expect(await settled(undefined, first.promise, second.promise)).toBe(false);
    second.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(check()).toBe(false);
    first.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(check()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(told()).toEqual([]);
  });

  test("may fail, which is told", async () => {
    vi.useFakeTimers();
    expect(await settled(Promise.reject("broken"), Promise.resolve())).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(told()).toEqual([`${id} [ERROR] broken`]);
  });

  test("may be thenables of any kind", async () => {
    vi.useFakeTimers();
    const broken = withThen(() => {
      throw "broken";
    }) as unknown as PromiseLike<void>;
    expect(await settled(broken)).toBe(true);
    expect(told()).toEqual([`${id} [ERROR] broken`]);
  });

  test("has five seconds at most", async () => {
    vi.useFakeTimers();
    expect(await settled(new Promise(() => {}))).toBe(false);
    await vi.advanceTimersByTimeAsync(4999);
    expect(check()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(check()).toBe(true);
    expect(told()).toEqual([
      `${id} [WARN] An extension's ${moment} took over 5000 ms and was not waited for`,
    ]);
  });
});

describe("A wait with a bound", () => {
  test("tells whether the promise was fulfilled in time, and leaves no timer", async () => {
    vi.useFakeTimers();
    expect(await settlesWithin(10, Promise.resolve())).toBe(true);
    await expect(settlesWithin(10, Promise.reject("broken"))).rejects.toBe("broken");
    expect(vi.getTimerCount()).toBe(0);

    const late = settlesWithin(10, new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(10);
    expect(await late).toBe(false);
  });
});

test.each([
  [Promise.resolve(), true],
  [withThen(() => {}), true],
  [withThen(1), false],
  [{}, false],
  [null, false],
  [undefined, false],
  [
    Object.assign(
      () => {},
      withThen(() => {}),
    ),
    false,
  ],
  ["then", false],
])("%j is to be waited for: %s", (value, thenable) => {
  expect(isThenable(value)).toBe(thenable);
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function withThen(then: unknown): object {
  return Object.fromEntries(new Map().set("then", then));
}
