/** The middle value. */
export function median(values) {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median with the range of the middle half: `1.05 (0.98–1.11)`. */
export function withSpread(values) {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share) => sorted[Math.round((sorted.length - 1) * share)];
  return `${median(values).toFixed(2)} (${at(0.25).toFixed(2)}–${at(0.75).toFixed(2)})`;
}
