import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import { fcrt, rulesIn } from "../cli/fcrt.ts";

const folder = fileURLToPath(new URL("../fixtures/runtimes/", import.meta.url));

describe.concurrent(
  "of runtimes that are written elsewhere it names what is wrong, and nothing else",
  { timeout: 90_000 },
  () => {
    test("an Express application of a beginner", async (context) => {
      const ways = ["--http", "/", "--error-http", "/users/9"];
      const broken = await brokenBy(["node", "beginner.cjs"], ways, context);

      expect(broken).toEqual([
        "FC-STATUS-002",
        "FC-STATUS-004",
        "FC-STATUS-006",
        "FC-MARKERS-001",
        "FC-MARKERS-002",
        "FC-LINES-001",
        "FC-LINES-006",
        "FC-HTTP-001",
        "FC-LIFECYCLE-003",
        "FC-LIFECYCLE-006",
        "FC-SECURITY-007",
      ]);
    });

    test("a plain Flask application, which has routes for the platform's calls", async (context) => {
      const python = ["/usr/bin/python3", "python3"].find((each) =>
        runs(each, "-c", "import flask"),
      );
      if (!python) return context.skip("python3-flask is not installed");
      const events = ["--event", '{"order":1}', "--error-event", '{"order":9}'];
      const ways = [...events, "--http", "/", "--error-http", "/orders/9"];
      // Without `-u` Python keeps what it prints until 8 KB have come together.
      const broken = await brokenBy([python, "-u", "application.py"], ways, context);

      expect(broken).toEqual([
        "FC-DISPATCH-001",
        "FC-DISPATCH-006",
        "FC-STATUS-002",
        "FC-STATUS-003",
        "FC-STATUS-004",
        "FC-STATUS-005",
        "FC-STATUS-006",
        "FC-STATUS-007",
        "FC-MARKERS-001",
        "FC-MARKERS-002",
        "FC-MARKERS-008",
        "FC-LINES-001",
        "FC-LINES-006",
        "FC-HTTP-001",
        "FC-LIFECYCLE-003",
        "FC-SECURITY-006",
      ]);
    });

    test("a C++ runtime with one thread, which tells of successes only", async (context) => {
      if (!runs("c++", "--version")) return context.skip("there is no C++ compiler");
      const place = mkdtempSync(join(tmpdir(), "fcrt-runtime-"));
      context.onTestFinished(() => rmSync(place, { recursive: true }));
      const program = join(place, "one-thread");
      expect(runs("c++", "-o", program, join(folder, "one-thread.cpp"))).toBe(true);
      const ways = ["--event", '{"order":1}', "--error-event", '{"fail":9}'];
      const broken = await brokenBy([program], ways, context);

      expect(broken).toEqual([
        "FC-STATUS-004",
        "FC-STATUS-005",
        "FC-MARKERS-002",
        "FC-MARKERS-008",
        "FC-MARKERS-010",
        "FC-LINES-003",
        "FC-LINES-005",
        "FC-LINES-008",
        "FC-CONCURRENCY-004",
        "FC-HTTP-001",
        "FC-LIFECYCLE-003",
        "FC-SECURITY-004",
      ]);
    });
  },
);

async function brokenBy(
  command: readonly string[],
  ways: readonly string[],
  { onTestFinished: stopWith }: TestContext,
): Promise<string[]> {
  const args = ["check", "--reporter", "json", ...ways, "--", ...command];
  const rules = rulesIn(await fcrt(args, { cwd: folder, stopWith }));
  return rules.filter(({ result }) => result === "failed").map(({ id }) => id);
}

function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}
