// docs/benchmarks.md and its charts, from the results that are kept and nothing else.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { run } from "../scripts/processes.mjs";
import { barChart } from "./chart.mjs";
import { verdictsOn } from "./check.mjs";
import { isBetterHigh, summaryOf, withSpread } from "./figures.mjs";
import { scenarios } from "./scenarios/index.mjs";

const docs = new URL("../docs/", import.meta.url);
const charts = new URL("benchmarks/", docs);

/** Writes the page and a chart for each table that is not aside. */
export async function writeReport(results) {
  rmSync(charts, { recursive: true, force: true });
  mkdirSync(charts, { recursive: true });
  const sections = Object.keys(scenarios)
    .filter((name) => name in results)
    .map((name) => sectionOf(name, results[name]));
  const page = [introduction, targetsOf(results), ...sections].join("\n\n");
  writeFileSync(new URL("benchmarks.md", docs), `${page}\n`);
  await run("oxfmt", ["docs/benchmarks.md"], { quiet: true });
}

const introduction = `# Benchmarks

Made by \`npm run bench\` from \`bench/results/latest.json\`, which has every round; not to be edited. \`npm run bench -- --quick\` repeats it in three minutes, \`npm run bench -- http\` one scenario in full.

Whoever is compared does the same work, which is checked before it is timed: same status, \`x-fc-status\`, body, number of lines on stdout. The server has a core of its own, the load another; stdout is a pipe to a reader that keeps up. Machines drift, so contenders take turns round by round, each round beginning with another one, and a ratio is taken within a round. A bar is the median, its whisker and the range in parentheses the middle half of the rounds. Blue is this project.`;

function targetsOf(results) {
  const rows = verdictsOn(results).map(
    ({ scenario, table, what, promised, came, holds }) =>
      `| ${scenario}: ${table} | ${what} | ${promised} | ${came ?? "not measured"} | ${holds ? "yes" : "**no**"} |`,
  );
  return [
    "## Targets",
    "",
    "| | ratio | target | measured | reached |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function sectionOf(name, { date, commit, machine, tables }) {
  const { cpu, cores, memory, system, node } = machine;
  const where = `Measured ${date.slice(0, 10)} at commit ${commit}: Node ${node}, ${cores} cores of ${cpu}, ${memory}, ${system}.`;
  const images = tables.filter(({ aside }) => !aside).map((table) => chartOf(name, table));
  return [`## ${name}`, scenarios[name].about, where, ...images].join("\n\n");
}

function chartOf(scenario, { title, unit, rows }) {
  const file = `${scenario}-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.svg`;
  const direction = isBetterHigh(unit) ? "more" : "less";
  const bars = rows.map(({ name, ours, values }) => ({
    name,
    ours,
    text: withSpread(values),
    ...summaryOf(values),
  }));
  writeFileSync(
    new URL(file, charts),
    barChart({ title, subtitle: `${unit}, ${direction} is better`, bars }),
  );
  return `![${title}](benchmarks/${file})`;
}
