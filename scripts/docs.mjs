// The documentation as a site. Builds it; with `preview` or `dev`, also shows it on this machine.
import { join } from "node:path";
import { run } from "./processes.mjs";
import { ensureInstalled } from "./setup.mjs";
import { root } from "./workspace.mjs";

const [command = "build"] = process.argv.slice(2);
const options = { cwd: join(root, "docs") };

await ensureInstalled();
await step(process.execPath, [".vitepress/api-reference.mjs"]);
if (command !== "dev") await step("node_modules/.bin/vitepress", ["build"]);
if (command !== "build") await step("node_modules/.bin/vitepress", [command]);

async function step(program, args) {
  const { exitCode } = await run(program, args, options);
  if (exitCode !== 0) process.exit(exitCode);
}
