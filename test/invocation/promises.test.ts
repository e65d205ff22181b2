import { expect, test } from "vitest";
import { nextTurn } from "../../packages/core/src/invocation/promises.ts";

test("The next turn comes when this one is over, and all that was put off to its end", async () => {
  let isOver = false;
  setImmediate(() => (isOver = true));
  await nextTurn();
  expect(isOver).toBe(true);
});
