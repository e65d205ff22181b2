import { breaksMust, pageOf, tallyOf } from "./report.ts";
import type { Report } from "./report.ts";

/** One JSON object, for programs. */
export function jsonReport({ target, generation, results }: Report): string {
  const report = {
    target,
    generation,
    passed: !breaksMust(results),
    tally: tallyOf(results),
    rules: results.map(({ rule, finding, duration }) => ({
      id: rule.id,
      family: rule.family,
      severity: rule.severity,
      title: rule.title,
      source: rule.source,
      page: pageOf(rule.id),
      ...finding,
      duration: Math.round(duration),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
