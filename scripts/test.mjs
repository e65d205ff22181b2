// The whole gate; with arguments, only the tests that they select, on a fresh build.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./processes.mjs";
import { ensureBuilt, ensureInstalled } from "./setup.mjs";
import { cache } from "./workspace.mjs";

/** Lanes run side by side, the steps of a lane one after the other. */
const lanes = [
  [
    { name: "format", command: "oxfmt", args: ["--check"] },
    { name: "lint", command: "oxlint", args: [] },
    { name: "types", command: "tsc", args: [] },
  ],
  [
    { name: "build", command: process.execPath, args: ["scripts/build.mjs"] },
    { name: "package checks", command: process.execPath, args: ["scripts/check-packages.mjs"] },
    { name: "unused code", command: "knip", args: [] },
  ],
];

const selection = process.argv.slice(2);

await ensureInstalled();
if (selection.length > 0) await ensureBuilt();
else await runChecks();
process.exitCode = await runTests();

async function runChecks() {
  const failure = new AbortController();
  const exitCodes = await Promise.all(lanes.map((steps) => runLane(steps, failure)));
  const failed = exitCodes.find((exitCode) => exitCode !== 0);
  if (failed) process.exit(failed);
}

/** Resolves to the exit code of the step that failed, or 0; a failure ends the other lane too. */
async function runLane(steps, failure) {
  for (const { name, command, args } of steps) {
    const started = performance.now();
    const { exitCode, output } = await run(command, args, {
      quiet: true,
      signal: failure.signal,
    }).catch((error) => ({ exitCode: 1, output: `${error}\n` }));
    if (failure.signal.aborted) return 0;
    report(name, exitCode, started, output);
    if (exitCode !== 0) {
      failure.abort();
      return exitCode;
    }
  }
  return 0;
}

async function runTests() {
  const started = performance.now();
  const results = join(cache, "vitest.json");
  rmSync(results, { force: true });
  console.log("\n== tests");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const tests = selection.length > 0 ? selection : ["--project=main"];
  const { exitCode } = await run("vitest", ["run", ...reporters, ...tests]);
  report("tests", exitCode, started);
  if (!existsSync(results)) return exitCode || 1;
  const { passed, failed, skipped } = tallyOf(results);
  if (passed + failed === 0) console.log("No test ran.");
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return exitCode || (passed + failed === 0 ? 1 : 0);
}

/** A test file that could not be loaded counts as one failed test. */
function tallyOf(path) {
  const results = JSON.parse(readFileSync(path, "utf8"));
  const broken = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

function report(name, exitCode, started, output = "") {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const verdict = exitCode === 0 ? "" : `, failed with exit code ${exitCode}`;
  console.log(`\n== ${name}: ${seconds} s${verdict}`);
  if (output) process.stdout.write(output);
}
