// What is said of numbers.

/** A number as people write it. */
export function count(number) {
  return Math.round(number).toLocaleString("en");
}

/** The means of the resident memory in the quarters of a time: `119, 123, 129, 137`. */
export function quartersOf(samples) {
  const length = Math.ceil(samples.length / 4);
  const quarters = [0, 1, 2, 3].map((index) => samples.slice(index * length, (index + 1) * length));
  const known = quarters.filter((quarter) => quarter.length > 0);
  return known.map((quarter) => meanOf(quarter).toFixed(0)).join(", ");
}

/** What is wrong with resident memory, in MB once a second: it rises by a tenth over the last half. */
export function growthIn(samples) {
  const half = samples.slice(samples.length / 2).filter((sample) => !Number.isNaN(sample));
  // A short time is all warming up.
  if (half.length < 30) return [];
  const growth = slopeOf(half) * half.length;
  const mean = meanOf(half);
  return growth < mean / 10 ? [] : [`RSS grew by ${growth.toFixed(1)} MB to ${mean.toFixed(1)} MB`];
}

// Of the straight line through the samples, by least squares.
function slopeOf(samples) {
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

function meanOf(samples) {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}
