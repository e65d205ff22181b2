// What it costs a cold start to import a logger.
import { execFileSync } from "node:child_process";
import { median, withSpread } from "../figures.mjs";
import { commandOf } from "../peer.mjs";

const baseline = "pino";
/** What is promised of an import's time, against that of pino. */
const goals = {
  [baseline]: "",
  "@fcrt/core": "",
  "@fcrt/logger": "≤ 1.10",
  "@fcrt/logger/register": "",
  winston: "",
  "@aws-lambda-powertools/logger": "",
};
const rounds = 30;

/** Resolves to rows of a table: each package against pino, round by round. */
export async function importTime() {
  const results = new Map(Object.keys(goals).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measured] of results) measured.push(measure(name));
  }
  const base = results.get(baseline);
  return [...results].map(([name, measured]) => ({
    package: name,
    ms: median(measured).toFixed(1),
    ratio: withSpread(measured.map((time, round) => time / base[round])),
    goal: goals[name],
  }));
}

function measure(name) {
  const [command, ...args] = commandOf("import");
  return Number(execFileSync(command, [...args, name], { encoding: "utf8" }));
}
