import { expect, test } from "vitest";
import { invoke } from "../support/platform-request.ts";
import { endOf, linesOf, send, serving, withId } from "./program.ts";

test("an error that quotes a million line breaks ends its invocation, in a few times their room", async () => {
  const child = await serving("strangers-text.mjs");
  const request = withId("breaks", invoke("\n".repeat(1_000_000)));

  expect(await send(child, request)).toMatchObject({ status: 404 });
  await child.line(endOf("breaks", "Unhandled"));
  expect(child.stdout.length).toBeLessThan(4_000_000);
  expect(linesOf(child, "breaks")).toHaveLength(child.lines.length - 1);
});

test("an event of line breaks that is not JSON fails, in an instance with little memory, too", async () => {
  const child = await serving("strangers-text.mjs", { nodeOptions: ["--max-old-space-size=64"] });
  const request = withId("breaks", invoke(`${"\n".repeat(30_000_000)}x`, { "x-as": "json" }));

  expect(await send(child, request)).toMatchObject({
    status: 404,
    body: expect.stringContaining("got `x` at line 30000001, column 1 (offset 30000000"),
  });
  expect(linesOf(child, "breaks").at(-1)).toBe(endOf("breaks", "Handled"));
});
