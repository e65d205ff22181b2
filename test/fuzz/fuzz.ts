import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect } from "vitest";

const { FUZZ, FUZZ_SEED, FUZZ_PATH } = process.env;

/** Whether all cases are run, as `npm run fuzz` does, and not the few of `npm test`. */
export const isFull: boolean = FUZZ === "full";

/** How many cases a property has. */
export interface Cases {
  /** In `npm test`. */
  readonly quick: number;
  /** In `npm run fuzz`. */
  readonly full: number;
}

/** Holds a property against random cases. A failure tells the seed, the smallest case and the command that repeats it. */
export async function fuzz<Values>(
  property: fc.IAsyncProperty<Values> | fc.IProperty<Values>,
  { quick, full }: Cases,
): Promise<void> {
  const details = await fc.check(property, {
    numRuns: isFull ? full : quick,
    ...(FUZZ_SEED && { seed: Number(FUZZ_SEED) }),
    ...(FUZZ_PATH && { path: FUZZ_PATH, endOnFailure: true }),
  });
  if (!details.failed) return;
  const { testPath = "", currentTestName = "" } = expect.getState();
  const file = relative(fileURLToPath(new URL("../..", import.meta.url)), testPath);
  const name = currentTestName
    .split(" > ")
    .at(-1)
    ?.replace(/[\\^$.*+?()[\]{}|"`]/g, ".");
  const again = `npm run fuzz -- --seed=${details.seed} --path=${details.counterexamplePath} ${file} -t "${name}"`;
  const { errorInstance } = details;
  const report = await fc.asyncDefaultReportMessage(details);
  throw new Error(`${String(errorInstance)}\n\n${report}\n\nRepeat it: ${again}\n`, {
    cause: errorInstance,
  });
}

/** Counts what the cases of a property hold, and tells how much it was after all of them. */
export function counted(what: string): { add(count: number): void; tell(): void } {
  let total = 0;
  return {
    add(count) {
      total += count;
    },
    tell() {
      if (isFull) process.stdout.write(`${total.toLocaleString("en")} ${what}\n`);
    },
  };
}
