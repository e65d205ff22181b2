import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rules } from "../../packages/cli/src/rules/rules.ts";
import { fcrt, fixtures, rulesIn } from "../cli/fcrt.ts";
import type { Run, RunOptions } from "../cli/fcrt.ts";

const ways = `--event {"name":"you"} --error-event {"name":"you","fail":true} --http / --http /stream --error-http /fail`;

// Rules that wait longest take half a minute.
const patience = 120_000;

async function check(fixture: string, flags: string[], options?: RunOptions): Promise<Run> {
  return fcrt(
    ["check", "--slow", "--reporter", "json", ...ways.split(" "), ...flags, "--", "node", fixture],
    options,
  );
}

test(
  "a runtime that keeps the contract passes every rule, and none is skipped",
  async () => {
    const run = await check("keeping.mjs", []);

    expect(rulesIn(run).filter(({ result }) => result !== "passed")).toEqual([]);
    expect(rulesIn(run).map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    expect(run.code).toBe(0);
  },
  patience,
);

test(
  "invocations meet at once also on a machine that is short of time: 30 checks beside each other",
  async ({ onTestFinished }) => {
    const id = "FC-CONCURRENCY-003";
    const runs = await Promise.all(
      Array.from({ length: 30 }, async () =>
        check(`${id}.mjs`, ["--only", id], { stopWith: onTestFinished }),
      ),
    );

    expect(runs.flatMap(rulesIn).map(({ result }) => result)).toEqual(Array(30).fill("failed"));
  },
  patience,
);

test("ids are unique and say the family", () => {
  const ids = rules.map(({ id }) => id);

  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, family } of rules) {
    const words = family.toUpperCase().split(/[- ]/);
    expect(words).toContain(/^FC-([A-Z]+)-\d{3}$/.exec(id)?.[1]);
  }
});

describe.concurrent.each(rules)("$id", ({ id, severity }) => {
  test(
    "fails on a runtime that breaks it, and tells what it saw",
    async ({ onTestFinished }) => {
      const fixture = `${id}.mjs`;
      expect(existsSync(join(fixtures, fixture)), `a fixture ${fixture}`).toBe(true);

      const once = async (): Promise<Run> =>
        check(fixture, ["--only", id], { stopWith: onTestFinished });
      let run = await once();
      // One listens on the platform's own port, which somebody else on this machine may have for a while.
      while (run.stderr.includes("EADDRINUSE")) run = await once();

      expect(rulesIn(run)).toMatchObject([{ id, result: "failed" }]);
      expect(rulesIn(run)[0]?.seen).not.toBe("");
      expect(run.code).toBe(severity === "must" ? 1 : 0);
    },
    patience,
  );
});
