// `npm run bench` runs every scenario, `npm run bench -- http` one. Each figure is a ratio taken in one run.
import { coldstart } from "./scenarios/coldstart.mjs";
import { http } from "./scenarios/http.mjs";
import { importTime } from "./scenarios/import.mjs";
import { log } from "./scenarios/log.mjs";
import { trace } from "./scenarios/trace.mjs";

const scenarios = { http, coldstart, log, trace, import: importTime };
const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in scenarios));
if (unknown) {
  console.error(
    `Unknown scenario \`${unknown}\`: expected one of ${Object.keys(scenarios).join(", ")}`,
  );
  process.exit(1);
}

for (const [name, scenario] of Object.entries(scenarios)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.log(`${name} …`);
  console.table(await scenario());
}
