/** The middle value. */
export function median(values) {
  return quantile(values, 0.5);
}

/** Median and the range of the middle half. */
export function summaryOf(values) {
  return { middle: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** What a row comes to against another one of the table, round by round. */
export function ratiosOf(row, base) {
  return row.values.map((value, round) => value / base.values[round]);
}

/** `1.05 (0.98–1.11)`, or the value alone where there is one. */
export function withSpread(values) {
  const { middle, low, high } = summaryOf(values);
  return low === high ? figure(middle) : `${figure(middle)} (${figure(low)}–${figure(high)})`;
}

/** Whether more of a unit is better: it is of what is done in a second. */
export function isBetterHigh(unit) {
  return unit.endsWith("/s");
}

function quantile(values, share) {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at % 1);
}

function figure(value) {
  const digits =
    Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
