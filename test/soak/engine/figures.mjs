// What is said of numbers.

/** A number as people write it. */
export function count(number) {
  return Math.round(number).toLocaleString("en");
}

/** The slope of the straight line through the samples, by least squares. */
export function slopeOf(samples) {
  const middle = (samples.length - 1) / 2;
  const mean = meanOf(samples);
  let above = 0;
  let below = 0;
  for (const [index, sample] of samples.entries()) {
    above += (index - middle) * (sample - mean);
    below += (index - middle) ** 2;
  }
  return below === 0 ? 0 : above / below;
}

/** Their mean. */
export function meanOf(samples) {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}
