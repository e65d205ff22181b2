// How everything is compared: round by round in one run, for a machine is never twice the same.
import { showStep } from "./progress.mjs";

/**
 * Measures each contender once a round, every round beginning with another one. Resolves to a map from each to its
 * measurements, round by round.
 */
export async function inRounds(label, contenders, rounds, measure) {
  const results = new Map(contenders.map((contender) => [contender, []]));
  const started = performance.now();
  let done = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of startingWith(contenders, round)) {
      const each = (performance.now() - started) / done;
      const left = each * (rounds * contenders.length - done);
      showStep({ label, round, rounds, name: contender.name, left });
      results.get(contender).push(await named(contender, measure));
      done += 1;
    }
  }
  return results;
}

async function named(contender, measure) {
  try {
    return await measure(contender);
  } catch (error) {
    throw new Error(`\`${contender.name}\`: ${error.message}`, { cause: error });
  }
}

function startingWith(contenders, round) {
  const first = round % contenders.length;
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}

/** A table of one figure: a row for each contender, with the value of every round. Charts leave out what is `aside`. */
export function tableOf(title, unit, results, valueOf, aside = false) {
  const rows = [...results].map(([{ name, ours }, measured]) => ({
    name,
    ...(ours && { ours }),
    values: measured.map((each) => Number(valueOf(each).toPrecision(5))),
  }));
  return { title, unit, ...(aside && { aside }), rows };
}
