import type { Finding, Result, Rule } from "../rules/rule.ts";
import { pageOf, printable, tallyOf } from "./report.ts";
import type { Report } from "./report.ts";

/** JUnit's XML, one suite a family. A `should` that fails is told in the output of its test, and fails nothing. */
export function junitReport({ target, results }: Report): string {
  const families = [...new Set(results.map(({ rule }) => rule.family))];
  const suites = families.map((family) =>
    suiteOf(
      family,
      results.filter(({ rule }) => rule.family === family),
    ),
  );
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="fcrt check ${escaped(target)}" ${countsOf(results)}>`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteOf(family: string, results: readonly Result[]): string {
  const cases = results.map(({ rule, finding, duration }) => {
    const name = `name="${escaped(`${rule.id} ${rule.title}`)}"`;
    const time = `time="${(duration / 1000).toFixed(3)}"`;
    return `    <testcase classname="${family}" ${name} ${time}>${contentOf(rule, finding)}</testcase>`;
  });
  return [`  <testsuite name="${family}" ${countsOf(results)}>`, ...cases, "  </testsuite>"].join(
    "\n",
  );
}

function contentOf(rule: Rule, finding: Finding): string {
  if (finding.result === "passed") return "";
  if (finding.result === "skipped") return `<skipped message="${escaped(finding.reason)}"/>`;
  const text = escaped(
    `expected ${finding.expected}\n\nseen\n${finding.seen}\n\nsee ${pageOf(rule.id)}`,
  );
  return rule.severity === "must"
    ? `<failure message="${escaped(`expected ${finding.expected}`)}">${text}</failure>`
    : `<system-out>should: ${text}</system-out>`;
}

function countsOf(results: readonly Result[]): string {
  const failures = results.filter(
    ({ rule, finding }) => rule.severity === "must" && finding.result === "failed",
  );
  return `tests="${results.length}" failures="${failures.length}" skipped="${tallyOf(results).skipped}"`;
}

function escaped(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
