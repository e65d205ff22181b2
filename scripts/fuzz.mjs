// The properties of test/fuzz with their full numbers of cases; with arguments, only the files and tests that they name:
// `npm run fuzz -- test/fuzz/http.test.ts -t "served"`. A failure prints the command that repeats it.
import { parseArgs } from "node:util";
import { run } from "./processes.mjs";
import { ensureBuilt, ensureInstalled } from "./setup.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Of the random cases, as a failure has told it. */
    seed: { type: "string" },
    /** To the smallest case, as a failure has told it: that one alone is run. */
    path: { type: "string" },
    test: { type: "string", short: "t" },
  },
});

await ensureInstalled();
await ensureBuilt();
const files = positionals.length > 0 ? positionals : ["test/fuzz"];
const tests = values.test ? ["-t", values.test] : [];
const limits = ["--testTimeout=1800000", "--hookTimeout=60000", "--maxWorkers=1"];
const { exitCode } = await run("vitest", ["run", "--project=main", ...limits, ...files, ...tests], {
  env: {
    ...process.env,
    PATH: `node_modules/.bin:${process.env.PATH}`,
    FUZZ: "full",
    FUZZ_SEED: values.seed ?? "",
    FUZZ_PATH: values.path ?? "",
  },
});
process.exitCode = exitCode;
