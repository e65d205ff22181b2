import type picocolors from "picocolors";
import type { Result } from "../rules/rule.ts";

type Colors = ReturnType<typeof picocolors.createColors>;
import { breaksMust, pageOf, printable, tallyOf } from "./report.ts";
import type { Report } from "./report.ts";

/** For people: each rule by family, what was expected and seen of those that failed, a table and a verdict. */
export function prettyReport({ target, generation, results }: Report, colors: Colors): string {
  const families = [...new Set(results.map(({ rule }) => rule.family))];
  return [
    `${colors.bold("fcrt check")} ${printable(target)} ${colors.dim(`(FC ${generation}.0)`)}`,
    ...families.flatMap((family) => [
      "",
      colors.bold(family),
      ...results
        .filter(({ rule }) => rule.family === family)
        .flatMap((each) => ruleOf(each, colors)),
    ]),
    "",
    ...tableOf(families, results),
    "",
    summaryOf(results, colors),
    "",
  ].join("\n");
}

function ruleOf({ rule, finding }: Result, colors: Colors): string[] {
  const { id, severity, title } = rule;
  const line = `${id}  ${title}`;
  if (finding.result === "passed") return [`  ${colors.green("✔")} ${line}`];
  if (finding.result === "skipped")
    return [`  ${colors.dim(`- ${line}`)}`, `      ${colors.dim(`skipped: ${finding.reason}`)}`];
  const mark = severity === "must" ? colors.red("✖") : colors.yellow("!");
  return [
    `  ${mark} ${line} ${colors.dim(`(${severity})`)}`,
    ...block("expected", finding.expected, colors),
    ...block("seen", finding.seen, colors),
    ...block("see", pageOf(id), colors),
  ];
}

function block(name: string, text: string, colors: Colors): string[] {
  const [first = "", ...rest] = printable(text).trimEnd().split("\n");
  return [
    `      ${colors.dim(name.padEnd(8))}  ${first}`,
    ...rest.map((line) => `${" ".repeat(16)}${line}`.trimEnd()),
  ];
}

function tableOf(families: readonly string[], results: readonly Result[]): string[] {
  const rows = families.map((family) =>
    rowOf(family, tallyOf(results.filter(({ rule }) => rule.family === family))),
  );
  return ["  family        passed  failed  skipped", ...rows, rowOf("", tallyOf(results))];
}

function rowOf(name: string, { passed, failed, skipped }: ReturnType<typeof tallyOf>): string {
  const cells = [
    String(passed).padStart(6),
    String(failed).padStart(8),
    String(skipped).padStart(9),
  ];
  return `  ${name.padEnd(14)}${cells.join("")}`;
}

function summaryOf(results: readonly Result[], colors: Colors): string {
  const failed = results.filter(({ finding }) => finding.result === "failed");
  const must = failed.filter(({ rule }) => rule.severity === "must").length;
  const should = failed.length - must;
  if (breaksMust(results))
    return colors.red(
      `The runtime breaks the contract: ${must} must${should > 0 ? ` and ${should} should` : ""} failed.`,
    );
  return should > 0
    ? colors.yellow(`The runtime keeps what it must; ${should} should failed.`)
    : colors.green("The runtime keeps the contract.");
}
