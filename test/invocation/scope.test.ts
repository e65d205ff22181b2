import type { Invocation } from "@fcrt/core/extension";
import { describe, expect, test } from "vitest";
import { registry } from "../../packages/core/src/invocation/registry.ts";
import type { RunningInvocation } from "../../packages/core/src/invocation/running-invocation.ts";
import { blame, culpritOf, scope } from "../../packages/core/src/invocation/scope.ts";

describe("Who an uncaught exception belongs to", () => {
  const one = { requestId: "one" } as RunningInvocation;
  const other = { requestId: "other" } as RunningInvocation;
  const error = new Error("broken");

  test("is the scope that it is thrown in, or that it left last", () => {
    expect(culpritOf(error)).toBeUndefined();
    blame(error, one);
    expect(culpritOf(error)).toBe(one);
    expect(culpritOf(new Error("another"))).toBeUndefined();
    const seen: Invocation | undefined = scope.run(other, () => culpritOf(error));
    expect(seen).toBe(other);
  });
});

test("What is one for all copies of the package is found by its name, and empty at first", () => {
  const ofAll = (name: string): unknown => Reflect.get(globalThis, Symbol.for(`fcrt.${name}.v1`));
  expect(ofAll("scope")).toBe(scope);
  expect(ofAll("extensions")).toBe(registry);
  expect(registry.extensions).toEqual([]);
  const error = new Error("broken");
  const culprit = { requestId: "one" } as RunningInvocation;
  blame(error, culprit);
  expect(ofAll("last-throw")).toEqual({ error, culprit });
});
