// One line on a terminal that is written over; where there is none, a line for each round.
const { stderr } = process;
let shown = "";

/** Says what is measured now and for how many milliseconds more; `left` may not be known yet. */
export function showStep({ label, round, rounds, name, left }) {
  const where = `${label}: round ${round + 1} of ${rounds}`;
  if (stderr.isTTY) {
    const time = Number.isFinite(left) ? `, ${Math.ceil(left / 1000)} s left` : "";
    stderr.write(`\r\u001B[K${where}${time} · ${name}`.slice(0, stderr.columns));
  } else if (where !== shown) {
    stderr.write(`${where}\n`);
  }
  shown = where;
}

/** Takes the line away. */
export function clearProgress() {
  if (stderr.isTTY) stderr.write("\r\u001B[K");
}
