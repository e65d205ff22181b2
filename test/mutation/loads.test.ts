import { expect, test } from "vitest";

// A mutant that a module cannot even be loaded with ends a file of tests before its first one.
test.each([
  ["@fcrt/core", () => import("@fcrt/core")],
  ["@fcrt/core/extension", () => import("@fcrt/core/extension")],
  ["@fcrt/core/protocol", () => import("@fcrt/core/protocol")],
])("%s can be loaded", async (_name, load) => {
  expect(await load()).toBeDefined();
});
