// The command line: which attacks, and what became of them.
import { parseArgs } from "node:util";
import { attacks } from "./attacks.mjs";
import { stopPrograms } from "./engine/programs.mjs";
import { clearProgress } from "./engine/progress.mjs";

const usage = `npm run soak -- [ATTACK …] [--quick]

  Makes the attacks, or all of them: ${attacks.map(({ name }) => name).join(", ")}.
  A group stands for its attacks: ${[...new Set(attacks.map(({ group }) => group))].join(", ")}.
  The exit code is 1 when a promise breaks.

  --quick  with small numbers, under a minute`;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

const { quick, chosen } = argumentsOf(process.argv.slice(2));
const rows = [];
for (const attack of attacks) {
  const isChosen = [attack.group, attack.name].some((name) => chosen.includes(name));
  if (chosen.length === 0 || isChosen) rows.push(await rowOf(attack, quick ? "quick" : "full"));
}
console.table(rows);

function argumentsOf(args) {
  const options = { quick: { type: "boolean", default: false } };
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const known = new Set(attacks.flatMap(({ group, name }) => [group, name]));
    const unknown = positionals.find((name) => !known.has(name));
    if (unknown !== undefined) throw new Error(`Expected an attack, got \`${unknown}\``);
    return { quick: values.quick, chosen: positionals };
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    return process.exit(1);
  }
}

async function rowOf({ name, run }, size) {
  const started = performance.now();
  const { load, result, faults } = await run(size).catch(failed);
  clearProgress();
  stopPrograms();
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${name}: ${load}: ${result} (${seconds} s)`);
  for (const fault of faults) console.log(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  return { attack: name, load, result: faults.length === 0 ? "kept" : "broken", seconds };
}

// An attack that cannot be made proves nothing.
function failed(error) {
  return { load: "", result: "not made", faults: [error.stack] };
}
