import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { nodeVersions } from "./node-versions.ts";

test.each(nodeVersions)("Node $version runs and says so", async ({ version, path }) => {
  const { stdout } = await promisify(execFile)(path, ["--version"]);
  expect(stdout).toBe(`v${version}\n`);
});
