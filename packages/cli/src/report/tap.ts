import type { Result } from "../rules/rule.ts";
import { pageOf, printable } from "./report.ts";
import type { Report } from "./report.ts";

/** Test Anything Protocol, version 14. A `should` that fails is a `todo`: it is told, and fails nothing. */
export function tapReport({ results }: Report): string {
  return ["TAP version 14", `1..${results.length}`, ...results.flatMap(linesOf), ""].join("\n");
}

function linesOf({ rule, finding }: Result, index: number): string[] {
  const { id, severity, title } = rule;
  const ok = finding.result === "failed" ? "not ok" : "ok";
  const point = `${ok} ${index + 1} - ${id} ${escaped(title)}`;
  if (finding.result === "skipped") return [`${point} # SKIP ${escaped(finding.reason)}`];
  if (finding.result === "passed") return [point];
  return [
    severity === "should" ? `${point} # TODO should` : point,
    "  ---",
    `  severity: ${severity}`,
    `  expected: ${JSON.stringify(printable(finding.expected))}`,
    `  seen: ${JSON.stringify(printable(finding.seen))}`,
    `  page: ${pageOf(id)}`,
    "  ...",
  ];
}

function escaped(text: string): string {
  return text.replace(/[\\#]/g, String.raw`\$&`);
}
