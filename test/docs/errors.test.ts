import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("docs/errors.md explains every error code, and no other", async () => {
  const union = await codesIn("../../packages/core/src/errors.ts", /^ {2}\| "(FCRT_\w+)"/gm);
  const table = await codesIn("../../docs/errors.md", /^\| `(FCRT_\w+)`/gm);
  expect(union.length).toBeGreaterThan(10);
  expect(table).toEqual(union);
});

async function codesIn(file: string, pattern: RegExp): Promise<string[]> {
  const text = await readFile(new URL(file, import.meta.url), "utf8");
  return [...text.matchAll(pattern)].map(([, code = ""]) => code).toSorted();
}
