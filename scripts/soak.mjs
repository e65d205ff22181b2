import { run } from "./processes.mjs";
import { ensureBuilt, ensureInstalled } from "./setup.mjs";

await ensureInstalled();
await ensureBuilt();
const { exitCode } = await run(process.execPath, ["test/soak/index.mjs", ...process.argv.slice(2)]);
process.exitCode = exitCode;
