import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fcrt, rulesIn } from "./fcrt.ts";

/** An example, how it succeeds and fails, and why rules are skipped that ask for what it has not. */
interface Example {
  readonly name: string;
  readonly ways: readonly string[];
  readonly command: readonly string[];
  readonly cannot: RegExp;
}

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));

const examples: readonly Example[] = [
  {
    name: "hello",
    ways: ["--event", '{"name":"you"}', "--error-event", "{}", "--http", "/"],
    command: ["node", "index.js"],
    cannot: /sets no cookie|with a stream of events/,
  },
  {
    name: "existing-express",
    ways: ["--http", "/", "--error-http", "/orders/9"],
    command: startCommandOf("existing-express"),
    cannot:
      /takes no event|has no initializer|has no such hook|sets no cookie|with a stream of events/,
  },
];

describe.concurrent("the examples of this repository", () => {
  test.for(examples)(
    "$name keeps every rule, and skips those alone that ask for what it has not",
    { timeout: 120_000 },
    async ({ name, ways, command, cannot }, { onTestFinished }) => {
      const args = ["check", "--slow", "--reporter", "json", ...ways, "--", ...command];
      const run = await fcrt(args, { cwd: folder + name, stopWith: onTestFinished });

      const rules = rulesIn(run);
      expect(rules.filter(({ result }) => result === "failed")).toEqual([]);
      for (const { reason } of rules.filter(({ result }) => result === "skipped"))
        expect(reason).toMatch(cannot);
      expect(run.code).toBe(0);
    },
  );
});

// `npm start` itself puts a shell between the signal and the program: see FC-LIFECYCLE-003.
function startCommandOf(name: string): string[] {
  const manifest = JSON.parse(readFileSync(`${folder}${name}/package.json`, "utf8")) as {
    readonly scripts: { readonly start: string };
  };
  return manifest.scripts.start.replace(/^exec /, "").split(" ");
}
