import type { Result } from "../rules/rule.ts";

/** What a check has found, with what was checked. */
export interface Report {
  /** The command, or the address. */
  readonly target: string;
  readonly generation: 2 | 3;
  readonly results: readonly Result[];
}

/** How many rules came to which end. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function tallyOf(results: readonly Result[]): Tally {
  const count = (wanted: keyof Tally): number =>
    results.filter(({ finding }) => finding.result === wanted).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}

/** Whether the runtime breaks what the specification demands. */
export function breaksMust(results: readonly Result[]): boolean {
  return results.some(
    ({ rule, finding }) => rule.severity === "must" && finding.result === "failed",
  );
}

/** Where a rule is explained, with the mend in several languages. */
export function pageOf(id: string): string {
  return `docs/rules/${id}.md`;
}

/** Text of a stranger, fit for a terminal and for XML: control characters other than line feed and tab are spelled out. */
export function printable(text: string): string {
  return text.replace(
    /[\0-\x08\v-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
