import { beforeEach, expect, test, vi } from "vitest";
import type { HeaderName } from "../../packages/core/src/invocation/header-names.ts";

let first: HeaderName;
let after: (before: HeaderName, sent: string) => HeaderName;

beforeEach(async () => {
  vi.resetModules();
  const fresh = await import("../../packages/core/src/invocation/header-names.ts");
  first = fresh.firstName;
  after = fresh.nameAfter;
});

test("A name is read once, wherever it comes", () => {
  const host = after(first, "Host");
  const id = after(host, "X-Fc-Request-Id");
  expect([host.lowerCase, id.lowerCase]).toEqual(["host", "x-fc-request-id"]);
  expect(after(first, "X-Fc-Request-Id")).toBe(id);
  expect(after(id, "Host")).toBe(host);
  expect(after(first, "host")).not.toBe(host);
});

test("What came behind a name the last time is known without a search", () => {
  const host = after(first, "Host");
  expect(first.next).toBe(host);
  const id = after(first, "X-Fc-Request-Id");
  expect(first.next).toBe(id);
  after(first, "Host");
  expect(first.next).toBe(host);
});

test("A name of 64 characters is kept, a longer one is not", () => {
  const kept = after(first, "k".repeat(64));
  const long = after(first, "l".repeat(65));
  expect(after(first, "k".repeat(64))).toBe(kept);
  expect(after(first, "l".repeat(65))).not.toBe(long);
  expect(first.next).toBe(undefined);
});

test("256 names are kept, whatever strangers send", () => {
  const kept = Array.from({ length: 256 }, (_, index) => after(first, `x-stranger-${index}`));
  const more = after(first, "x-one-more");
  expect(more.lowerCase).toBe("x-one-more");
  expect(after(first, "x-one-more")).not.toBe(more);
  for (const [index, name] of kept.entries())
    expect(after(first, `x-stranger-${index}`)).toBe(name);
});
