import { describe, expect, test } from "vitest";
import { attacks } from "./attacks.mjs";

const members = attacks.filter(({ group }) => group === "load");

describe.concurrent("load", () => {
  test.each(members)("$name breaks no promise", { timeout: 120_000 }, async ({ run }) => {
    expect((await run("quick")).faults).toEqual([]);
  });
});
