// The command line: what is to be measured, and what becomes of it.
import { parseArgs } from "node:util";
import { verdictsOn } from "./check.mjs";
import { stopChildren } from "./children.mjs";
import { ratiosOf, withSpread } from "./figures.mjs";
import { leaveFirstCore } from "./peer.mjs";
import { clearProgress } from "./progress.mjs";
import { writeReport } from "./report.mjs";
import { keep, readLatest, resultOf } from "./results.mjs";
import { scenarios } from "./scenarios/index.mjs";

const usage = `npm run bench -- [SCENARIO …] [--quick] [--check]

  Measures the scenarios, or all of them: ${Object.keys(scenarios).join(", ")}.
  Figures go to bench/results/latest.json and from there to docs/benchmarks.md.

  --quick  few and short rounds, under three minutes; nothing is kept
  --check  compares with the targets, exit code 1 when something falls short;
           without a scenario and without --quick: the figures that are kept`;

const { values: flags, positionals: chosen } = argumentsOf(process.argv.slice(2));
const onlyCheck = flags.check && !flags.quick && chosen.length === 0;
const results = onlyCheck ? readLatest() : await measureAll();
if (flags.check) printCheck(verdictsOn(results));

function argumentsOf(args) {
  const options = { quick: { type: "boolean" }, check: { type: "boolean" } };
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true });
    const unknown = parsed.positionals.find((name) => !Object.hasOwn(scenarios, name));
    if (unknown === undefined) return parsed;
    throw new Error(`Expected a scenario, got \`${unknown}\``);
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    return process.exit(1);
  }
}

async function measureAll() {
  leaveFirstCore();
  const measured = {};
  for (const name of Object.keys(scenarios)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    try {
      measured[name] = await measureOne(name);
    } catch (error) {
      stopChildren();
      clearProgress();
      console.error(`${name} failed: ${error.message}\n`);
      process.exitCode = 1;
    }
  }
  return measured;
}

async function measureOne(name) {
  const started = performance.now();
  const result = resultOf(await scenarios[name].measure(flags.quick ? "quick" : "full"));
  clearProgress();
  for (const table of result.tables) printTable(name, table);
  console.log(`${name} took ${Math.round((performance.now() - started) / 1000)} s\n`);
  if (!flags.quick) await writeReport(await keep(name, result));
  return result;
}

function printTable(name, { title, unit, rows }) {
  console.log(`${name}: ${title}`);
  const against = `against ${rows[0].name}`;
  console.table(
    rows.map((row) => ({
      "": row.name,
      [unit]: withSpread(row.values),
      [against]: withSpread(ratiosOf(row, rows[0])),
    })),
  );
}

function printCheck(verdicts) {
  for (const { scenario, table, what, promised, came, holds } of verdicts) {
    const mark = came === undefined ? "–" : holds ? "✓" : "✗";
    console.log(`${mark} ${scenario}, ${table}: ${what} ${promised}: ${came ?? "not measured"}`);
  }
  const short = verdicts.filter(({ holds }) => holds === false).length;
  if (verdicts.length === 0) console.log("No figures with targets: `npm run bench` makes them");
  else console.log(`${short} of ${verdicts.length} targets not reached`);
  if (short > 0 || verdicts.length === 0) process.exitCode = 1;
}
