import { median, ratiosOf, withSpread } from "./figures.mjs";
import { targets } from "./targets.mjs";

/**
 * Holds results against the targets of their scenarios: `scenario`, `table`, `what` is compared, what was `promised`,
 * what it `came` to, and whether it `holds`; where that was not measured, the last two are `undefined`.
 */
export function verdictsOn(results) {
  return targets
    .filter(({ scenario }) => scenario in results)
    .map((target) => verdictOn(target, results[target.scenario].tables));
}

function verdictOn(target, tables) {
  const { scenario, table, of, to, atLeast, atMost } = target;
  const values = valuesOf(target, tables);
  const middle = values && median(values);
  return {
    scenario,
    table,
    what: to === undefined ? of : `${of} / ${to}`,
    promised: atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`,
    came: values && withSpread(values),
    holds: values && (atLeast === undefined ? middle <= atMost : middle >= atLeast),
  };
}

function valuesOf({ table, of, to }, tables) {
  const rows = tables.find(({ title }) => title === table)?.rows ?? [];
  const row = rows.find(({ name }) => name === of);
  if (to === undefined) return row?.values;
  const base = rows.find(({ name }) => name === to);
  return row && base && ratiosOf(row, base);
}
