// Changes the sources one small piece after the other, and tells each change that no test notices; with arguments, only
// of the parts that they name: `npm run mutation -- protocol line`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { judge } from "../test/mutation/judge.mjs";
import { targets } from "../test/mutation/targets.mjs";
import { run } from "./processes.mjs";
import { ensureInstalled } from "./setup.mjs";
import { root } from "./workspace.mjs";

const known = Object.keys(targets);
const chosen = process.argv.length > 2 ? process.argv.slice(2) : known;
const unknown = chosen.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`Expected one of \`${known.join("`, `")}\`, got \`${unknown}\``);
  process.exit(1);
}

await ensureInstalled();
for (const name of chosen) if (!(await isNoticedWhole(name))) process.exitCode = 1;

async function isNoticedWhole(name) {
  const env = {
    ...process.env,
    PATH: `node_modules/.bin:${process.env.PATH}`,
    MUTATION: name,
  };
  const { exitCode } = await run("stryker", ["run", "test/mutation/stryker.config.mjs"], { env });
  if (exitCode !== 0) return false;
  const report = readFileSync(join(root, `.cache/mutation-report/${name}.json`), "utf8");
  const { score, faults } = judge(JSON.parse(report));
  console.log(`${name}: ${score}`);
  for (const fault of faults) console.log(fault);
  return faults.length === 0;
}
