import { describe, expect, test } from "vitest";
import { fcrt, rulesIn } from "../cli/fcrt.ts";
import { applications, environment, flagsOf, folder } from "./applications.ts";

// A check mostly waits, but not where the machine has much else to do.
const patience = 280_000;

const ways = ["/", "/report", "/events", "/static/hello.txt"].flatMap((path) => ["--http", path]);

const cannot =
  /takes no event|has no initializer|has no such hook|takes half a minute|before it has got the whole request/;

describe.concurrent("an application that is started with `register` keeps the contract", () => {
  test.for(applications)(
    "$file with $register",
    { timeout: patience },
    async (application, { onTestFinished: stopWith }) => {
      const { file, breaks = [] } = application;
      const command = ["node", ...flagsOf(application), file];
      const args = ["check", "--reporter", "json", ...ways, "--error-http", "/fail"];
      const run = await fcrt([...args, "--", ...command], {
        cwd: folder,
        env: environment,
        stopWith,
      });

      const failed = rulesIn(run).filter(({ result }) => result === "failed");
      const unexpected = failed.filter(
        ({ id, severity }) => severity === "must" || !breaks.includes(id),
      );
      expect(unexpected).toEqual([]);
      for (const { reason } of rulesIn(run).filter(({ result }) => result === "skipped"))
        expect(reason).toMatch(cannot);
      expect(run.code).toBe(0);
    },
  );
});
