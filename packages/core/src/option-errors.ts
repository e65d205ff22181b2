import { FcrtError } from "./errors.ts";

/** @throws FcrtError FCRT_OPTION_UNKNOWN for a name that is not allowed, with the nearest one that is */
export function refuseUnknown(noun: string, given: object, allowed: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (allowed.includes(name)) continue;
    const list = allowed.map((known) => `\`${known}\``).join(", ");
    const nearest = nearestOf(name, allowed);
    const hint = nearest ? `did you mean \`${nearest}\`?` : `expected one of ${list}`;
    throw new FcrtError("FCRT_OPTION_UNKNOWN", `Unknown ${noun} \`${name}\`: ${hint}`);
  }
}

/** The one form of a message about a bad value. */
export function invalid(name: string, expectation: string, value: unknown): FcrtError {
  return new FcrtError(
    "FCRT_OPTION_INVALID",
    `Expected \`${name}\` to be ${expectation}, got \`${shown(value)}\``,
  );
}

/** A bad value in a message, cut to a length that can be read. */
export function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 80);
  } catch {
    return `a value of type ${typeof value}`;
  }
}

function nearestOf(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      distance: distanceOf(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .toSorted((left, right) => left.distance - right.distance);
  const [nearest] = ranked;
  return nearest && nearest.distance <= Math.max(2, name.length / 3)
    ? nearest.candidate
    : undefined;
}

// Levenshtein's, a row at a time.
function distanceOf(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let index = 0; index < left.length; index += 1) {
    const next = [index + 1];
    for (let column = 0; column < right.length; column += 1) {
      const substituted = (row[column] ?? 0) + (left[index] === right[column] ? 0 : 1);
      next.push(Math.min((next[column] ?? 0) + 1, (row[column + 1] ?? 0) + 1, substituted));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
