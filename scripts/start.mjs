import { run } from "./processes.mjs";
import { ensureBuilt, ensureInstalled } from "./setup.mjs";

await ensureInstalled();
await ensureBuilt();
const demo = await run(process.execPath, ["scripts/demo.mjs", ...process.argv.slice(2)]);
process.exitCode = demo.exitCode;
