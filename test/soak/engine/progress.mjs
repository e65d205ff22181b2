// One line on a terminal that is written over; where there is none, nothing is shown.
const { stderr } = process;

/** Says how far an attack has come. */
export function showProgress(label, done, all) {
  if (label && stderr.isTTY) stderr.write(`\r\u001B[K${label}: ${done} of ${all}`);
}

/** Takes the line away. */
export function clearProgress() {
  if (stderr.isTTY) stderr.write("\r\u001B[K");
}
