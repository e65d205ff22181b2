// The tests that take minutes and are not part of `npm test`; with arguments, only the suites that they name.
import { run } from "./processes.mjs";
import { ensureBuilt, ensureInstalled } from "./setup.mjs";

const names = process.argv.slice(2);
const projects = names.length > 0 ? names.map((name) => `--project=${name}`) : ["--project=!main"];

await ensureInstalled();
await ensureBuilt();
const { exitCode } = await run("vitest", ["run", ...projects]);
process.exitCode = exitCode;
